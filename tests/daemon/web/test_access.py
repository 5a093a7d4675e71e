"""Tokens and ended sessions of the running daemon: in force at once, and still so after a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.daemon.web.access_tokens import AccessTokens
from monitor.daemon.web.ended_sessions import EndedSessions
from monitor.errors import StoreFault, StoreUnusableError
from monitor.model import Matcher, TokenRole
from monitor.store import Store
from monitor.web import NewToken, TokenRefusedError, digest_of
from support.factories.recorded import NOW, VERSION, url

SITE = (Matcher("site", ("harbour",)),)


class Watch:
    """A clock that stands still until it is moved."""

    at = NOW

    def now(self) -> datetime:
        """Return the wall time."""
        return self.at

    def monotonic(self) -> float:
        """Return the seconds since the beginning."""
        return (self.at - NOW).total_seconds()


Act = Callable[[AccessTokens, EndedSessions, Watch], Awaitable[Any]]


def acted(folder: Path, *acts: Act) -> list[Any]:
    """Return what came of acting, with a restart between any two acts."""
    clock = Watch()

    async def once(act: Act) -> Any:
        store = await Store.open(url(folder / "state.db"), app_version=VERSION)
        tokens, ended = AccessTokens(store, clock), EndedSessions(store, clock)
        await tokens.resume()
        await ended.resume()
        try:
            return await act(tokens, ended, clock)
        finally:
            await tokens.save()
            await store.close()

    return [asyncio.run(once(act)) for act in acts]


async def made(tokens: AccessTokens, name: str = "grafana", **options: Any) -> NewToken:
    """Return a new token."""
    role = options.pop("role", TokenRole.VIEWER)
    matchers = options.pop("matchers", ())
    return await tokens.create(name, role, matchers, expires_at=options.get("expires_at"), by="carla")


def test_created_and_revoked(tmp_path: Path) -> None:
    """A token works at once and after a restart, until it is revoked: at once and after a restart."""
    texts: list[str] = []

    async def create(tokens: AccessTokens, _: EndedSessions, __: Watch) -> bool:
        texts.append((await made(tokens, matchers=SITE)).text)
        return tokens.find(digest_of(texts[0])) is not None

    async def revoke(tokens: AccessTokens, _: EndedSessions, __: Watch) -> tuple[object, ...]:
        found = tokens.find(digest_of(texts[0]))
        assert found
        gone = await tokens.revoke("grafana", by="carla"), await tokens.revoke("grafana", by="carla")
        return found.matchers, *gone, tokens.find(digest_of(texts[0]))

    async def after(tokens: AccessTokens, _: EndedSessions, __: Watch) -> int:
        return len(tokens.listed())

    assert acted(tmp_path, create, revoke, after) == [True, (SITE, True, False, None), 0]


def test_what_another_center_changed_holds_after_a_takeover(tmp_path: Path) -> None:
    """What it revoked is revoked, and what it made is good; the standby read all tokens when it started."""

    async def scenario() -> None:
        store = await Store.open(url(tmp_path / "state.db"), app_version=VERSION)
        leader, standby = AccessTokens(store, Watch()), AccessTokens(store, Watch())
        revoked = (await made(leader)).text
        await standby.resume()
        assert standby.find(digest_of(revoked))
        await leader.revoke("grafana", by="carla")
        new = (await made(leader)).text
        await standby.resume()
        assert standby.find(digest_of(revoked)) is None
        assert standby.find(digest_of(new))
        await store.close()

    asyncio.run(scenario())


def test_a_token_that_cannot_be_revoked_now_can_be_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would be gone here, and in force again after the next start."""

    async def away(_name: str) -> None:
        raise StoreUnusableError("away", StoreFault.UNREACHABLE)

    async def act(tokens: AccessTokens, _: EndedSessions, __: Watch) -> object:
        text = (await made(tokens)).text
        with monkeypatch.context() as broken:
            broken.setattr(tokens._store, "remove_access_token", away)
            with pytest.raises(StoreUnusableError):
                await tokens.revoke("grafana", by="carla")
        assert tokens.find(digest_of(text))
        return await tokens.revoke("grafana", by="carla"), tokens.find(digest_of(text))

    async def after(tokens: AccessTokens, _: EndedSessions, __: Watch) -> int:
        return len(tokens.listed())

    assert acted(tmp_path, act, after) == [(True, None), 0]


def test_expires(tmp_path: Path) -> None:
    """An expired token gives nothing, and is still listed."""

    async def act(tokens: AccessTokens, _: EndedSessions, clock: Watch) -> list[bool]:
        text = (await made(tokens, expires_at=NOW + timedelta(days=1))).text
        found = []
        for hours in (23, 24):
            clock.at = NOW + timedelta(hours=hours)
            found.append(tokens.find(digest_of(text)) is not None)
        return [*found, len(tokens.listed()) == 1]

    assert acted(tmp_path, act) == [[True, False, True]]


def test_last_use(tmp_path: Path) -> None:
    """The last use is recorded to the hour."""

    async def use(tokens: AccessTokens, _: EndedSessions, clock: Watch) -> None:
        text = (await made(tokens)).text
        clock.at = NOW + timedelta(hours=2, minutes=34)
        tokens.find(digest_of(text))

    async def seen(tokens: AccessTokens, _: EndedSessions, __: Watch) -> object:
        return tokens.listed()[0].last_used_at

    expected = (NOW + timedelta(hours=2, minutes=34)).replace(minute=0, second=0, microsecond=0)
    assert acted(tmp_path, use, seen)[1] == expected


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "a b"}, "is no name of a token"),
    ({"name": ""}, "is no name of a token"),
    ({"name": "local"}, "is no name of a token"),
    ({"name": "x" * 64}, "is no name of a token"),
    ({"role": TokenRole.OPERATOR, "matchers": SITE}, "can only read"),
    ({"matchers": (Matcher("check", ("expiry",)),)}, "check is no label of targets"),
    ({"matchers": (Matcher("level", ("critical",)),)}, "level is no label of targets"),
    ({"expires_at": NOW}, "would have expired already"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED)
def test_refused(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    """What would not limit, not last or not be named is refused with a sentence."""

    async def act(tokens: AccessTokens, _: EndedSessions, __: Watch) -> str:
        with pytest.raises(TokenRefusedError) as raised:
            await made(tokens, **options)
        return str(raised.value)

    assert said in acted(tmp_path, act)[0]


def test_one_name_one_token(tmp_path: Path) -> None:
    """A second token of a name is refused, so that revoking a name means one token."""

    async def act(tokens: AccessTokens, _: EndedSessions, __: Watch) -> str:
        await made(tokens)
        with pytest.raises(TokenRefusedError, match="revoke it first"):
            await made(tokens)
        return "refused"

    assert acted(tmp_path, act) == ["refused"]


def test_ended_sessions(tmp_path: Path) -> None:
    """A logout holds over a restart, and is forgotten when the session would have expired anyway."""

    async def end(_: AccessTokens, ended: EndedSessions, __: Watch) -> bool:
        await ended.end("one", NOW + timedelta(hours=1))
        return ended.has("one")

    async def later(_: AccessTokens, ended: EndedSessions, clock: Watch) -> tuple[bool, bool]:
        before = ended.has("one")
        clock.at = NOW + timedelta(hours=2)
        await ended.end("two", NOW + timedelta(hours=3))
        return before, ended.has("one")

    async def last(_: AccessTokens, ended: EndedSessions, __: Watch) -> tuple[bool, bool]:
        return ended.has("one"), ended.has("two")

    assert acted(tmp_path, end, later, last) == [True, (True, False), (False, True)]
