"""Ask a simulated or hand-made XProtect site the way the daemon does."""

import asyncio
import copy
import json
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.clock import SystemClock
from monitor.demo.xprotect_site import PASSWORD, Behavior, Simulator
from monitor.discovery import DiscoveryContext, DiscoveryResult
from monitor.discovery.xprotect import (
    Budgets,
    SiteMemory,
    XProtectSiteSettings,
)
from monitor.discovery.xprotect.exchanges import OnExchange, ignored
from monitor.discovery.xprotect.site import XProtectSite
from monitor.model import Anchors
from monitor.network.resolve import Resolver
from monitor.sources.anchors import TrustStoreLoader
from monitor.xprotect import Presets
from support.pki import TODAY, authority, leaf, tls_context

QUICK = Budgets(lists=10, first_devices=10, devices=10, devices_per_second=1000)


def context(longest: float = 5.0) -> DiscoveryContext:
    """Return everything that a discovery needs from outside."""
    shelf, clock = TrustStoreLoader(), SystemClock()

    async def anchors(trust: tuple[str, ...]) -> Anchors:
        return shelf.anchors(trust, clock.monotonic())

    return DiscoveryContext(Resolver(), anchors, clock, Presets.built_in(), longest)


@dataclass
class Asking:
    """A running simulator and a client for it."""

    simulator: Simulator
    memory: SiteMemory = field(default_factory=SiteMemory)
    site: XProtectSite | None = None

    def settings(self, **keys: Any) -> XProtectSiteSettings:
        """Return settings for the simulator's site."""
        basic = {
            "kind": "xprotect_site",
            "address": self.simulator.url,
            "username": "VMS\\certmon" if keys.get("login") == "windows" else "certmon",
            "password_file": str(self.simulator.password_file),
        }
        return XProtectSiteSettings.model_validate(basic | keys)

    def discover(
        self,
        trust: str = "",
        longest: float = 5.0,
        budgets: Budgets = QUICK,
        on_exchange: OnExchange = ignored,
        **keys: Any,
    ) -> DiscoveryResult:
        """Return what one refresh gives; the memory lasts from one to the next."""
        where = trust or str(self.simulator.trust)
        return asyncio.run(self._discover(where, longest, budgets, on_exchange, keys))

    def broken(self, behavior: Behavior, **keys: Any) -> DiscoveryResult:
        """Return what one refresh of a site with this behavior gives."""
        self.simulator.behavior = behavior
        return self.discover(**keys)

    async def _discover(
        self, trust: str, longest: float, budgets: Budgets, on_exchange: OnExchange, keys: dict[str, Any]
    ) -> DiscoveryResult:
        settings = self.settings(**keys)
        self.site = XProtectSite(settings, (trust,), context(longest), self.memory, budgets, on_exchange)
        try:
            return await self.site.discover()
        finally:
            await self.site.close()

    def asked(self, part: str) -> int:
        """Return how many calls had this in their path."""
        return sum(part in call for call in self.simulator.calls)


@contextmanager
def running(cameras: int = 0) -> Iterator[Simulator]:
    """Run a simulated site on a thread of its own, so that many tests can ask one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(Path(folder), cameras=cameras)
        try:
            asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(30)
            yield simulator
        finally:
            asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(30)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


@contextmanager
def fresh(simulator: Simulator) -> Iterator[Asking]:
    """Ask a running site that is healthy again afterwards."""
    resources = copy.deepcopy(simulator.resources)
    simulator.calls.clear()
    try:
        yield Asking(simulator)
    finally:
        simulator.behavior = Behavior()
        simulator.resources = resources
        simulator.login.failed = simulator.login.attempts = 0
        simulator.login.revoke()
        simulator.password_file.write_text(f"{PASSWORD}\n", encoding="utf-8")


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Made:
    """A hand-made HTTPS server: its origin, its anchor, and every request it received."""

    port: int
    trust: str
    folder: Path
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"https://localhost:{self.port}"

    def settings(self, **keys: Any) -> XProtectSiteSettings:
        """Return settings for it."""
        password = self.folder / "password"
        if not password.exists():
            password.write_text("s3cret-of-the-site")
        basic = {
            "kind": "xprotect_site",
            "address": self.url,
            "username": "certmon",
            "password_file": str(password),
        }
        return XProtectSiteSettings.model_validate(basic | keys)

    async def discover(self, longest: float = 5.0, **keys: Any) -> DiscoveryResult:
        """Return what one refresh gives."""
        site = XProtectSite(self.settings(**keys), (self.trust,), context(longest), budgets=QUICK)
        try:
            return await site.discover()
        finally:
            await site.close()


def answer(value: Any, status: int = 200, **headers: str) -> Answer:
    """Return an answer with a JSON body."""
    return status, {"Content-Type": "application/json"} | headers, json.dumps(value).encode()


@asynccontextmanager
async def made(answers: Callable[[str, str, bytes], Answer], name: str = "localhost") -> AsyncIterator[Made]:
    """Run a server that answers by method, path and body; its certificate is for ``name``."""
    ca = authority(at=TODAY)
    context = tls_context(leaf(name, ca, at=TODAY))
    with tempfile.TemporaryDirectory() as folder:
        site = Made(0, _written(Path(folder, "ca.pem"), ca.pem), Path(folder))

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await _serve(reader, writer, site, answers)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        site.port = server.sockets[0].getsockname()[1]
        try:
            yield site
        finally:
            server.close()


def _written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


async def _serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    site: Made,
    answers: Callable[[str, str, bytes], Answer],
) -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        site.requests.append((method, path, head + body))
        status, sent, content = answers(method, path, body)
        all_headers = {"Content-Length": str(len(content))} | sent
        writer.write(f"HTTP/1.1 {status} X\r\n".encode())
        writer.write("".join(f"{key}: {value}\r\n" for key, value in all_headers.items()).encode() + b"\r\n")
        writer.write(content)
        await writer.drain()
