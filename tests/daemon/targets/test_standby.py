"""What a standby does with the targets that the leader discovered, up to its takeover."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from monitor.config import load
from monitor.daemon.targets import discoveries as lists
from monitor.daemon.targets.active_config import plan_targets
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.watched_targets import WatchedTargets, WatchServices
from monitor.pipeline import Board
from support.factories.pipeline.world import NOW, FakeClock

ONE = (
    '[{"kind": "endpoint", "address": "a.vms.example:443", "title": "A", "server_name": "", "traits": {}, '
    '"seen_at": "2026-11-23T12:00:00+00:00"}]'
)


class Record:
    """A store that has one list; ``asked`` is called when it is read."""

    def __init__(self) -> None:
        """Begin with an empty list."""
        self.text = "[]"
        self.asked: list[str] = []

    async def discovered(self, name: str) -> tuple[str, Any]:
        """Return the list."""
        self.asked.append(name)
        return self.text, NOW


class Warm:
    """What a standby knows of the states of targets: nothing."""

    followed = 0

    async def follow(self, _targets: Sequence[Any]) -> None:
        """Count."""
        self.followed += 1

    async def take(self, _targets: Sequence[Any]) -> dict[str, Any]:
        """Return no states."""
        return {}


@pytest.fixture
def record() -> Record:
    """Return what is recorded."""
    return Record()


@pytest.fixture
def standby(tmp_path: Path, record: Record) -> WatchedTargets:
    """Return the targets of a standby whose configuration has one list."""
    path = tmp_path / "cert-monitor.yaml"
    path.write_text("targets: [{kind: file_sd, files: [targets.json]}]\n")
    (tmp_path / "targets.json").write_text("[]")
    config, clock = load(path), FakeClock()
    nothing = cast("Any", None)
    discoveries = Discoveries(cast("Any", record), clock)
    services = WatchServices(
        nothing, clock, Board(), nothing, nothing, discoveries, nothing, cast("Any", Warm())
    )
    made = WatchedTargets(plan_targets(config, {}), services)
    made.stand_by()
    return made


def test_lists_of_the_leader_are_followed(standby: WatchedTargets, record: Record) -> None:
    """What it found is planned here too."""

    async def scenario() -> list[str]:
        record.text = ONE
        await standby.follow_leader()
        return [one.location for one in standby.active.targets]

    assert asyncio.run(scenario()) == ["a.vms.example:443"]


def test_a_long_list_is_read_on_a_thread(
    standby: WatchedTargets, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred thousand entries take seconds, in which no lease would be renewed."""
    reading: list[str] = []
    original = lists._loaded

    def noted(text: str, name: str) -> Any:
        reading.append(threading.current_thread().name)
        return original(text, name)

    monkeypatch.setattr(lists, "_loaded", noted)
    asyncio.run(standby.follow_leader())
    assert reading == ["target lists-1"]


def test_lists_are_not_read_again_after_a_takeover(standby: WatchedTargets, record: Record) -> None:
    """A round that waited for it would undo what the new leader has found since."""

    async def scenario() -> None:
        async with standby.changing:
            following = asyncio.create_task(standby.follow_leader())
            await asyncio.sleep(0)
            await standby.take_over()
            record.asked.clear()
        await following
        assert record.asked == []
        assert cast("Any", standby._services.warm).followed == 0

    asyncio.run(scenario())
