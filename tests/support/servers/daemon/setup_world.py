"""What setup asks for, on loopback: an XProtect site, a host that sends its CA, and a relay."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP

from monitor.demo.xprotect_site import PASSWORD, Simulator
from support.pki import TODAY, Issued, authority, leaf, tls_context
from support.servers.daemon.site import Post
from support.servers.mail.hooks import hooks

DAY = timedelta(days=1)


@dataclass
class World:
    """The servers, and where they are."""

    site: Simulator
    ca: Issued
    folder: Path
    host: str = ""
    relay: str = ""
    post: Post = field(default_factory=Post)
    password: str = PASSWORD

    @property
    def trust(self) -> str:
        """Return the path of a file with the CAs of site and host."""
        return str(self.folder / "cas.pem")

    @property
    def mails(self) -> Mapping[str, str]:
        """Return the options that silent use needs besides what is watched."""
        return {
            "trust": self.trust,
            "smtp": self.relay,
            "from": "certs@vms.example",
            "to": "admins@vms.example",
        }

    @property
    def login(self) -> Mapping[str, str]:
        """Return the options for the site."""
        return {
            "site": self.site.url,
            "username": "certmon",
            "password-file": str(self.site.password_file),
        }


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Run everything on a loop of its own thread: the command has one itself."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # clients that look and leave
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = World(Simulator(folder), authority("Test CA", at=TODAY), folder)
    (folder / "cas.pem").write_bytes(made.ca.pem + made.site.ca.chain_pem)
    servers = asyncio.run_coroutine_threadsafe(_start(made), loop).result(30)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_stop(made, servers), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _start(made: World) -> list[asyncio.Server]:
    await made.site.start()
    issued = leaf("host.vms.example", made.ca, names=("host.vms.example", "127.0.0.1"), end=TODAY + 300 * DAY)
    host = await asyncio.start_server(_leave, "127.0.0.1", 0, ssl=tls_context(issued, made.ca))
    relay = await asyncio.get_running_loop().create_server(lambda: SMTP(hooks(made.post)), "127.0.0.1", 0)
    made.host, made.relay = (f"127.0.0.1:{one.sockets[0].getsockname()[1]}" for one in (host, relay))
    return [host, relay]


async def _stop(made: World, servers: list[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    await made.site.stop()


async def _leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
