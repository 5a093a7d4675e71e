"""The whole daemon with revocation on: a real TLS server, a real CRL server, a real mail server."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

from monitor.daemon.daemon import Daemon
from monitor.daemon.periodic import PeriodicTask
from monitor.demo.tls_server import TlsServer
from monitor.model import Check, Revocation, RevocationStatus
from support import pki
from support.pki.crls import crl, entry, points
from support.servers.daemon.inside import daemon, metrics, passes
from support.servers.daemon.process import until
from support.servers.issuers.issuer_world import DAY, HOUR
from support.servers.mail.servers import Inbox, mail_server
from support.servers.web.server import Web, http, web
from support.written import word_of

PATH = "/ca.crl"
ASKING: Callable[[Daemon], PeriodicTask] = attrgetter("parts.tasks.revocation")


@dataclass
class Site:
    """A TLS server, the CRL of its CA, and a mailbox."""

    folder: Path
    crls: Web
    inbox: Inbox
    mail_port: int
    ca: pki.Issued
    context: ssl.SSLContext
    port: int = 0
    own: pki.Issued | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def serve(self) -> pki.Issued:
        """Serve a new certificate that names our CRL from now on."""
        extensions = [points(self.crls.url(PATH))]
        start = self.now - (DAY if self.own else 2 * DAY)
        self.own = pki.issue(
            "rec.example", self.ca, at=self.now, start=start, names=("rec.example",), extensions=extensions
        )
        pki.show(self.context, self.own)
        return self.own

    def publish(self, *revoked: pki.Issued) -> None:
        """Publish a CRL with these certificates."""
        made = crl(self.ca, *map(entry, revoked), begin=self.now - HOUR, end=self.now + DAY)
        self.crls.replies[PATH] = http(made)

    def config(self, revocation: str = "on", issuers: str = "{private_addresses: [127.0.0.0/8]}") -> Path:
        """Write a configuration and return its path."""
        path = self.folder / "cert-monitor.yaml"
        path.write_text(
            f"""
defaults: {{interval: 300ms, timeout: 2s, trust: [ca.cer], revocation: {revocation}}}
issuers: {issuers}
targets:
  - {{kind: endpoint, address: "127.0.0.1:{self.port}", server_name: rec.example, title: Recorder 01}}
