"""A program of the demonstration: started in a session of its own, started again, and ended with it."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60.0
_LONGEST_END = 15.0


@dataclass
class Piece:
    """One program and how a person unplugs it."""

    name: str
    process: asyncio.subprocess.Process
    log: Path
    begin: Callable[[], Awaitable[asyncio.subprocess.Process]]
    unplug: str = "-9"
    where: str = ""

    @property
    def line(self) -> str:
        """Return what it is, where it is, and the command that unplugs it."""
        return f"  {self.name:<16}{self.where:<32}kill {self.unplug} {self.process.pid}"

    @property
    def ended(self) -> bool:
        """Return whether its process has ended."""
        return self.process.returncode is not None

    async def start_again(self) -> None:
        """Start it again as it was started, with what it had on disk."""
        self.process = await self.begin()

    async def stop(self) -> None:
        """End it, by force when it does not listen."""
        if not self.ended:
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), _LONGEST_END)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def start(
    name: str,
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> Piece:
    """Start a program in a folder that has its log; Ctrl-C does not reach it by itself."""
    log = folder / f"{name}.log"

    async def begin() -> asyncio.subprocess.Process:
        with log.open("ab") as stream:
            return await asyncio.create_subprocess_exec(
                *map(str, command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                **options,
            )

    return Piece(name, await begin(), log, begin)


async def ready(piece: Piece, answers: Callable[[], bool]) -> None:
    """Wait until a program answers; end the demonstration with its log when it does not."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while not await asyncio.to_thread(answers):
        late = asyncio.get_running_loop().time() > until
        if late or piece.ended:
            raise SystemExit(f"{piece.name} did not start:\n{piece.log.read_text(errors='replace')}")
        await asyncio.sleep(0.1)


def listens(port: int) -> bool:
    """Return whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that are free now, all different."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in held]
