"""The bodies of requests of agents: bounded in size, in time, and in how many are read at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from monitor.web.services.agent_admin import AgentIdentity

MOST_WAITING = 4
"""Requests of one agent at a time; an agent of ours makes one after the other."""
READ_WITHIN = 110.0
"""Seconds for a whole document on a slow line: an agent waits for two minutes."""
PIECE = 64 * 1024
"""Bytes that are written at once, so that a client that does not read holds no more than that."""
HEAVY, LONGEST_REST = 0.5, 5.0
"""Seconds after which a document counts as heavy, and for how long its agent rests then at most."""


class TooLargeError(Exception):
    """A body is larger than any that is sent here."""


class TooManyRequestsError(Exception):
    """An agent has more requests under way than any agent of ours."""


async def read_body(request: Request, most: int, within: float) -> bytes:
    """Return a body; raise ``TooLargeError``, and ``TimeoutError`` for one that does not end."""
    found = bytearray()
    async with asyncio.timeout(within):
        async for piece in request.stream():
            found += piece
            if len(found) > most:
                raise TooLargeError
    return bytes(found)


class AgentTurns:
    """Documents of one agent are read and taken one after the other.

    So an agent that sends many at once has one of them in memory, and one whose documents take long to read
    rests for as long after each.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._turns: dict[AgentIdentity, asyncio.Lock] = {}
        self._waiting: dict[AgentIdentity, int] = {}

    @asynccontextmanager
    async def of(self, agent: AgentIdentity) -> AsyncIterator[None]:
        """Wait for the turn of an agent; raise ``TooManyRequestsError`` where too many wait."""
        waiting = self._waiting.get(agent, 0)
        if waiting >= MOST_WAITING:
            raise TooManyRequestsError
        self._waiting[agent] = waiting + 1
        try:
            async with self._turns.setdefault(agent, asyncio.Lock()):
                yield
        finally:
            self._waiting[agent] -= 1
            if not self._waiting[agent]:
                del self._waiting[agent], self._turns[agent]


async def rest(began: float) -> None:
    """Wait as long as something took that began at a time of the loop, if that was long."""
    took = asyncio.get_running_loop().time() - began
    if took > HEAVY:
        await asyncio.sleep(min(took, LONGEST_REST))


async def pieces(document: bytes) -> AsyncIterator[bytes]:
    """Iterate over a document in pieces."""
    for first in range(0, len(document), PIECE):
        yield document[first : first + PIECE]
