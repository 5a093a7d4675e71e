"""Discoveries together bring at most so many targets, and long lists never occupy the loop."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from daemon.targets.test_lists import FixedClock, Listed

from monitor.clock import SystemClock
from monitor.daemon.daemon import Daemon
from monitor.daemon.targets import discoveries as module
from monitor.daemon.targets.active_config import ActiveConfig
from monitor.daemon.targets.discoveries import Discoveries
from monitor.discovery import DiscoveryResult
from monitor.metrics import OwnMetrics
from monitor.model import DiscoveredTarget
from monitor.store import Store
from support.servers.daemon.process import until


def listing(*names: str) -> DiscoveryResult:
    """Return an answer with these targets."""
    return DiscoveryResult(tuple(DiscoveredTarget(f"{name}:1") for name in names))


def watched(folder: Path, most: int, *refreshes: tuple[str, DiscoveryResult]) -> list[tuple[str, int]]:
    """Return after each refresh of a list what of it is watched, and how many found no room."""

    async def run() -> list[tuple[str, int]]:
        store = await Store.open(f"sqlite:///{(folder / 'state.db').as_posix()}", app_version="1")
        try:
            clock = FixedClock()
            lists, seen = Discoveries(store, clock, most), list[tuple[str, int]]()
            await lists.resume([name for name, _ in refreshes])
            for name, answer in refreshes:
                clock.at += timedelta(hours=1)
                await lists.refresh(Listed([answer], name), OwnMetrics(["endpoint"]), lambda: None)
                kept = " ".join(one.address.removesuffix(":1") for one in lists.found()[name])
                seen.append((kept, lists.states[name].left_out))
            return seen
        finally:
            await store.close()

    return asyncio.run(run())


def test_all_find_room(tmp_path: Path) -> None:
    """Nothing is left out up to the limit."""
    assert watched(tmp_path, 3, ("x", listing("a", "b", "c"))) == [("a b c", 0)]


def test_what_is_watched_stays(tmp_path: Path) -> None:
    """A list that grows beyond the limit takes nothing away from what is watched."""
    answers = (listing("m", "n"), listing("a", "b", "m", "n"), listing("a", "b", "n"))
    assert watched(tmp_path, 3, *(("x", one) for one in answers)) == [("m n", 0), ("a m n", 1), ("a b n", 0)]


def test_limit_is_for_all_together(tmp_path: Path) -> None:
    """A second list has the room that the first one leaves."""
    first, second = ("x", listing("a", "b")), ("y", listing("c", "d"))
    assert watched(tmp_path, 3, first, second, ("x", listing("a")), second) == [
        ("a b", 0),
        ("c", 1),
        ("a", 0),
        ("c d", 0),
    ]


def test_limit_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon watches as many targets as ``limits.targets`` says and handles no long list on the loop."""
    (tmp_path / "config.yaml").write_text(
        "web: {listen: '127.0.0.1:0'}\nstore: {url: 'sqlite:///state.db'}\nlimits: {targets: 2}\n"
        "targets: [{kind: file_sd, files: [list.json], refresh: 50ms, name: l}]\n"
    )
    (tmp_path / "list.json").write_text('[{"targets": ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"]}]')
    on = dict[str, set[str]]()
    for owner, name in ((module, "merge_targets"), (module, "_dumped"), (ActiveConfig, "keeping")):
        noting(monkeypatch, owner, name, on)

    async def scenario() -> tuple[int, Mapping[str, int]]:
        daemon = await Daemon.open(tmp_path / "config.yaml", SystemClock())
        await daemon.start()
        try:
            board = daemon.parts.board
            await until(lambda: any(one.left_out for one in board.snapshot.discoveries.values()))
            await until(lambda: daemon.watched > 0)  # a list is shown before its targets are watched
            states = board.snapshot.discoveries
            return daemon.watched, {name: one.left_out for name, one in states.items()}
        finally:
            await daemon.close()

    assert asyncio.run(scenario()) == (2, {"file_sd:l": 1})
    assert set(on) == {"merge_targets", "_dumped", "keeping"}
    assert "MainThread" not in set().union(*on.values())


def noting(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, on: dict[str, set[str]]) -> None:
    """Note on which threads a function runs."""
    original: Callable[..., object] = getattr(owner, name)

    def noted(*args: object, **kwargs: object) -> object:
        on.setdefault(name, set()).add(threading.current_thread().name)
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, noted)
