"""The process around a daemon: open and start it, run until a signal, and close it in order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from monitor import __version__
from monitor.clock import SystemClock
from monitor.daemon.cluster.handover import FormerDaemon
from monitor.daemon.daemon import Daemon
from monitor.daemon.system.descriptors import raise_open_files_limit
from monitor.gc_tuning import release_free_memory, tune_garbage_collector, unfreeze_objects
from monitor.logs import event, use_log_format
from monitor.model import MachineClock

log = logging.getLogger(__name__)


async def serve(
    path: Path,
    *,
    stop: asyncio.Event | None = None,
    clock: MachineClock | None = None,
    started: Callable[[Daemon], None] | None = None,
) -> None:
    """Run the daemon on a configuration file until SIGTERM, Ctrl-C or ``stop``.

    Raises ``ConfigError`` for an invalid configuration and ``SystemBrokenError`` when the local system does
    not let us start; once started, neither stops the daemon. ``started`` is called when all parts run.
    """
    stop = stop or asyncio.Event()
    raise_open_files_limit()
    former: FormerDaemon | None = None
    with _reload_signal() as reload:
        while not stop.is_set():
            # A center that another one took the lease from begins anew, as a standby; so does one that lost
            # or got its database.
            daemon = await Daemon.open(path, clock or SystemClock(), former)
            former = await _served(daemon, stop, started, reload)
            del daemon
            unfreeze_objects()


async def _served(
    daemon: Daemon,
    stop: asyncio.Event,
    started: Callable[[Daemon], None] | None,
    reload: list[Callable[[], None]],
) -> FormerDaemon:
    """Run a daemon until it ends, and return what it passes to the next one; ``reload`` is for SIGHUP."""
    use_log_format(daemon.parts.watched.config.log.format)
    try:
        with _stop_signals(stop):
            reload.append(daemon.reload_soon)
            await daemon.start()
            tune_garbage_collector()
            release_free_memory()
            event(log, "started", version=__version__, targets=daemon.watched, page=daemon.url)
            if started:
                started(daemon)
            await daemon.over(stop)
            log.info("stopping" if stop.is_set() else daemon.begins_anew)
        return daemon.former()
    finally:
        reload.clear()
        await daemon.close(for_good=stop.is_set())


@contextlib.contextmanager
def _reload_signal() -> Iterator[list[Callable[[], None]]]:
    """Give a list whose calls are made on SIGHUP, where there is one.

    While it is empty the signal is ignored: the system would end the process.
    """
    calls: list[Callable[[], None]] = []

    def received() -> None:
        for call in calls:
            call()

    if not hasattr(signal, "SIGHUP"):
        yield calls
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, received)
    try:
        yield calls
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


@contextlib.contextmanager
def _stop_signals(stop: asyncio.Event) -> Iterator[None]:
    """Stop on SIGTERM and SIGINT.

    Windows' event loops have no signal handlers: there SIGINT and SIGBREAK are handled by ``signal.signal``,
    and each only sets the event from the loop's own thread.
    """
    loop = asyncio.get_running_loop()
    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_signal_handler(signal.SIGINT, stop.set)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
        return
    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {
        getattr(signal, name): signal.signal(
            getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop.set)
        )
        for name in names
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