email: {{host: 127.0.0.1, port: {self.mail_port}, from: certs@vms.example, to: [admins@vms.example]}}
web: {{listen: "127.0.0.1:0"}}
digest: {{every: off}}
store: {{url: "sqlite:///state.db"}}
alerts: {{every: 200ms}}
""",
            encoding="utf-8",
        )
        return path

    @property
    def mails(self) -> list[str]:
        """Return the subjects of all mails so far."""
        return [str(message["Subject"]).strip() for message in self.inbox.messages]


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    """Run the servers."""
    inbox = Inbox()

    ca = pki.authority(at=pki.TODAY)
    (folder / "ca.cer").write_bytes(ca.der)
    context = pki.tls_context()
    async with web() as crls, mail_server(inbox) as mail_port:
        made = Site(folder, crls, inbox, mail_port, ca, context)
        made.serve()
        made.publish()
        server = await TlsServer.start(context)
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            await server.stop()


def ask_again(running: Daemon) -> None:
    """Make everything due, as if hours had gone by."""
    revocations = running.parts.revocation._revocations
    revocations._due.clear()
    revocations._checker._crls._cached.clear()
    revocations._checker._crls._failed.clear()
    running.parts.tasks.revocation.nudge()


def known(running: Daemon, issued: pki.Issued | None) -> Revocation | None:
    """Return what the board knows of a certificate."""
    assert issued is not None
    return running.parts.board.snapshot.revocations.get(issued.sha256)


def stands(
    running: Daemon, issued: pki.Issued | None, revocation_status: RevocationStatus
) -> Callable[[], bool]:
    """Return whether a certificate is known to be so."""
    return lambda: (found := known(running, issued)) is not None and found.status is revocation_status


def run(folder: Path, act: Callable[[Site], Awaitable[None]]) -> None:
    """Run a scenario at a site."""

    async def scenario() -> None:
        async with site(folder) as where:
            await act(where)

    asyncio.run(scenario())


def test_a_good_certificate_gives_no_finding(tmp_path: Path) -> None:
    """A certificate that is not listed gives no finding and no mail but the inventory."""

    async def act(where: Site) -> None:
        async with daemon(where.config(), ASKING) as running:
            await until(lambda: bool(where.mails))
            await until(stands(running, where.own, RevocationStatus.GOOD))
            await passes(running)
            assert await metrics(running, "revo") == []
            assert [mail.partition(" ")[0] for mail in where.mails] == ["Certificates:"]

    run(tmp_path, act)


def test_the_life_of_a_revocation(tmp_path: Path) -> None:
    """It becomes a finding, a metric and a mail; a restart recovers nothing; only a new certificate does."""

    async def act(where: Site) -> None:
        old = where.own
        assert old is not None
        async with daemon(where.config(), ASKING) as running:
            await until(lambda: bool(where.mails))
            await until(stands(running, old, RevocationStatus.GOOD))
            where.publish(old)
            ask_again(running)
            await until(lambda: len(where.mails) == 2)
            (found,) = running.parts.board.snapshot.correlated[f"endpoint:127.0.0.1:{where.port}/rec.example"]
            assert (found.check, found.sha256) == (Check.REVOKED, old.sha256)
            (line,) = await metrics(running, 'check="revoked",severity=')
            assert 'severity="critical"' in line
        assert where.mails[1] == "Recorder 01: certificate revoked (critical)"
        text = where.inbox.messages[1].get_body(("plain",))
        assert text is not None
        words = " ".join(text.get_content().split())
        assert 'The certificate "rec.example" was revoked on 22 Nov 2026 12:00 UTC (key compromise)' in words
        del where.crls.replies[PATH]
        async with daemon(where.config(), ASKING) as running:
            await until(stands(running, old, RevocationStatus.UNKNOWN))
            await passes(running)
            where.publish(old)
            ask_again(running)
            await until(stands(running, old, RevocationStatus.REVOKED))
            await passes(running)
            assert len(where.mails) == 2
            where.serve()
            await until(lambda: len(where.mails) == 3)
        assert word_of(where.mails[2]) == "Renewed"

    run(tmp_path, act)


def test_it_is_unknown(tmp_path: Path) -> None:
    """An issuer that does not answer is reported after the third attempt, with what to do about it."""

    async def act(where: Site) -> None:
        async with daemon(where.config(issuers="{}"), ASKING) as running:
            await until(lambda: bool(where.mails))
            for attempt in (1, 2):

                def tried(attempt: int = attempt) -> bool:
                    found = known(running, where.own)
                    return found is not None and found.attempts == attempt

                await until(tried)
                await passes(running)
                assert len(where.mails) == 1
                ask_again(running)
            await until(lambda: len(where.mails) == 2)
        said = "Test Root: revocation status unknown (warning)"
        assert where.mails[1].startswith(said)
        text = where.inbox.messages[1].get_body(("plain",))
        assert text is not None
        assert "issuers.private_addresses" in text.get_content()
        assert where.crls.asked == []

    run(tmp_path, act)


def test_a_reload_allows_the_address(tmp_path: Path) -> None:
    """A reload that lists the CA's address has it asked at once."""

    async def act(where: Site) -> None:
        async with daemon(where.config(issuers="{}"), ASKING) as running:
            await until(stands(running, where.own, RevocationStatus.UNKNOWN))
            where.config()
            assert await running.reload() == ()
            await until(stands(running, where.own, RevocationStatus.GOOD))

    run(tmp_path, act)


def test_off_asks_nobody(tmp_path: Path) -> None:
    """Without the key nothing is asked."""

    async def act(where: Site) -> None:
        async with daemon(where.config(revocation="off"), ASKING) as running:
            await until(lambda: bool(where.mails))
            await passes(running)
            assert (running.parts.board.snapshot.revocations, where.crls.asked) == ({}, [])

    run(tmp_path, act)


def test_probes_do_not_wait(tmp_path: Path) -> None:
    """While an issuer keeps us waiting, targets are probed as ever."""

    async def act(where: Site) -> None:
        async def never(_request: object, _writer: object) -> None:
            await asyncio.sleep(60)

        where.crls.replies[PATH] = never
        async with daemon(where.config(), ASKING) as running:
            await until(lambda: bool(where.crls.requests))
            name = f"endpoint:127.0.0.1:{where.port}/rec.example"
            for _ in range(3):
                before = running.parts.board.snapshot.states[name].probed_at

                def later(before: datetime | None = before) -> bool:
                    return running.parts.board.snapshot.states[name].probed_at != before

                await until(later)
            assert known(running, where.own) is None

    run(tmp_path, act)
