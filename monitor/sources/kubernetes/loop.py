"""Run a probe in its own event loop, and end every connection and program of the probe with it.

A kubeconfig may name a program that logs in. One that hangs is abandoned with the probe; asyncio would leave
it running, one more with each probe. A TLS connection waits for the peer's close_notify when it is closed,
and would stay open when the loop is gone.
"""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_TURNS = 5
_GRACEFUL_CLOSE = 100
_MOMENT = 0.01

if sys.platform == "win32":
    _Base = asyncio.ProactorEventLoop
else:
    _Base = asyncio.SelectorEventLoop


class _Loop(_Base):
    """Tracks which connections were made and which programs were started."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: list[asyncio.WriteTransport] = []
        self.programs: list[asyncio.SubprocessTransport] = []

    async def create_connection(self, *words: Any, **keys: Any) -> Any:
        transport, protocol = await super().create_connection(*words, **keys)
        self.connections.append(transport)
        return transport, protocol

    async def subprocess_exec(self, *words: Any, **keys: Any) -> Any:
        transport, protocol = await super().subprocess_exec(*words, **keys)
        self.programs.append(transport)
        return transport, protocol


def run(probe: Coroutine[Any, Any, T]) -> T:
    """Return what a probe returns or raise what it raises; nothing that it started outlives it."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(_ending(probe))


async def _ending(probe: Coroutine[Any, Any, T]) -> T:
    try:
        return await probe
    finally:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, _Loop)  # noqa: S101 - the one above
        for connection in loop.connections:
            connection.abort()
        for program in loop.programs:
            program.close()  # it kills what still runs
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for _ in range(_GRACEFUL_CLOSE):
            if all(program.get_returncode() is not None for program in loop.programs):
                break
            await asyncio.sleep(_MOMENT)
