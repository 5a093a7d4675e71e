"""Tokens of programs are stored without their text, changed and removed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.model import AccessToken, Matcher, TokenRole
from monitor.store import Store
from support.factories.recorded import NOW, VERSION, url

SCRAPER = AccessToken("scraper", "ab" * 32, TokenRole.VIEWER, (), NOW, "carla")
HARBOUR = AccessToken(
    "harbour",
    "cd" * 32,
    TokenRole.VIEWER,
    (Matcher("site", ("harbour", "quay")), Matcher("owner", ("ops",))),
    NOW,
    "carla",
    NOW + timedelta(days=30),
    NOW,
)


def test_round_trip(tmp_path: Path) -> None:
    """What was written is read, by name, also after a restart."""

    async def run() -> list[tuple[AccessToken, ...]]:
        store = await Store.open(url(tmp_path / "state.db"), app_version=VERSION)
        await store.put_access_tokens((SCRAPER, HARBOUR))
        await store.put_access_tokens((replace(SCRAPER, last_used_at=NOW),))
        await store.close()
        store = await Store.open(url(tmp_path / "state.db"), app_version=VERSION)
        found = [await store.access_tokens()]
        await store.remove_access_token("harbour")
        found.append(await store.access_tokens())
        await store.close()
        return found

    used = replace(SCRAPER, last_used_at=NOW)
    assert asyncio.run(run()) == [(HARBOUR, used), (used,)]


def test_validity() -> None:
    """A token with an end is valid before it."""
    assert [HARBOUR.valid(NOW + timedelta(days=days)) for days in (29, 30)] == [True, False]
    assert SCRAPER.valid(NOW + timedelta(days=9999))
