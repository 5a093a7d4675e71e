"""What a process keeps over the daemons that follow each other in it."""

import asyncio
import gc
import signal
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.daemon.daemon import Daemon
from monitor.daemon.serve import serve
from support.servers.daemon.service_manager import service_manager


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration without targets."""
    path = tmp_path / "cert-monitor.yaml"
    store = f"sqlite:///{tmp_path.as_posix()}/state.db"
    path.write_text(f"store: {{url: '{store}'}}\nweb: {{listen: '127.0.0.1:0'}}\nreceivers: []\n")
    return path


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    """Undo what a daemon tunes."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def begin_anew(config: Path, times: int, each: Callable[[Daemon], None]) -> None:
    """Run so many daemons one after the other in this process, as a center does that loses the lease."""

    async def scenario() -> None:
        stop, left = asyncio.Event(), [times]

        def started(made: Daemon) -> None:
            each(made)
            left[0] -= 1
            (made.parts.leadership.lost if left[0] else stop).set()

        await serve(config, stop=stop, started=started)

    asyncio.run(scenario())


def test_a_daemon_that_is_over_leaves_no_memory_behind(config: Path) -> None:
    """With 100,000 targets that would be 400 MB for each change of the leader."""
    former: list[weakref.ref[Daemon]] = []
    alive: list[int] = []

    def each(made: Daemon) -> None:
        gc.collect()
        alive.append(sum(one() is not None for one in former))
        former.append(weakref.ref(made))

    begin_anew(config, 4, each)
    assert alive == [0, 0, 0, 0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such sockets")
def test_a_center_that_begins_anew_does_not_say_that_it_stops(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After STOPPING=1 systemd waits for the end, and kills the process after ``TimeoutStopSec``."""
    with service_manager(config.with_name("notify")) as there:
        monkeypatch.setenv("NOTIFY_SOCKET", there.address)
        begin_anew(config, 2, lambda _: None)
        heard = [name for one in there.heard() for name in one if name in ("READY", "STOPPING")]
    assert heard == ["READY", "READY", "STOPPING"]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signal")
def test_a_reload_between_two_daemons_ends_nothing(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system would end the process for the signal that asks for it."""
    handlers: list[object] = []
    close = Daemon.close

    async def closing(made: Daemon, *, for_good: bool) -> None:
        handlers.append(signal.getsignal(signal.SIGHUP))
        await close(made, for_good=for_good)

    monkeypatch.setattr(Daemon, "close", closing)
    begin_anew(config, 2, lambda _: None)
    assert signal.SIG_DFL not in handlers
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
