"""Watched targets while configuration and lists change: none is lost, incomplete or brought back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from monitor.clock import SystemClock
from monitor.daemon.daemon import Daemon
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.state_loader import StateLoader
from monitor.discovery import DiscoveryResult
from monitor.errors import SystemBrokenError
from monitor.metrics import OwnMetrics
from monitor.model import DiscoveredTarget, Target
from monitor.pipeline import Board
from monitor.store import Store
from support.servers.daemon.process import until

LOCALHOST = "  - {kind: dns, name: 'localhost:1'}\n"


def configured(folder: Path, targets: str) -> Path:
    """Write a configuration with these targets and return where it is."""
    path = folder / "cert-monitor.yaml"
    path.write_text(
        f"web: {{listen: '127.0.0.1:0'}}\nstore: {{url: 'sqlite:///{folder.as_posix()}/state.db'}}\n"
        f"targets:\n{targets}",
        encoding="utf-8",
    )
    return path


def named(*names: str) -> str:
    """Return entries of files targets with these names."""
    return "".join(f"  - {{kind: files, name: {name}, paths: [{name}.pem]}}\n" for name in names)


@dataclass
class Disturbed:
    """Bring knowledge back like the real one, but do something else first."""

    real: StateLoader
    first: Callable[[], Awaitable[None]]

    async def load_onto(self, board: Board, targets: Sequence[Target]) -> None:
        """Do the other thing, then what was asked for."""
        await self.first()
        await self.real.load_onto(board, targets)


@dataclass
class Failing:
    """Raise what a locked database raises, as often as it is set to."""

    times: int

    async def __call__(self) -> None:
        """Raise, or not any more."""
        if self.times:
            self.times -= 1
            raise SystemBrokenError("the store is locked")


@dataclass
class Unforgetting:
    """A store that cannot forget targets."""

    real: Store

    async def forget_targets(self, _ids: object, _now: datetime) -> None:
        """Fail."""
        raise SystemBrokenError("the store is locked")

    def __getattr__(self, name: str) -> Any:
        """Do everything else as the real one."""
        return getattr(self.real, name)


def disturb(daemon: Daemon, first: Callable[[], Awaitable[None]]) -> None:
    """Let a daemon do something else whenever it brings knowledge back."""
    services = daemon.parts.watched._services
    daemon.parts.watched._services = replace(
        services, loader=cast("StateLoader", Disturbed(services.loader, first))
    )


def run(scenario: Callable[[Daemon], Awaitable[Any]], path: Path) -> Any:
    """Return what a scenario returns with a daemon that it starts itself."""

    async def whole() -> Any:
        daemon = await Daemon.open(path, SystemClock())
        try:
            return await scenario(daemon)
        finally:
            await daemon.close()

    return asyncio.run(whole())


def test_what_was_discovered_while_the_store_failed_is_watched_later(tmp_path: Path) -> None:
    """New targets are taken up at the next round although the list itself does not change again."""

    async def scenario(daemon: Daemon) -> list[str]:
        daemon.parts.tasks.lists.every = 0.05
        await daemon.start()
        await until(lambda: bool(daemon.parts.board.snapshot.states))
        return sorted({state.target.origin for state in daemon.parts.board.snapshot})

    async def failing_after_the_start(daemon: Daemon) -> list[str]:
        rounds = iter([0, 1, 1])

        async def first() -> None:
            if next(rounds, 0):
                raise SystemBrokenError("the store is locked")

        disturb(daemon, first)
        return await scenario(daemon)

    assert run(failing_after_the_start, configured(tmp_path, LOCALHOST)) == ["dns:localhost:1"]


def test_a_reload_during_the_start_waits_for_its_end(tmp_path: Path) -> None:
    """What a reload adds while the record is still being read is on the board afterwards."""

    async def scenario(daemon: Daemon) -> list[str]:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            if not begun.is_set():
                begun.set()
                await go_on.wait()

        disturb(daemon, first)
        starting = asyncio.create_task(daemon.start())
        await begun.wait()
        configured(tmp_path, named("one", "two"))
        reloading = asyncio.create_task(daemon.reload())
        await asyncio.wait({reloading}, timeout=0.3)
        go_on.set()
        await starting
        assert await reloading == ()
        return sorted(daemon.parts.board.snapshot.states)

    assert run(scenario, configured(tmp_path, named("one"))) == ["files:one", "files:two"]


def test_a_reload_that_meets_a_broken_store_says_so(tmp_path: Path) -> None:
    """The caller gets the sentence of the store, and the old configuration stays in force."""

    async def scenario(daemon: Daemon) -> tuple[tuple[str, ...], list[str]]:
        await daemon.start()
        disturb(daemon, Failing(1))
        configured(tmp_path, named("one", "two"))
        return await daemon.reload(), sorted(target.id for target in daemon.parts.watched.active.targets)

    found = run(scenario, configured(tmp_path, named("one")))
    assert found == (("the store is locked",), ["files:one"])


def test_a_failed_reload_keeps_the_discovered_lists(tmp_path: Path) -> None:
    """A discovery that the refused configuration leaves out keeps its list."""

    async def scenario(daemon: Daemon) -> tuple[list[str], list[str]]:
        await daemon.start()
        await until(lambda: bool(daemon.parts.board.snapshot.states))
        disturb(daemon, Failing(1))
        configured(tmp_path, named("one"))
        assert await daemon.reload() == ("the store is locked",)
        return list(daemon.parts.discoveries.found()), list(daemon.parts.discoveries.states)

    found = run(scenario, configured(tmp_path, LOCALHOST))
    assert found == (["dns:localhost:1"], ["dns:localhost:1"])


def test_a_reload_is_whole_though_nothing_can_be_forgotten(tmp_path: Path) -> None:
    """A record that cannot be tidied up now does not stop a new configuration half-way."""

    async def scenario(daemon: Daemon) -> tuple[tuple[str, ...], float]:
        await daemon.start()
        services = daemon.parts.watched._services
        daemon.parts.watched._services = replace(services, store=cast("Store", Unforgetting(services.store)))
        configured(tmp_path, named("two") + "alerts: {every: 5m}\n")
        return await daemon.reload(), daemon.parts.tasks.alerts.every

    async def probed_at(daemon: Daemon) -> tuple[tuple[str, ...], float]:
        found = await scenario(daemon)
        assert list(daemon.parts.board.snapshot.states) == ["files:two"]
        return found

    assert run(probed_at, configured(tmp_path, named("one"))) == ((), 300.0)


@dataclass
class Lists:
    """A store without lists, broken on demand."""

    broken: bool = False

    async def discovered(self, _id: str) -> None:
        """Know nothing."""

    async def save_discovered(self, _id: str, _found: str, _at: datetime) -> None:
        """Keep nothing, or fail as a full disk does."""
        if self.broken:
            raise SystemBrokenError("the disk is full")


@dataclass
class Finds:
    """Find one endpoint, when it is let."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    id: str = "dns:portal.vms.example:443"
    target_id: str = ""
    refresh: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(days=1)
    unfinished: bool = False

    async def discover(self) -> DiscoveryResult:
        """Return it."""
        await self.go_on.wait()
        return DiscoveryResult((DiscoveredTarget("127.0.0.1:443"),))

    async def close(self) -> None:
        """Do nothing."""


