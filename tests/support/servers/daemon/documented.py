"""The servers and files that the documentation names, on loopback; commands of its pages run against them."""

import asyncio
import shlex
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from monitor.demo.xprotect_site import Simulator
from support.factories.xprotect.asking import running
from support.pki import TODAY, Issued, Key, authority, leaf, rsa_key, tls_context
from support.pki.crls import pem, weekly
from support.pki.key_stores import WORD, jks, pkcs12, trusted
from support.servers.daemon.command import Done, run
from support.servers.daemon.site import DAY, Post
from support.servers.mail.hooks import hooks
from support.servers.programs import free_port

AN_HOUR = timedelta(hours=1)
"""So that what expires in 20 days still says 20 while the test runs."""


_ASKING = ("reload", "health", "clock", "alerts", "acknowledge", "silence")


@dataclass
class Documented:
    """The folder of files, the address for each documented name, and the mails received."""

    folder: Path
    ca: Issued = field(default_factory=lambda: authority("VMS Certificate Authority", at=TODAY))
    post: Post = field(default_factory=Post)
    ours: dict[str, str] = field(default_factory=dict)

    def translated(self, text: str) -> str:
        """Return a command or configuration with our addresses and paths instead of the documented ones."""
        for name, own in self.ours.items():
            text = text.replace(name, own)
        return text

    def documented(self, text: str) -> str:
        """Return what a program said with the documented names instead of our addresses and paths."""
        for name, own in self.ours.items():
            text = text.replace(own, name)
        return text

    def run(self, command: str) -> Done:
        """Run a command of a page."""
        _, *arguments = shlex.split(self.translated(command))
        if arguments[0] in _ASKING:  # that asks the usual port, which is not ours
            arguments += ["--url", f"http://{self.ours['127.0.0.1:9850']}"]
            if arguments[0] != "health":
                arguments += ["--config", "cert-monitor.yaml"]
        return run(*arguments)

    def configure(self, text: str) -> None:
        """Write a configuration of a page as ``cert-monitor.yaml``, with a port and a database of its own."""
        web = f'web: {{listen: "{self.ours["127.0.0.1:9850"]}"}}\n'
        more = web + 'store: {url: "sqlite:///state.db"}\nalerts: {every: 200ms}\n'
        (self.folder / "cert-monitor.yaml").write_text(self.translated(text) + more, "utf-8")

    def context(self, name: str, days: int) -> ssl.SSLContext:
        """Return a server's context with a certificate that expires in some days."""
        return tls_context(self.issue(name, days * DAY + AN_HOUR))

    def issue(self, name: str, ends_in: timedelta = 300 * DAY, *also: str, key: Key | None = None) -> Issued:
        """Return a certificate of a machine, valid for 398 days, that expires in some time."""
        names = (f"{name}.vms.example", "127.0.0.1", *also)
        end = TODAY + ends_in
        return leaf(names[0], self.ca, start=end - 398 * DAY, end=end, names=names, key=key)


@contextmanager
def documented(folder: Path) -> Iterator[Documented]:
    """Serve everything that the pages name while the block runs; the system then trusts our CA."""
    made = Documented(folder)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # clients that look and leave
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers = asyncio.run_coroutine_threadsafe(_serve(made), loop).result(30)
    try:
        with running() as site, pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setenv("SSL_CERT_FILE", str(folder / "vms-ca.cer"))
            ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
            made.ours = _ours(made, ports, site)
            _write_files(made, site)
            yield made
    finally:
        asyncio.run_coroutine_threadsafe(_end(servers), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _serve(made: Documented) -> dict[str, asyncio.Server]:
    """Listen and return the servers."""
    loop = asyncio.get_running_loop()
    mail, database = made.context("relay", 200), made.context("db", 300)

    async def postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # SSLRequest
        writer.write(b"S")
        with suppress(OSError):
            await writer.start_tls(database)
        await _leave(reader, writer)

    on_connect = {
        "portal": made.context("portal", 20),
        "recorder": made.context("recorder01", 300),
        "imaps": mail,
    }
    return {
        "relay": await loop.create_server(lambda: SMTP(hooks(made.post), tls_context=mail), "127.0.0.1", 0),
        "db": await asyncio.start_server(postgres, "127.0.0.1", 0),
        **{
            name: await asyncio.start_server(_leave, "127.0.0.1", 0, ssl=context)
            for name, context in on_connect.items()
        },
    }


async def _end(servers: dict[str, asyncio.Server]) -> None:
    for server in servers.values():
        server.close()
    await asyncio.sleep(0)


async def _leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _ours(made: Documented, ports: dict[str, int], site: Simulator) -> dict[str, str]:
    """Return what stands for each documented name, the longer names first."""
    machine = site.endpoints["recorder02"].address
    return {
        "portal.vms.example:443": f"127.0.0.1:{ports['portal']}",
        "recorder01.vms.example:7563": f"127.0.0.1:{ports['recorder']}",
        " recorder01.vms.example=": f" {machine}=",
        "verify recorder01.vms.example": f"verify {machine}",
        "mail.vms.example": f"127.0.0.1:{ports['imaps']}",
        "host: relay.vms.example": f"host: 127.0.0.1, port: {ports['relay']}",
        "relay.vms.example": f"127.0.0.1:{ports['relay']}",
        "db.vms.example:5433": f"127.0.0.1:{ports['db']}",
        "https://vms01.vms.example": site.url,
        "127.0.0.1:9850": f"127.0.0.1:{free_port()}",
        "/etc/ssl/vms": str(made.folder / "certificates"),
        "/etc/cert-monitor/": f"{made.folder}/",
        "/etc/openvpn/": f"{made.folder}/",
    }


def _write_files(made: Documented, site: Simulator) -> None:
    """Write the CAs, certificates, key stores, lists and passwords that the pages name."""
    names = ("recorder01", site.endpoints["recorder02"].address)
    store = pkcs12(issued=made.issue("recorder01", 300 * DAY, *names, key=rsa_key()), chain=(made.ca,))
    files = {
        "vms-ca.cer": made.ca.pem + site.ca.chain_pem,
        "vms-password": site.password_file.read_bytes(),
        "certificates/web.pem": made.issue("web").pem,
        "crl.pem": pem(weekly(made.ca, issued=TODAY - 2 * DAY, until=TODAY + 5 * DAY, number=1)),
        "truststore.jks": jks(trusted(b"ca", made.ca.der)),
        **dict.fromkeys(("archive.p12", "server.p12", "new.pfx"), store),
        **dict.fromkeys(("pass.txt", "store-passphrase"), WORD.encode()),
    }
    (made.folder / "certificates").mkdir()
    for name, content in files.items():
        (made.folder / name).write_bytes(content)
