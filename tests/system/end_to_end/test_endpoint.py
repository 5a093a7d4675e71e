"""The whole daemon with a configuration file, a real TLS server and a real mail server."""

import asyncio
import email
import email.policy
import json
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from monitor.clock import SystemClock
from monitor.daemon.daemon import Daemon
from monitor.demo.tls_server import TlsServer
from support.pki import TODAY, Issued, authority, leaf, show, tls_context
from support.servers.daemon.inside import daemon, passes
from support.servers.daemon.process import until
from support.written import word_of

DAY = timedelta(days=1)
NAME = "rec.vms.example"


@dataclass
class Mailbox:
    """A mail server that keeps what it gets, or refuses while ``broken``."""

    subjects: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    broken: bool = False

    async def handle_DATA(self, _server: SMTP, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        """Keep one mail."""
        if self.broken:
            return "451 try again later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.subjects.append(message["Subject"])
        self.ids.append(message["Message-ID"])
        return "250 kept"


@dataclass
class Site:
    """One server whose certificate can be replaced, and the files of the daemon."""

    folder: Path
    mailbox: Mailbox
    ca: Issued
    context: ssl.SSLContext
    port: int
    mail_port: int

    def serve(self, issued: Issued) -> None:
        """Serve this certificate from now on."""
        show(self.context, issued)

    def serve_leaf(self, ends_in: timedelta, lifetime: timedelta = 398 * DAY) -> None:
        """Serve a new certificate that ends in this time."""
        end = datetime.now(UTC) + ends_in
        self.serve(leaf(NAME, self.ca, names=(NAME, "127.0.0.1"), start=end - lifetime, end=end))

    def configure(self, extra: str = "", target: str = "") -> Path:
        """Write the daemon's configuration and return its path."""
        path = self.folder / "cert-monitor.yaml"
        path.write_text(
            f"""
defaults: {{interval: 500ms, timeout: 2s, trust: [ca.cer], warn_before: [10%], critical_before: [5%]}}
targets:
  - {{kind: endpoint, address: "127.0.0.1:{self.port}", server_name: rec.vms.example,
     title: Recorder 01{target}}}
email: {{host: 127.0.0.1, port: {self.mail_port}, from: certs@vms.example, to: [admins@vms.example]}}
web: {{listen: "127.0.0.1:0"}}
digest: {{every: off}}
store: {{url: "sqlite:///state.db"}}
alerts: {{every: 200ms}}
{extra}
""",
            encoding="utf-8",
        )
        return path


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    """Run a TLS server and a mail server on loopback."""
    loop = asyncio.get_running_loop()
    ca, mailbox = authority("Test CA", at=TODAY), Mailbox()
    context = tls_context()
    (folder / "ca.cer").write_bytes(ca.der)
    made = Site(folder, mailbox, ca, context, 0, 0)
    made.serve_leaf(200 * DAY)

    server = await TlsServer.start(context)
    sink = await loop.create_server(lambda: SMTP(mailbox, hostname="mail.test"), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    made.mail_port = sink.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        await server.stop()
        sink.close()


class SetClock(SystemClock):
    """A clock that can be set ahead."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the time of this machine, so much later."""
        return super().now() + self.ahead

    def monotonic(self) -> float:
        """Return the monotonic time, so much later: nobody sets the clock, time passes."""
        return super().monotonic() + self.ahead.total_seconds()

    def elapsed(self) -> float:
        """Return the time since the machine's start, so much later for the same reason."""
        return super().elapsed() + self.ahead.total_seconds()


async def fetch(url: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Return status and text of a page, asked from another thread as a browser would."""

    def ask() -> tuple[int, str]:
        request = urllib.request.Request(url, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return await asyncio.to_thread(ask)


async def reloaded(running: Daemon) -> tuple[int, str]:
    """Ask for a reload with the daemon's token, and return status and answer."""
    token = running._token._value
    return await fetch(f"{running.url}/-/reload", method="POST", headers={"authorization": f"Bearer {token}"})


async def metric(running: Daemon, name: str) -> float | None:
    """Return the first value of a metric, None when it is absent."""
    _, text = await fetch(f"{running.url}/metrics")
    found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def test_the_life_of_one_certificate(tmp_path: Path) -> None:
    """Metric, inventory, silence after a restart, notice at a level, renewed: each once and in that order."""

    async def scenario() -> list[str]:
        async with site(tmp_path) as where:
            subjects, config = where.mailbox.subjects, where.configure()
            async with daemon(config) as running:
                await until(lambda: bool(subjects))
                days = await metric(running, "cert_monitor_certificate_days_to_expiry")
                assert days is not None
                assert 199.9 < days <= 200
            async with daemon(config) as running:
                probed = running.parts.board.snapshot.states[
                    f"endpoint:127.0.0.1:{where.port}/rec.vms.example"
                ]
                assert probed.sightings, "the recorded state was not resumed"
                await passes(running)
                assert len(subjects) == 1, f"a restart mailed something: {subjects}"
                # 30 days left of 398 lie inside the 10 % that warn.
                where.serve_leaf(30 * DAY)
                await until(lambda: len(subjects) == 2)
                where.serve_leaf(398 * DAY)
                await until(lambda: len(subjects) == 3)
                await passes(running)
        return subjects

    subjects = asyncio.run(scenario())
    assert [word_of(subject) for subject in subjects] == [
        "Certificates",
        "WARNING",
        "Renewed",
    ]
    assert "Recorder 01: certificate expires in 29 days" in subjects[1]


def test_a_level_is_reached_by_time_alone(tmp_path: Path) -> None:
    """A certificate that nobody touches is reported when its margin is reached, and when it has expired."""

    async def scenario() -> list[str]:
        async with site(tmp_path) as where:
            clock, subjects = SetClock(), where.mailbox.subjects
            where.serve_leaf(80 * DAY)
            config = where.configure(target=", interval: 1000d, warn_before: [60d], critical_before: [40d]")
            async with daemon(config, clock=clock):
                for number, days in enumerate((0, 25, 45, 85), 1):
                    clock.ahead = days * DAY
                    await until(lambda number=number: len(subjects) == number)
        return subjects

    subjects = asyncio.run(scenario())
    assert [word_of(subject) for subject in subjects] == [
        "Certificates",
        "WARNING",
        "CRITICAL",
        "EXPIRED",
    ]


def test_warnings_and_renewals_come_in_digests(tmp_path: Path) -> None:
    """A warning and its renewal are mailed in the morning; until then only page and metrics know."""

    async def scenario() -> list[str]:
        async with site(tmp_path) as where:
            clock, subjects = SetClock(), where.mailbox.subjects
            where.serve_leaf(80 * DAY)
            config = where.configure(target=", warn_before: [60d], critical_before: [1d]")
            text = config.read_text("utf-8").replace("every: off", 'every: daily, at: "08:00"')
            config.write_text(text, "utf-8")
            async with daemon(config, clock=clock) as running:
                await until(lambda: len(subjects) == 1)
                clock.ahead = 25 * DAY
                await until(lambda: len(subjects) == 2)
                where.serve_leaf(300 * DAY)
                await until(lambda: not running.parts.board.snapshot.alerts)
                await passes(running)
                assert len(subjects) == 2
                clock.ahead = 26 * DAY
                await until(lambda: len(subjects) == 3)
        return subjects

    _, warned, renewed = asyncio.run(scenario())
    assert warned == "Certificates: 1 warning, nothing urgent"
    assert renewed == "Certificates: 1 renewed, nothing urgent"


def test_a_mail_server_that_comes_back_gets_the_mail(tmp_path: Path) -> None:
    """While the relay refuses, the mail waits in the outbox; then it arrives once, under its Message-ID."""

    async def scenario() -> list[str]:
        async with site(tmp_path) as where:
            where.mailbox.broken = True
            async with daemon(where.configure()) as running:
                await until(
                    lambda: (
                        running.parts.metrics._registry.get_sample_value(
                            "cert_monitor_notifications_total", {"receiver": "email", "result": "retry"}
                        )
                        == 1
                    )
                )
                await until(lambda: _is(running, "cert_monitor_outbox_pending", 1))
            where.mailbox.broken = False
            async with daemon(where.configure()) as running:
                later = running.parts.clock.now() + DAY
                waiting = (await running.parts.store.due_notifications("email", later, 10))[0]
                now = running.parts.clock.now()
                await running.parts.store.attempted(replace(waiting, next_attempt_at=now), now)
                running.parts.tasks.delivery.nudge()
                await until(lambda: bool(where.mailbox.subjects))
                assert where.mailbox.ids == [f"<{waiting.id}@vms.example>"]
                await until(lambda: _is(running, "cert_monitor_outbox_pending", 0))
        return where.mailbox.subjects

    assert len(asyncio.run(scenario())) == 1


def _retried(running: Daemon) -> bool:
    value = running.parts.metrics._registry.get_sample_value(
        "cert_monitor_notifications_total", {"receiver": "email", "result": "retry"}
    )
    return bool(value)


async def _is(running: Daemon, name: str, value: float) -> bool:
    return await metric(running, name) == value


def test_reload_takes_a_good_file_and_keeps_the_old_one_for_a_bad_one(tmp_path: Path) -> None:
    """A bad file changes nothing and is explained in answer and metric; a good one changes the targets."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            config = where.configure()
            async with daemon(config) as running:
                await until(lambda: _is(running, "cert_monitor_target_up", 1))
                before = running.parts.board.snapshot
                config.write_text(
                    config.read_text().replace("kind: endpoint", "kind: endpoit"), encoding="utf-8"
                )
                status, answer = await reloaded(running)
                assert status == 422
                assert "targets[0].kind" in json.loads(answer)["problems"][0]
                assert await metric(running, "cert_monitor_config_last_reload_successful") == 0
                assert list(running.parts.board.snapshot.states) == list(before.states)
                (tmp_path / "another.pem").write_bytes(where.ca.pem)
                where.configure(extra="include: [more.yaml]")
                (tmp_path / "more.yaml").write_text(
                    "targets: [{kind: files, name: another, paths: [another.pem]}]", encoding="utf-8"
                )
                status, answer = await reloaded(running)
                assert (status, json.loads(answer)["ok"]) == (200, True)
                assert await metric(running, "cert_monitor_config_last_reload_successful") == 1
                await until(lambda: running.parts.board.snapshot.states["files:another"].up is True)
                where.configure()
                await reloaded(running)
                _, text = await fetch(f"{running.url}/metrics")
                assert "files:another" not in text
                kept = running.parts.board.snapshot.states[f"endpoint:127.0.0.1:{where.port}/rec.vms.example"]
                assert kept.watched_since == before.states[kept.target.id].watched_since

    asyncio.run(scenario())


def test_a_reload_judges_again_what_its_policy_changed(tmp_path: Path) -> None:
    """New thresholds show at once, without waiting for the next probe."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            config = where.configure(target=", interval: 1h")
            async with daemon(config) as running:
                target_id = f"endpoint:127.0.0.1:{where.port}/rec.vms.example"
                await until(lambda: running.parts.board.snapshot.states[target_id].up is True)
                assert running.parts.board.snapshot.states[target_id].severity == "ok"
                where.configure(target=", interval: 1h, warn_before: [300d]")
                await reloaded(running)
                assert running.parts.board.snapshot.states[target_id].severity == "warning"

    asyncio.run(scenario())


def test_without_a_mail_section_it_watches_and_exposes(tmp_path: Path) -> None:
    """Mail may be left out; a section added later starts with the inventory."""

    async def scenario() -> list[str]:
        async with site(tmp_path) as where:
            config = where.configure()
            text = config.read_text()
            config.write_text("\n".join(line for line in text.splitlines() if not line.startswith("email")))
            async with daemon(config) as running:
                await until(lambda: _is(running, "cert_monitor_target_up", 1))
                await passes(running)
                config.write_text(text)
                await reloaded(running)
                await until(lambda: bool(where.mailbox.subjects))
        return where.mailbox.subjects

    assert asyncio.run(scenario())[0].startswith("Certificates:")


def test_a_black_holed_host_delays_nobody(tmp_path: Path) -> None:
    """A host that accepts and says nothing costs its own timeout; the other is on the board long before."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            hole = socket.create_server(("127.0.0.1", 0))  # the kernel accepts, nobody ever answers
            port = hole.getsockname()[1]
            (tmp_path / "hole.yaml").write_text(
                f'targets: [{{kind: endpoint, address: "127.0.0.1:{port}", timeout: 10m}}]', encoding="utf-8"
            )
            async with daemon(where.configure(extra="include: [hole.yaml]")) as running:
                await until(lambda: _is(running, "cert_monitor_target_up", 1))
            hole.close()

    asyncio.run(scenario())


def test_a_dns_discovery_is_watched_and_survives_a_restart(tmp_path: Path) -> None:
    """Every address of a name becomes a target, and its last list is there again after a restart."""

    async def scenario() -> list[list[str]]:
        async with site(tmp_path) as where:
            extra = "include: [dns.yaml]"
            (tmp_path / "dns.yaml").write_text(
                f'targets: [{{kind: dns, name: "localhost:{where.port}"}}]', encoding="utf-8"
            )
            config, seen = where.configure(extra=extra), []
            for _ in range(2):
                async with daemon(config) as running:
                    wanted = f"endpoint:127.0.0.1:{where.port}/localhost"
                    await until(lambda: wanted in running.parts.board.snapshot.states)  # noqa: B023 - awaited inside
                    seen.append(sorted(t for t in running.parts.board.snapshot.states if "/localhost" in t))
        return seen

    first, second = asyncio.run(scenario())
    assert first == second
