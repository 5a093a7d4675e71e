"""Run the command in this process against the demo's servers, for the tests of the command line."""

import asyncio
import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.cli import main
from monitor.demo.estate import Estate

COMMAND = (sys.executable, "-m", "monitor")
PATIENCE = 30


@dataclass(frozen=True)
class Done:
    """The exit code and output of a command."""

    code: int
    out: str
    err: str

    @property
    def elements(self) -> list[dict[str, Any]]:
        """Return what ``check --format json`` printed."""
        return list(json.loads(self.out))

    def column(self, key: str, inner: str) -> list[list[str]]:
        """Return one inner value of a list in each element, such as the reasons of the failures."""
        return [[one[inner] for one in element[key]] for element in self.elements]


def run(*arguments: str | Path) -> Done:
    """Run ``cert-monitor`` with these arguments."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]


def check(*arguments: str | Path) -> Done:
    """Run ``cert-monitor check --format json``."""
    return run("check", "--format", "json", *arguments)


@contextmanager
def as_at_a_terminal() -> Iterator[None]:
    """Let programs started meanwhile be ended by SIGINT, also where the tests themselves ignore it.

    A shell makes its background jobs ignore SIGINT, and what is ignored stays so in every child.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def started(
    *arguments: str | Path, patience: float = 60, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command in a process of its own until it ends, and kill it when a test fails or time is up.

    Leaving ``Popen`` by itself waits without bound, and hides that an assertion inside it has failed.
    """
    with as_at_a_terminal():
        child = subprocess.Popen([*COMMAND, *map(str, arguments)], **options)
    with child as process:
        alarm = threading.Timer(patience, process.kill)
        alarm.start()
        try:
            yield process
            process.wait()
        finally:
            alarm.cancel()
            process.kill()


@contextmanager
def running(config: Path) -> Iterator[str]:
    """Run the daemon and give its address."""
    log = config.parent / "daemon.log"
    with (
        log.open("wb") as stream,
        started("run", "--config", config, patience=3 * PATIENCE, stderr=stream) as process,
    ):
        try:
            deadline = time.monotonic() + 3 * PATIENCE
            while "http://" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield "http://" + log.read_text().partition("http://")[2].split()[0]
        finally:
            process.terminate()
            process.wait(PATIENCE)


@dataclass
class Site:
    """The demo's servers, run by an event loop on a dedicated thread."""

    folder: Path
    estate: Estate
    loop: asyncio.AbstractEventLoop
    ca: Path = field(init=False)

    def __post_init__(self) -> None:
        """Return the path of the CA's file."""
        self.ca = self.folder / "vms-ca.cer"

    def __getitem__(self, name: str) -> str:
        """Return the address of one server."""
        return f"127.0.0.1:{self.estate.ports[name]}"


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Serve the estate while the block runs."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # clients that probe and leave
    # A daemon: where the estate does not start, the interpreter must not wait for its thread.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    estate = Estate(folder, timedelta(days=1))
    asyncio.run_coroutine_threadsafe(estate.start(), loop).result(30)
    try:
        yield Site(folder, estate, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end(estate), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _end(estate: Estate) -> None:
    await estate.stop()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.05)  # transports say goodbye in later turns
