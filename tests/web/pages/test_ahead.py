"""What pages need of many targets is made once somebody reads, and once only."""

import asyncio
from datetime import datetime

import pytest

from monitor.model import Snapshot
from monitor.web.pages import ahead
from monitor.web.pages.ahead import Preparation
from support.factories.web.fakes import NOW, endpoint, snapshot

ONE = snapshot(endpoint("a", 5))


def prepared(shown: Snapshot, requests: int, *, failing: bool = False) -> list[str]:
    """Return what was prepared after so many requests."""
    made: list[str] = []

    def first(_snapshot: Snapshot, _now: datetime) -> None:
        made.append("first")
        if failing:
            raise ValueError

    def second(_snapshot: Snapshot, _now: datetime) -> None:
        made.append("second")

    async def run() -> None:
        preparation = Preparation()
        preparation.add([first, second])
        for _ in range(requests):
            preparation.begin(shown, NOW)
            tasks = [one for one in asyncio.all_tasks() if one.get_name() == "pages-ahead"]
            await asyncio.gather(*tasks)

    asyncio.run(run())
    return made


def test_everything_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages are read."""
    monkeypatch.setattr(ahead, "_MANY", 1)
    assert prepared(ONE, 3) == ["first", "second"]


def test_few_targets_need_no_preparation() -> None:
    """Their rows are made in no time."""
    assert prepared(ONE, 1) == []


def test_what_fails_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that needs it makes it again."""
    monkeypatch.setattr(ahead, "_MANY", 1)
    assert prepared(ONE, 1, failing=True) == ["first", "second"]
