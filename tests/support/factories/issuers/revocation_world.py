"""Targets, issuers and a clock for rounds of revocation queries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from monitor.http.policy import UrlPolicy
from monitor.issuers.revocations import Revocations
from monitor.model import (
    Anchor,
    Anchors,
    Assessment,
    Path,
    Policy,
    Revocation,
    RevocationStatus,
    Snapshot,
    Target,
    TargetState,
)
from monitor.parse import parse_certificate
from support import pki
from support.pki.crls import points
from support.pki.ocsp import access
from support.servers.issuers.issuer_world import LOOPBACK, Clock, Hosts, fetcher, leaf
from support.servers.web.server import Web, web

GOOD, REVOKED, UNKNOWN = RevocationStatus.GOOD, RevocationStatus.REVOKED, RevocationStatus.UNKNOWN
ALL = ("staple", "crl", "ocsp")


def state(
    *chain: pki.Issued, sources: Sequence[str] = ALL, name: str = "rec.example:443", **more: object
) -> TargetState:
    """Return a target that serves a chain whose last certificate is an anchor."""
    target = Target(
        f"endpoint:{name}", "endpoint", name, settings=None, policy=Policy(revocation=tuple(sources))
    )
    path = Path(name, tuple(parse_certificate(one.der) for one in chain), trusted=True)
    return replace(TargetState(target), assessment=Assessment(paths=(path,)), **more)  # type: ignore[arg-type]


@dataclass
class World:
    """A web server, a CA, and the client under test."""

    server: Web
    ca: pki.Issued = field(default_factory=lambda: pki.authority("Test CA"))
    clock: Clock = field(default_factory=Clock)
    known: Mapping[str, Revocation] = field(default_factory=dict)
    shown: int = 0
    ders: dict[str, bytes] = field(default_factory=dict)
    hosts: Hosts = field(default_factory=Hosts)
    policy: UrlPolicy = LOOPBACK

    def __post_init__(self) -> None:
        """Make what asks."""

        async def anchors(_trust: tuple[str, ...]) -> Anchors:
            return Anchors.of([Anchor(parse_certificate(self.ca.der), self.ca.der, "ca.cer")])

        async def recorded(wanted: Sequence[str]) -> Mapping[str, bytes]:
            return {one: self.ders[one] for one in wanted if one in self.ders}

        self.asking = Revocations(fetcher(self.hosts, self.policy), recorded, anchors, self.clock)

    def leaf(self, *paths: str, responder: str = "", subject: str = "rec.example") -> pki.Issued:
        """Return a recorded certificate that names CRLs and a responder on our server."""
        extensions = [points(*map(self.server.url, paths))] if paths else []
        extensions += [access(self.server.url(responder))] if responder else []
        made = leaf(self.ca, *extensions, subject=subject)
        self.ders[made.sha256] = made.der
        return made

    async def round(self, *states: TargetState) -> bool:
        """Ask once about what some targets show."""

        def show(known: Mapping[str, Revocation]) -> None:
            self.known, self.shown = known, self.shown + 1

        return await self.asking.round(Snapshot({one.target.id: one for one in states}), show)

    async def later(self, span: timedelta, *states: TargetState) -> None:
        """Ask again after some time."""
        self.clock.at += span
        await self.round(*states)

    def status_of(self, issued: pki.Issued) -> tuple[RevocationStatus, str]:
        """Return what is known of a certificate, and from where."""
        known = self.known[issued.sha256]
        return known.status, known.source


def in_world(act: Callable[[World], Awaitable[None]]) -> None:
    """Run a scenario against a web server."""

    async def run() -> None:
        async with web() as server:
            await act(World(server))

    asyncio.run(run())
