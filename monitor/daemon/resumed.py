"""What a service knows that starts now, from a copy of the record; probes nothing and serves nothing.

The service may run meanwhile: the copy has what it recorded so far.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import __version__
from monitor.config import Config
from monitor.daemon.active_config import plan_targets
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.parts import DaemonParts
from monitor.daemon.steady_clock import SteadyClock
from monitor.daemon.watched_targets import polled_discoveries
from monitor.daemon.wiring import wire
from monitor.model import MachineClock, Snapshot
from monitor.store import Store
from monitor.store.backup import back_up


async def recorded_snapshot(config: Config, clock: MachineClock) -> Snapshot:
    """Return the last known state of all targets; raise ``SystemBrokenError`` where nothing is recorded."""
    async with resumed(config, clock) as parts:
        return parts.board.snapshot


@asynccontextmanager
async def resumed(config: Config, clock: MachineClock) -> AsyncIterator[DaemonParts]:
    """Give the parts of a daemon that has loaded a copy of the record; what they record goes to the copy.

    Raises ``SystemBrokenError`` where nothing is recorded yet.
    """
    with TemporaryDirectory(prefix="cert-monitor-copy-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "state.db"
        back_up(config.store.url, copy)
        async with _loaded(config, f"sqlite:///{copy.as_posix()}", clock) as parts:
            yield parts


@asynccontextmanager
async def _loaded(config: Config, url: str, clock: MachineClock) -> AsyncIterator[DaemonParts]:
    store = await Store.open(url, app_version=__version__)
    try:
        steady = SteadyClock(clock)
        discoveries = Discoveries(store, steady, config.limits.targets)
        await discoveries.resume(polled_discoveries(config))
        quiet = replace(config, log=config.log.model_copy(update={"event_log": False}))
        parts = wire(plan_targets(quiet, discoveries.found()), store, discoveries, steady, ())
        await parts.clock_watch.resume(store)
        parts.alerts.note_absence()
        await parts.watched.begin()
        await parts.ari.resume()
        parts.board.set_discovered(discoveries.states)
        yield parts
    finally:
        await store.close()
