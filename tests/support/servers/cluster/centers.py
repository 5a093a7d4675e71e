"""A center as its service manager runs it, with a way to the database, a relay and a clock of its own."""

import asyncio
import contextlib
import email
import email.policy
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP

from support.folders import ROOT
from support.servers.cluster.cut_path import CutPath, cut_path
from support.servers.daemon.process import Running, started
from support.servers.daemon.site import Site
from support.servers.daemon.timed import timed
from support.servers.mail.hooks import hooks

EXTERNAL = "https://certs.vms.example"
"""How people reach whichever center leads."""

_PAGE = re.compile(r" page=(\S+)")
_NO_DATABASE = "the store postgresql"


@dataclass(frozen=True)
class Arrival:
    """A mail that was kept: from which center, and when."""

    center: str
    at: float
    mail: EmailMessage


@dataclass
class Inbox:
    """All mails of all centers; ``before`` and ``after`` are awaited around the moment when one is kept."""

    arrivals: list[Arrival] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None
    after: Callable[[], Awaitable[None]] | None = None


@dataclass
class _Relay:
    center: str
    inbox: Inbox

    async def handle_DATA(self, _server: SMTP, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        """Keep one mail; its sender does not know that before the answer."""
        if self.inbox.before:
            await self.inbox.before()
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.inbox.arrivals.append(Arrival(self.center, time.time(), mail))
        if self.inbox.after:
            await self.inbox.after()
        return "250 kept"


@dataclass
class Center:
    """One center over all its lives; ``pause`` are the seconds until it is started again after an end."""

    name: str
    folder: Path
    config: Path
    path: CutPath
    module: str
    pause: float = 1.0
    lives: list[Running] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    problem: str = ""
    _ends: bool = False

    async def run(self) -> None:
        """Start it and start it again, as its service manager would, until it is to end."""
        while not self._ends:
            arguments = ("run", "--config", str(self.config))
            async with started(
                *arguments, environment=self._environment, wait=False, module=self.module
            ) as running:
                self.lives.append(running)
                await running.process.wait()
            self._note_end(running)
            await asyncio.sleep(0 if self._ends else self.pause)

    @property
    def _environment(self) -> dict[str, str]:
        paths = {"STATE_DIRECTORY": str(self.folder), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        return {**timed(self.folder), **paths}

    def _note_end(self, running: Running) -> None:
        """Count an end, and keep the first one that nobody brought about."""
        code = running.process.returncode
        if code == 1 and _NO_DATABASE in running.log:
            self.found["starts without a database"] += 1
        elif code != (0 if self._ends else -9) or "Traceback" in running.log:
            self.problem = self.problem or f"{self.name} ended with {code}: {running.log[-4000:]}"

    @property
    def life(self) -> Running:
        """Return its last life."""
        return self.lives[-1]

    @property
    def runs(self) -> bool:
        """Return whether it has a process."""
        return bool(self.lives) and self.life.process.returncode is None

    def tell(self, number: int) -> None:
        """Send a signal, unless it has just ended."""
        with contextlib.suppress(ProcessLookupError):
            self.life.process.send_signal(number)

    async def end(self, number: int) -> None:
        """Let it end, and not begin again."""
        self._ends = True
        if self.runs:
            self.tell(number)

    async def get(self, path: str) -> httpx.Response | None:
        """Return its answer through the address for people, ``None`` where there is none within 5 s."""
        pages = _PAGE.findall(self.life.log) if self.runs else []
        with contextlib.suppress(httpx.HTTPError, OSError):
            if pages:
                headers = {"host": "certs.vms.example"}
                return await self.life.client.get(pages[-1].rstrip("/") + path, headers=headers, timeout=5)
        return None

    async def leads(self) -> bool:
        """Return whether it says that it leads and knows everything."""
        answer, shown = await self.get("/readyz"), await self.get("/metrics")
        ready = answer is not None and answer.status_code == 200
        # One that led and lost the database stays ready: where nobody has it, nobody knows more.
        return ready and shown is not None and "\ncert_monitor_leader 1.0" in shown.text


@asynccontextmanager
async def center(
    name: str, where: Site, store: str, inbox: Inbox, *, quick: bool = False
) -> AsyncIterator[Center]:
    """Run a center on the database at a URL; a ``quick`` one has short times of its own."""
    loop = asyncio.get_running_loop()
    folder = where.folder / name
    folder.mkdir()
    host, _, rest = store.rpartition(":")
    port, _, database = rest.partition("/")
    relay = await loop.create_server(
        lambda: SMTP(hooks(_Relay(name, inbox)), hostname="mail.test", timeout=600), "127.0.0.1", 0
    )
    async with cut_path(int(port)) as path:
        where.mail_port = relay.sockets[0].getsockname()[1]
        where.store = f"{host}:{path.port}/{database}?application_name={name}"
        where.more = f"ha: {{name: {name}}}\n"
        every = "300ms" if quick else "1s"
        config = where.configure(interval=every).rename(folder / "cert-monitor.yaml")
        text = config.read_text("utf-8").replace("web: {", f"web: {{external_url: '{EXTERNAL}', ")
        config.write_text(
            text.replace("[ca.cer]", "[../ca.cer]").replace("every: 200ms", f"every: {every}"), "utf-8"
        )
        module = "support.servers.cluster.quick_center" if quick else "monitor"
        one = Center(name, folder, config, path, module)
        running = asyncio.create_task(one.run(), name=name)
        try:
            yield one
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            relay.close()
