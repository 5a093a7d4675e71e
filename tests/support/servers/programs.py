"""Programs that run beside a test: each is ended when its block ends, by force if it does not listen.

Leaving ``Popen`` as a context manager waits without bound, and hides that something in its block has failed.
"""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 10.0
"""Seconds that a program has to end before it is killed."""


def program(name: str, package: str) -> str:
    """Return the path of a program, or skip and name Debian's package."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: install Debian's package {package}")
    return found


@contextmanager
def running(command: Sequence[str | Path], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Run a program until the end of the block."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        stop(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def stop(process: subprocess.Popen[Any]) -> None:
    """End a program as its administrator would, or by force."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)


async def ended(process: asyncio.subprocess.Process) -> None:
    """End a program of an event loop in the same way.

    Waiting for it includes the end of its pipes, which its children may hold (CPython issue 119710): hence
    the bound even after the kill.
    """
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        if process.returncode is None:
            process.kill()
        await asyncio.wait_for(process.wait(), PATIENCE)


def free_port() -> int:
    """Return a port of the loopback address that was free just now."""
    (port,) = free_ports(1)
    return port


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback address on which nothing listened just now, all different."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in held]
