"""The whole daemon with renewal information: a real TLS server, a CA that answers, a real mail server."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.daemon.daemon import Daemon
from monitor.demo.tls_server import TlsServer
from monitor.issuers.renewal_id import renewal_id
from support import pki
from support.servers.daemon.inside import daemon, metrics, passes
from support.servers.daemon.process import until
from support.servers.issuers.acme_world import window
from support.servers.mail.servers import Inbox, mail_server
from support.servers.web.server import Web, http, web
from support.written import word_of

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Site:
    """A TLS server, the CA of its certificate, and a mailbox."""

    folder: Path
    acme: Web
    inbox: Inbox
    ca: pki.Issued
    context: ssl.SSLContext
    port: int = 0

    def serve(self, age: float) -> pki.Issued:
        """Serve a new certificate from now on, so many days old and 90 days long."""
        made = pki.leaf("www.example", self.ca, start=NOW - age * DAY, end=NOW + (90 - age) * DAY)
        pki.show(self.context, made)
        return made

    def suggest(self, issued: pki.Issued, start: timedelta, end: timedelta) -> None:
        """Have the CA suggest this window for a certificate."""
        path = f"/ari/{renewal_id(issued.der)}"
        why = "https://ca.example/incident"
        self.acme.replies[path] = window(NOW + start, NOW + end, "Retry-After: 60", explanation=why)

    def config(self, mail_port: int) -> Path:
        """Write a configuration and return its path."""
        path = self.folder / "cert-monitor.yaml"
        path.write_text(
            f"""
defaults: {{interval: 300ms, timeout: 2s, trust: [ca.cer], renewal_information: true}}
issuers: {{acme: {{ACME CA: "{self.acme.url("/directory")}"}}}}
targets:
  - {{kind: endpoint, address: "127.0.0.1:{self.port}", server_name: www.example, title: Web server}}
email: {{host: 127.0.0.1, port: {mail_port}, from: certs@vms.example, to: [admins@vms.example]}}
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


def ask_again(running: Daemon) -> None:
    """Make everything due, as if the CA's pause were over."""
    renewals = running.parts.ari._renewals
    renewals._due = dict.fromkeys(renewals._known, NOW)
    running.parts.tasks.ari.nudge()


def at_a_site(folder: Path, act: Callable[[Site, Path], Awaitable[None]]) -> None:
    """Run a scenario with all servers."""

    async def scenario() -> None:
        inbox, ca = Inbox(), pki.authority("ACME CA", at=NOW)
        (folder / "ca.cer").write_bytes(ca.der)
        context = pki.tls_context()
        async with web() as acme, mail_server(inbox) as mail_port:
            acme.replies["/directory"] = http(json.dumps({"renewalInfo": acme.url("/ari")}).encode())
            site = Site(folder, acme, inbox, ca, context)
            server = await TlsServer.start(context)
            site.port = server.sockets[0].getsockname()[1]
            try:
                await act(site, site.config(mail_port))
            finally:
                await server.stop()

    asyncio.run(scenario())


def test_the_life_of_a_window(tmp_path: Path) -> None:
    """Shown, pulled in, notified once, still notified after a restart, and renewed."""

    async def act(site: Site, config: Path) -> None:
        old = site.serve(age=30)
        site.suggest(old, 30 * DAY, 32 * DAY)
        async with daemon(config, lambda made: made.parts.tasks.ari) as running:
            await until(lambda: bool(site.mails) and old.sha256 in running.parts.board.snapshot.renewals)
            await passes(running)
            [start] = await metrics(running, "renewal_window_start")
            [end] = await metrics(running, "renewal_window_end")
            assert f'fingerprint="{old.sha256}"}} {int((NOW + 30 * DAY).timestamp())}' in start
            assert end.endswith(f" {int((NOW + 32 * DAY).timestamp())}")
            assert [word_of(subject) for subject in site.mails] == ["Certificates"]
            site.suggest(old, -2 * DAY, -1 * DAY)
            ask_again(running)
            await until(lambda: len(site.mails) == 2)
            assert site.mails[1].startswith("Web server: renewal requested by the CA")
            assert word_of(site.mails[1]) == "CRITICAL"
            text = site.inbox.messages[1].get_body(("plain",))
            assert text is not None
            assert "its reason: https://ca.example/incident" in " ".join(text.get_content().split())
            [found] = await metrics(running, 'check="renewal_window",severity=')
            assert 'severity="critical"' in found
        asked = len(site.acme.requests)
        async with daemon(config, lambda made: made.parts.tasks.ari) as running:
            await until(lambda: len(running.parts.board.snapshot.correlated) == 1)
            await passes(running)
            assert (len(site.mails), len(site.acme.requests)) == (2, asked)
            new = site.serve(age=1)
            site.suggest(new, 60 * DAY, 62 * DAY)
            await until(lambda: len(site.mails) == 3)
            await until(lambda: list(running.parts.board.snapshot.renewals) == [new.sha256])
        assert site.mails[2].startswith("Web server: certificate renewed, valid until")

    at_a_site(tmp_path, act)