def test_a_list_that_cannot_be_saved_is_watched_all_the_same() -> None:
    """The change is announced before the list is written, since it will not be a change again."""

    async def scenario() -> int:
        lists = Discoveries(cast("Store", Lists(broken=True)), SystemClock())
        finds, changes = Finds(), 0

        def changed() -> None:
            nonlocal changes
            changes += 1

        finds.go_on.set()
        await lists.resume([finds.id])
        for _ in range(2):
            try:
                await lists.refresh(finds, OwnMetrics(["endpoint"]), changed)
            except SystemBrokenError:
                continue
        return changes

    assert asyncio.run(scenario()) == 1


def test_an_answer_for_a_removed_discovery_is_dropped() -> None:
    """A discovery that left the configuration while it was asked does not come back to the metrics."""

    async def scenario() -> tuple[list[str], list[str]]:
        lists, finds = Discoveries(cast("Store", Lists()), SystemClock()), Finds()
        await lists.resume([finds.id])
        asking = asyncio.create_task(lists.refresh(finds, OwnMetrics(["endpoint"]), lambda: None))
        await asyncio.sleep(0)
        lists.keep_only([])
        finds.go_on.set()
        await asking
        return list(lists.states), list(lists.found())

    assert asyncio.run(scenario()) == ([], [])


@dataclass
class Ahead(SystemClock):
    """A clock whose monotonic time can be put forward."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        """Return the monotonic time, that much ahead."""
        return super().monotonic() + self.seconds


def test_a_slow_mail_server_does_not_make_the_daemon_unhealthy(tmp_path: Path) -> None:
    """Whatever restarts an unhealthy service would otherwise end each delivery before it is noted as sent."""

    async def scenario() -> bool:
        clock = Ahead()
        daemon = await Daemon.open(configured(tmp_path, named("one")), clock)
        try:
            clock.seconds = 600.0
            return daemon.parts.tasks.delivery.stuck
        finally:
            await daemon.close()

    assert asyncio.run(scenario()) is False
