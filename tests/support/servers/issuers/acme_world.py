"""An ACME CA on loopback that offers renewal information (RFC 9773), a record, and what asks the CA.

Nothing here is for use outside tests.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.http.fetch import Fetcher
from monitor.http.policy import EVERYWHERE, UrlPolicy
from monitor.issuers.ari_client import Fetchers
from monitor.issuers.renewal_id import renewal_id
from monitor.issuers.renewals import Renewals
from monitor.model import Assessment, Path, Policy, RenewalWindow, Snapshot, Target, TargetState
from monitor.network.client_tls import unverified_context
from monitor.parse import parse_certificate
from support import pki
from support.servers.issuers.issuer_world import LOOPBACK, NOW, Clock, Hosts
from support.servers.web.server import Reply, Web, http, web

CA = "Test ACME CA"


def state(*chain: pki.Issued, name: str = "www.example:443", asked: bool = True) -> TargetState:
    """Return a target that serves a chain."""
    policy = Policy(renewal_information=asked)
    target = Target(f"endpoint:{name}", "endpoint", name, settings=None, policy=policy)
    path = Path(name, tuple(parse_certificate(one.der) for one in chain), trusted=True)
    return replace(TargetState(target), assessment=Assessment(paths=(path,)))


def window(start: datetime, end: datetime, *headers: str, explanation: str = "") -> bytes:
    """Return the CA's answer with this window."""
    content: dict[str, object] = {"suggestedWindow": {"start": start.isoformat(), "end": end.isoformat()}}
    if explanation:
        content["explanationURL"] = explanation
    return http(json.dumps(content).encode(), "200 OK", "Content-Type: application/json", *headers)


@dataclass
class Record:
    """A store of windows and certificates, in memory."""

    ders_of: dict[str, bytes] = field(default_factory=dict)
    windows: dict[str, RenewalWindow] = field(default_factory=dict)

    async def renewals(self, fingerprints: Sequence[str]) -> Mapping[str, RenewalWindow]:
        """Return the recorded windows of some certificates."""
        return {one: self.windows[one] for one in fingerprints if one in self.windows}

    async def put_renewals(self, windows: Iterable[RenewalWindow]) -> None:
        """Record some windows."""
        self.windows.update((one.sha256, one) for one in windows)

    async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
        """Return the bytes of those of some certificates that are recorded."""
        return {one: self.ders_of[one] for one in fingerprints if one in self.ders_of}


@dataclass
class World:
    """The CA's web server, its CA certificate, and the client under test."""

    server: Web
    ca: pki.Issued = field(default_factory=lambda: pki.authority(CA))
    clock: Clock = field(default_factory=Clock)
    record: Record = field(default_factory=Record)
    shown: Mapping[str, RenewalWindow] = field(default_factory=dict)
    policy: UrlPolicy = LOOPBACK

    def __post_init__(self) -> None:
        """Offer a directory, and make what asks."""
        self.server.replies["/directory"] = self.directory(self.server.url("/ari"))
        self.restart()

    def restart(self) -> None:
        """Make what asks anew, as a new process would."""
        directories = {CA: self.server.url("/directory")}
        self.asking = Renewals(self.fetchers(), directories, self.record, self.clock)

    def fetchers(self) -> Fetchers:
        """Return who asks the CA, and who asks others."""
        return Fetchers(
            Fetcher(Hosts(), EVERYWHERE, unverified_context()),
            Fetcher(Hosts(), self.policy, unverified_context()),
        )

    @staticmethod
    def directory(url: str) -> bytes:
        """Return a directory that names this URL as renewalInfo."""
        return http(json.dumps({"newOrder": "https://x.example/order", "renewalInfo": url}).encode())

    def leaf(self, **more: object) -> pki.Issued:
        """Return a recorded certificate of the CA: 30 days old, with 60 of 90 left."""
        dates = {"start": pki.days(-30), "end": pki.days(60)} | more
        made = pki.leaf("www.example", self.ca, **dates)  # type: ignore[arg-type]
        self.record.ders_of[made.sha256] = made.der
        return made

    def path(self, issued: pki.Issued) -> str:
        """Return where the CA is asked about a certificate."""
        return f"/ari/{renewal_id(issued.der)}"

    def answers(self, issued: pki.Issued, reply: Reply) -> None:
        """Set the CA's answer about a certificate."""
        self.server.replies[self.path(issued)] = reply

    async def round(self, *states: TargetState) -> bool:
        """Ask once about what some targets show."""

        def show(known: Mapping[str, RenewalWindow]) -> None:
            self.shown = known

        return await self.asking.round(Snapshot({one.target.id: one for one in states}), show)

    async def later(self, span: timedelta, *states: TargetState) -> int:
        """Go on after some time; return how often anybody was asked in that round."""
        self.clock.at += span
        before = len(self.server.requests)
        await self.round(*states)
        return len(self.server.requests) - before


def in_world(act: Callable[[World], Awaitable[None]]) -> None:
    """Run a scenario against a CA."""

    async def run() -> None:
        async with web() as server:
            await act(World(server))

    asyncio.run(run())


START, END = NOW + timedelta(days=30), NOW + timedelta(days=32)
