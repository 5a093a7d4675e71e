"""Show odd chains on loopback, and ask ``openssl verify``, curl and the product what they make of each."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import DER_cert_to_PEM_cert

from OpenSSL import SSL

from monitor.addresses import is_ip
from monitor.assess import PathFinder
from monitor.model import Anchor, Anchors, Check, Finding, Observation, Policy, Severity, TargetState
from monitor.network.resolve import Resolver
from monitor.parse import parse_certificate
from monitor.pipeline.judge import Judge
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support.pki.odd import Case
from support.servers.tls.peers import Handler, listening

_AT_ONCE = 4
_ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
# Nothing is due before it expires: what is left are findings for which clients may refuse a chain.
_POLICY = Policy(
    timeout=timedelta(seconds=20),
    warn_before=(),
    critical_before=(),
    ca_warn_before=(),
    ca_critical_before=(),
    checks=((Check.OUTLIVES_CA, None),),
)
_QUIET = {"PATH": os.environ["PATH"], "LC_ALL": "C"}


@dataclass(frozen=True)
class Verdicts:
    """What each makes of one chain: ``accepts``, ``refuses`` or, ours only, ``warns``; and their words."""

    ours: str
    openssl: str
    curl: str
    words: tuple[str, ...] = ()

    @property
    def unanimous(self) -> bool:
        """Return whether all say the same."""
        return self.ours == self.openssl == self.curl


async def verdicts(cases: Sequence[Case], folder: Path) -> dict[str, Verdicts]:
    """Return the verdicts on every case, each chain served on a port of its own."""
    turns = asyncio.Semaphore(_AT_ONCE)
    finder, source = PathFinder(), EndpointSource(Resolver())

    async def judged(one: Case, files: Path, port: int) -> Verdicts:
        async with turns:
            openssl, why = await _openssl(one, files)
            curl, status = await _curl(one, files, port)
            ours, found = await _ours(one, port, source, finder)
        return Verdicts(ours, openssl, curl, (why, status, *found))

    folders = [_written(folder / str(number), one) for number, one in enumerate(cases)]
    async with AsyncExitStack() as stack:
        ports = [
            await stack.enter_async_context(listening(_answering(_context(one, files))))
            for one, files in zip(cases, folders, strict=True)
        ]
        found = await asyncio.gather(*map(judged, cases, folders, ports))
    return {one.name: verdict for one, verdict in zip(cases, found, strict=True)}


def _context(one: Case, files: Path) -> SSL.Context:
    """Return a server's context with everything that OpenSSL can read, however weak."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.use_certificate_chain_file(str(files / "chain.pem"))
    context.use_privatekey(one.key)
    return context


def _answering(context: SSL.Context) -> Handler:
    """Return a handler that answers the first request inside TLS and leaves."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = SSL.Connection(context, None)
        connection.set_accept_state()
        asked = b""
        while not asked and (data := await reader.read(65536)):
            connection.bio_write(data)
            with suppress(SSL.WantReadError, SSL.ZeroReturnError):
                connection.do_handshake()
                asked = connection.recv(65536)
                connection.send(_ANSWER)
                connection.shutdown()
            with suppress(SSL.WantReadError):
                while True:
                    writer.write(connection.bio_read(65536))
        await writer.drain()

    async def forgiving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(SSL.Error):
            await handle(reader, writer)

    return forgiving


def _written(folder: Path, one: Case) -> Path:
    folder.mkdir()
    leaf, others = one.chain[:1], one.chain[1:]
    for file, ders in {"chain": one.chain, "leaf": leaf, "others": others, "anchors": one.anchors}.items():
        (folder / f"{file}.pem").write_text("".join(map(DER_cert_to_PEM_cert, ders)))
    return folder


async def _openssl(one: Case, files: Path) -> tuple[str, str]:
    name = one.host.removesuffix(".")
    command = ["openssl", "verify", "-purpose", "sslserver", "-partial_chain", "-no-CApath", "-no-CAstore"]
    command += ["-verify_ip" if is_ip(name) else "-verify_hostname", name]
    command += ["-untrusted", str(files / "others.pem")] if one.chain[1:] else []
    code, said = await _run(*command, "-CAfile", str(files / "anchors.pem"), str(files / "leaf.pem"))
    errors = [line for line in said.splitlines() if line.startswith("error ")]
    return "refuses" if code else "accepts", (errors or [said])[0] if code else ""


async def _curl(one: Case, files: Path, port: int) -> tuple[str, str]:
    command = [
        "curl",
        "-q",
        "-sS",
        "--noproxy",
        "*",
        "--max-time",
        "20",
        "--cacert",
        str(files / "anchors.pem"),
    ]
    for name in {one.host, one.host.removesuffix(".")} if not is_ip(one.host) else ():
        command += ["--resolve", f"{name}:{port}:127.0.0.1"]
    code, said = await _run(*command, f"https://{one.host}:{port}/")
    return "refuses" if code else "accepts", said.strip()


async def _run(*command: str) -> tuple[int, str]:
    program = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=_QUIET
    )
    out, err = await program.communicate()
    return program.returncode or 0, (err or out).decode(errors="replace")


async def _ours(one: Case, port: int, source: EndpointSource, finder: PathFinder) -> tuple[str, list[str]]:
    settings = EndpointSettings(kind="endpoint", address=f"127.0.0.1:{port}", server_name=one.host)
    target = replace(settings.target(_POLICY), server_name=one.host)
    anchors = Anchors.of(Anchor(parse_certificate(der), der, "anchors") for der in one.anchors)
    now = datetime.now(UTC)
    seen = await source.probe(target.request)
    observation = Observation(target.id, now, timedelta(0), seen)
    state = Judge(finder).observed(TargetState(target), observation, anchors, now)
    words = [f"{found.check}={found.severity}:{found.message.code}" for found in state.findings]
    words += [str(failure.reason) for failure in state.failures]
    return ("refuses" if not state.sightings else _severity(state.findings)), words


def _severity(findings: Sequence[Finding]) -> str:
    if any(one.severity is Severity.CRITICAL for one in findings):
        return "refuses"
    return "warns" if any(one.severity is Severity.WARNING for one in findings) else "accepts"
