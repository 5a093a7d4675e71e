"""The state of a service that would start now, read from a copy of the record; probes and serves nothing.

The service may run meanwhile: the copy has what it recorded so far.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import __version__
from monitor.config import Config
from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.cluster.leadership import Alone
from monitor.daemon.parts import DaemonParts
from monitor.daemon.targets.active_config import plan_targets
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.watched_targets import polled_discoveries
from monitor.daemon.web.link_key import link_key_of
from monitor.daemon.wiring import wire
from monitor.model import MachineClock, Snapshot
from monitor.state_folder import is_server, url_of
from monitor.store import Store
from monitor.store.database import Database, dialect_for
from monitor.store.maintenance.backup import back_up
from monitor.store.maintenance.copying import fill, reading


async def recorded_snapshot(config: Config, clock: MachineClock) -> Snapshot:
    """Return the last known state of all targets; raise ``SystemBrokenError`` where nothing is recorded."""
    async with resumed(config, clock) as parts:
        return parts.board.snapshot


@asynccontextmanager
async def resumed(config: Config, clock: MachineClock) -> AsyncIterator[DaemonParts]:
    """Yield the parts of a daemon that has loaded a copy of the record; what they record goes to the copy.

    Raises ``SystemBrokenError`` where nothing is recorded yet.
    """
    with TemporaryDirectory(prefix="cert-monitor-copy-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "state.db"
        _copy(config, copy)
        async with _loaded(config, f"sqlite:///{copy.as_posix()}", clock) as parts:
            yield parts


def _copy(config: Config, file: Path) -> None:
    """Copy the record to a file."""
    store = config.store
    if not is_server(store.url):
        back_up(store.url, file)
        return
    with (
        closing(Database.open(url_of(file), app_version=__version__)) as copy,
        reading(dialect_for(store.url, store.password)) as connection,
    ):
        copy.write(fill, connection)


@asynccontextmanager
async def _loaded(config: Config, url: str, clock: MachineClock) -> AsyncIterator[DaemonParts]:
    store = await Store.open(url, app_version=__version__)
    try:
        steady = SteadyClock(clock)
        discoveries = Discoveries(store, steady, config.limits.targets)
        await discoveries.resume(polled_discoveries(config))
        quiet = replace(config, log=config.log.model_copy(update={"event_log": False}))
        active, key = plan_targets(quiet, discoveries.found()), await link_key_of(config.store.url, store)
        parts = wire(active, store, discoveries, steady, (), link_key=key, leadership=Alone())
        await parts.clock_watch.resume(store)
        parts.alerts.note_absence()
        await parts.watched.begin()
        await parts.ari.resume()
        parts.board.set_discovered(discoveries.states)
        yield parts
    finally:
        await store.close()
