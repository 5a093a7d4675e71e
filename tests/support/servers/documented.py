"""The servers and files that the documentation names, on loopback; commands of its pages run against them."""

import asyncio
import shlex
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from monitor.demo.pki import Issued, authority, leaf, revocation_list, rsa_key
from monitor.demo.xprotect_site import Simulator
from support.factories.xprotect_asking import running
from support.pki.crls import pem
from support.pki.key_stores import WORD, jks, pkcs12, trusted
from support.servers.command import Done, run
from support.servers.daemon_site import DAY, Post

AN_HOUR = timedelta(hours=1)
"""So that what expires in 20 days still says 20 while the test runs."""


@dataclass
class Documented:
    """Hold the folder of the files, what stands for each documented name, and the mails that came."""

    folder: Path
    ca: Issued = field(default_factory=lambda: authority("VMS Certificate Authority", 3650 * DAY))
    post: Post = field(default_factory=Post)
    ours: dict[str, str] = field(default_factory=dict)

    def translated(self, text: str) -> str:
        """Return a command or configuration with our addresses and paths in place of the documented ones."""
        for name, own in self.ours.items():
            text = text.replace(name, own)
        return text

    def documented(self, text: str) -> str:
        """Return what a program said with the documented names in place of our addresses and paths."""
        for name, own in self.ours.items():
            text = text.replace(own, name)
        return text

    def run(self, command: str) -> Done:
        """Run a command of a page."""
        _, *arguments = shlex.split(self.translated(command))
        if arguments == ["reload"]:  # that asks the usual port, which is not ours
            arguments += ["--url", f"http://{self.ours['127.0.0.1:9850']}"]
        return run(*arguments)

    def configure(self, text: str) -> None:
        """Write a configuration of a page as ``cert-monitor.yaml``, with a port and a database of its own."""
        web = f'web: {{listen: "{self.ours["127.0.0.1:9850"]}"}}\n'
        more = web + 'store: {url: "sqlite:///state.db"}\nalerts: {every: 200ms}\n'
        (self.folder / "cert-monitor.yaml").write_text(self.translated(text) + more, "utf-8")

    def context(self, name: str, days: int) -> ssl.SSLContext:
        """Return a server's context with a certificate that expires in some days."""
        issued = leaf(f"{name}.vms.example", days * DAY + AN_HOUR, issuer=self.ca)
        chain, key = self.folder / f"{name}.chain", self.folder / f"{name}.key"
        chain.write_bytes(issued.chain_pem)
        key.write_bytes(issued.key_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        return context


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
        "relay": await loop.create_server(lambda: SMTP(made.post, tls_context=mail), "127.0.0.1", 0),
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
        "127.0.0.1:9850": f"127.0.0.1:{_free_port()}",
        "/etc/ssl/vms": str(made.folder / "certificates"),
        "/etc/cert-monitor/": f"{made.folder}/",
        "/etc/openvpn/": f"{made.folder}/",
    }


def _write_files(made: Documented, site: Simulator) -> None:
    """Write the CAs, certificates, key stores, lists and passwords that the pages name."""
    names = ("recorder01", site.endpoints["recorder02"].address)
    new = leaf("recorder01.vms.example", 300 * DAY, issuer=made.ca, also=names, key=rsa_key())
    store = pkcs12(issued=new, chain=(made.ca,))  # type: ignore[arg-type]  # the demo's class has what it needs
    files = {
        "vms-ca.cer": made.ca.chain_pem + site.ca.chain_pem,
        "vms-password": site.password_file.read_bytes(),
        "certificates/web.pem": leaf("web.vms.example", 300 * DAY, issuer=made.ca).chain_pem,
        "crl.pem": pem(revocation_list(made.ca, ends_in=5 * DAY)),
        "truststore.jks": jks(trusted(b"ca", made.ca.der)),
        **dict.fromkeys(("archive.p12", "server.p12", "new.pfx"), store),
        **dict.fromkeys(("pass.txt", "store-passphrase"), WORD.encode()),
    }
    (made.folder / "certificates").mkdir()
    for name, content in files.items():
        (made.folder / name).write_bytes(content)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
