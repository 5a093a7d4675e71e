"""TLS endpoints under one address whose certificates change, and what was shown to whom and when."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from support.campaigns.campaign import require
from support.pki import Issued, leaf, show, tls_context
from support.servers.daemon.process import ask

MOST = 3
"""Certificates of one endpoint by chance: of more than 4 changes on one day the history keeps some only."""
_TWICE = 2
_NEAR = timedelta(seconds=10)
FIRST_SEEN = "SELECT sha256, min(first_seen_at) FROM history GROUP BY sha256"


@dataclass
class Shown:
    """A certificate, and the era and instant of each handshake that showed it."""

    name: str
    endpoint: str
    sha256: str
    handshakes: list[tuple[int, datetime]] = field(default_factory=list)


@dataclass
class Endpoints:
    """Endpoints that are distinguished by the name that a client asks for.

    ``era`` is counted up whenever what was probed before may be lost: an answer to a handshake is taken for
    kept where the same endpoint was probed twice more in its era, unless that is ``lossy``. ``held`` are
    endpoints whose certificates do not change by chance.
    """

    ca: Issued
    chance: Random
    names: list[str]
    contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)
    shown: dict[str, list[Shown]] = field(default_factory=dict)
    log: dict[str, list[tuple[int, Shown]]] = field(default_factory=dict)
    era: int = 0
    lossy: set[int] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    met: Callable[[], None] | None = None
    port: int = 0

    def begin(self) -> None:
        """Show a first certificate at each."""
        for name in self.names:
            self.contexts[name] = tls_context()
            self.shown[name], self.log[name] = [], []
            self.change(name)

    @property
    def handshakes(self) -> int:
        """Return how many there were."""
        return sum(map(len, self.log.values()))

    @property
    def all(self) -> list[Shown]:
        """Return every certificate that was shown or is to be."""
        return [one for several in self.shown.values() for one in several]

    @property
    def served(self) -> list[str]:
        """Return the certificates that are served now, by their SHA-256."""
        return [several[-1].sha256 for several in self.shown.values()]

    def change(self, name: str) -> Shown:
        """Show a certificate never seen; ever older ones, so that none is the renewal of the one before."""
        number = len(self.all)
        end, own = datetime.now(UTC) + timedelta(hours=60 - number / 6), f"n{number}.vms.example"
        issued = leaf(name, self.ca, names=(name, own), start=end - timedelta(days=100), end=end)
        show(self.contexts[name], issued)
        self.shown[name].append(Shown(own, name, issued.sha256))
        return self.shown[name][-1]

    def next_of_any(self) -> Shown:
        """Change the certificate of the endpoint that has changed least."""
        return self.change(min(self.names, key=lambda name: len(self.shown[name])))

    def greet(self, connection: Any, name: str | None, _: ssl.SSLContext) -> None:
        """Show a client what it asks for, and sometimes another certificate to the next one."""
        if name is None or name not in self.contexts:
            return
        connection.context = self.contexts[name]
        one = self.shown[name][-1]
        one.handshakes.append((self.era, datetime.now(UTC)))
        self.log[name].append((self.era, one))
        if self.met:
            self.met()
        often = len(one.handshakes) >= _TWICE and len(self.shown[name]) < MOST
        if often and name not in self.held and self.chance.random() < 0.2:
            self.change(name)  # the connection has a copy of what the context showed until now

    def kept(self) -> set[str]:
        """Return the certificates that were probed for certain, by their SHA-256."""
        found = set()
        for log in self.log.values():
            for index, (era, one) in enumerate(log):
                later = sum(other == era for other, _ in log[index + 1 :])
                if later >= _TWICE and era not in self.lossy:
                    found.add(one.sha256)
        return found

    def require_right_times(self, database: Path, skewed: Collection[int] = ()) -> None:
        """Require that each certificate is recorded from when it was there, but for some eras."""
        for sha256, microseconds in ask(database, FIRST_SEEN):
            at = datetime.fromtimestamp(microseconds / 1e6, UTC)
            for one in self.all:
                times = [time for _, time in one.handshakes]
                if one.sha256 != sha256 or any(era in skewed for era, _ in one.handshakes):
                    continue
                right = times and min(times) - _NEAR <= at <= max(times) + _NEAR
                require(right, f"{one.name} was there at {times}, it is recorded as seen first at {at}")

    async def rounds(self, count: int, seconds: float) -> None:
        """Wait until each endpoint was probed so many times more."""
        before = {name: len(log) for name, log in self.log.items()}
        async with asyncio.timeout(seconds):
            while any(len(self.log[name]) < number + count for name, number in before.items()):
                await asyncio.sleep(0.05)


@asynccontextmanager
async def served(endpoints: Endpoints, **where: Any) -> AsyncIterator[Endpoints]:
    """Run the server of endpoints at a socket or address."""

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    endpoints.begin()
    context = tls_context(leaf("nobody.example", endpoints.ca))
    context.sni_callback = endpoints.greet
    server = await asyncio.start_server(hang_up, ssl=context, **where)
    endpoints.port = server.sockets[0].getsockname()[1]
    try:
        yield endpoints
    finally:
        server.close()
