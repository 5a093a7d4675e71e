"""Lists that are fetched often are recorded completely when they change, otherwise rarely."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.clock import SystemClock
from monitor.daemon.daemon import Daemon
from monitor.daemon.targets.discoveries import SAVE_EVERY, Discoveries
from monitor.discovery import DiscoveryResult
from monitor.metrics import OwnMetrics
from monitor.model import DiscoveredTarget, Failure, FailureReason, TargetTraits, text
from monitor.store import Store
from support.servers.daemon.process import until

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FULL = DiscoveredTarget(
    "a:1",
    "name.example",
    (("site", "x"),),
    "Title",
    ("alias",),
    "preset",
    TargetTraits(standby=True, stands_in_for=("b",), public_names=("c",), key_type="RSA"),
    "name",
    "ldaps",
    (("warn_before", "60d"),),
    "kind",
    (("host", "h"),),
)


@dataclass
class FixedClock:
    """A clock with a given time."""

    at: datetime = NOW

    def now(self) -> datetime:
        """Return the wall time."""
        return self.at

    def monotonic(self) -> float:
        """Return the wall time as seconds."""
        return self.at.timestamp()


@dataclass
class Listed:
    """A discovery that gives one answer after the other, the last one for ever."""

    answers: Sequence[DiscoveryResult]
    id: str = "file_sd:x"
    target_id: str = ""
    refresh: timedelta = timedelta(seconds=30)
    grace: timedelta = timedelta(minutes=5)
    unfinished: bool = False
    asked: int = field(default=0)

    async def discover(self) -> DiscoveryResult:
        """Return the next answer."""
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]

    async def close(self) -> None:
        """Do nothing."""


def recorded(folder: Path, answers: Sequence[DiscoveryResult], *waits: timedelta) -> list[datetime]:
    """Return when the record was made, after each refresh; between refreshes so much time goes by."""

    async def run() -> list[datetime]:
        clock = FixedClock()
        store = await Store.open(f"sqlite:///{(folder / 'state.db').as_posix()}", app_version="1")
        try:
            discoveries, listed = Discoveries(store, clock), Listed(answers)
            await discoveries.resume([listed.id])
            saved = []
            for wait in (timedelta(0), *waits):
                clock.at += wait
                await discoveries.refresh(listed, OwnMetrics(["endpoint"]), lambda: None)
                record = await store.discovered(listed.id)
                assert record is not None
                saved.append(record[1])
            return saved
        finally:
            await store.close()

    return asyncio.run(run())


def test_unchanged_list(tmp_path: Path) -> None:
    """A list that stays the same is recorded again only after a while."""
    short = timedelta(seconds=30)
    assert recorded(tmp_path, [DiscoveryResult((FULL,))], short, SAVE_EVERY) == [
        NOW,
        NOW,
        NOW + short + SAVE_EVERY,
    ]


def test_changed_list(tmp_path: Path) -> None:
    """A list that changes is recorded at once."""
    answers = [DiscoveryResult((FULL,)), DiscoveryResult((FULL, DiscoveredTarget("b:2")))]
    short = timedelta(seconds=30)
    assert recorded(tmp_path, answers, short) == [NOW, NOW + short]


def test_clock_set_back(tmp_path: Path) -> None:
    """A clock that was set back keeps no list from being recorded."""
    back = timedelta(days=-1)
    assert recorded(tmp_path, [DiscoveryResult((FULL,))], back) == [NOW, NOW + back]


def left(*answers: DiscoveryResult) -> Sequence[DiscoveredTarget]:
    """Return what is watched after these answers and the grace period."""

    async def run(folder: Path) -> Sequence[DiscoveredTarget]:
        clock = FixedClock()
        store = await Store.open(f"sqlite:///{(folder / 'state.db').as_posix()}", app_version="1")
        try:
            discoveries, listed = Discoveries(store, clock), Listed(answers)
            for _ in answers:
                clock.at += timedelta(hours=1)
                await discoveries.resume([listed.id])
                await discoveries.refresh(listed, OwnMetrics(["endpoint"]), lambda: None)
            return discoveries.found()[listed.id]
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(Path(folder)))


def test_emptied_list() -> None:
    """A list that has become empty takes nothing away, unless it is certain that this is meant."""
    full = DiscoveryResult((FULL,))
    assert (left(full, DiscoveryResult()), left(full, DiscoveryResult(certain=True))) == ([FULL], [])


def test_everything_comes_back(tmp_path: Path) -> None:
    """After a restart a recorded list says all that it said before."""
    recorded(tmp_path, [DiscoveryResult((FULL,))])

    async def run() -> list[DiscoveredTarget]:
        store = await Store.open(f"sqlite:///{(tmp_path / 'state.db').as_posix()}", app_version="1")
        try:
            discoveries = Discoveries(store, FixedClock())
            await discoveries.resume(["file_sd:x"])
            return list(discoveries.found()["file_sd:x"])
        finally:
            await store.close()

    assert asyncio.run(run()) == [FULL]


def test_record_for_an_earlier_version(tmp_path: Path) -> None:
    """The record of an endpoint has no field that the first version would refuse."""
    recorded(tmp_path, [DiscoveryResult((DiscoveredTarget("a:1"),))])

    async def run() -> str:
        store = await Store.open(f"sqlite:///{(tmp_path / 'state.db').as_posix()}", app_version="1")
        try:
            return (await store.discovered("file_sd:x") or ("", NOW))[0]
        finally:
            await store.close()

    assert set(json.loads(asyncio.run(run()))[0]) & {"kind", "keys"} == set()


def resumed(folder: Path, text: str) -> list[DiscoveredTarget]:
    """Return what is watched after a start with this record."""

    async def run() -> list[DiscoveredTarget]:
        store = await Store.open(f"sqlite:///{(folder / 'state.db').as_posix()}", app_version="1")
        try:
            await store.save_discovered("file_sd:x", text, NOW)
            discoveries = Discoveries(store, FixedClock())
            await discoveries.resume(["file_sd:x"])
            return list(discoveries.found()["file_sd:x"])
        finally:
            await store.close()

    return asyncio.run(run())


def test_record_of_a_newer_version(tmp_path: Path) -> None:
    """What this version does not know of is passed over, in the entry and in its traits."""
    entry = {"address": "a:1", "color": "red", "traits": {"standby": True, "lame": 1}, "seen_at": str(NOW)}
    assert resumed(tmp_path, json.dumps([entry])) == [
        DiscoveredTarget("a:1", traits=TargetTraits(standby=True))
    ]


@pytest.mark.parametrize("text", ["{", "3", "[3]", '[{"address": "a:1"}]', '[{"seen_at": "now"}]', "null"])
def test_record_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    """The service starts with an empty list; the next answer fills it."""
    assert resumed(tmp_path, text) == []


def test_file_that_changes_while_running(tmp_path: Path) -> None:
    """What is new in a file is watched, what left it is let go, and a slip in it changes nothing."""
    (tmp_path / "config.yaml").write_text(
        "web: {listen: '127.0.0.1:0'}\nstore: {url: 'sqlite:///state.db'}\n"
        "targets: [{kind: file_sd, files: [list.json], refresh: 50ms, grace: 50ms, name: l}]\n"
    )
    file = tmp_path / "list.json"
    file.write_text('[{"targets": ["127.0.0.1:1", "127.0.0.1:2"]}]')

    async def scenario() -> list[set[str]]:
        daemon = await Daemon.open(tmp_path / "config.yaml", SystemClock())
        seen = []

        async def watching(*ports: int) -> None:
            await until(lambda: ids(daemon) == {f"endpoint:127.0.0.1:{port}" for port in ports})
            seen.append(ids(daemon))

        try:
            await daemon.start()
            await watching(1, 2)
            file.write_text('[{"targets": ["127.0.0.1:2", "127.0.0.1:3"]}]')
            await watching(2, 3)
            file.write_text('[{"targets": ["127.0.0.1:3"')
            await until(lambda: bool(daemon.parts.discoveries.states["file_sd:l"].failures))
            await watching(2, 3)
            file.write_text("[]")
            await watching()
        finally:
            await daemon.close()
        return seen

    assert len(asyncio.run(scenario())) == 4


def ids(daemon: Daemon) -> set[str]:
    """Return the ids of what is watched."""
    return {target.id for target in daemon.parts.watched.active.targets}


def test_answer_in_part_is_no_success(tmp_path: Path) -> None:
    """What came of a list in part is recorded, with the time when the list was last had as a whole."""
    partial = DiscoveryResult(
        (FULL, DiscoveredTarget("b:2")), (Failure(FailureReason.TIMEOUT, text("late")),)
    )
    assert recorded(tmp_path, [DiscoveryResult((FULL,)), partial], SAVE_EVERY) == [NOW, NOW]
