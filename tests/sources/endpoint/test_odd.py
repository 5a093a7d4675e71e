"""Tests of probing servers that want to be asked in one way only, or answer oddly: names, ALPN, warnings."""

import asyncio
import shutil
from pathlib import Path

import pytest
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.handlers import Sink
from OpenSSL import SSL

from monitor.model import Failure, FailureReason, Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.sources.endpoint import alpn
from monitor.sources.endpoint.alpn import AlpnCache
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls import texts as tls_texts
from support import pki
from support.servers.tls.foreign import s_server
from support.servers.tls.peers import (
    ALERT,
    HANDSHAKE,
    Handler,
    TlsPeer,
    certificates,
    listening,
    message,
    record,
    saying,
    server_context,
    server_hello,
    shown,
    speaking_tls,
)
from support.written import written

NAME = "recorder.example"
ROOT = pki.authority()
LEAF = pki.leaf(NAME, ROOT)
OTHER = pki.leaf("default.example", ROOT)
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)")


def probes(handler: Handler, count: int = 1, **keys: str) -> list[ProbeResult]:
    """Return the results of probes in a row of a server with this handler, by one source."""

    async def main() -> list[ProbeResult]:
        async with listening(handler) as port:
            source = EndpointSource(Resolver())
            settings = EndpointSettings.model_validate({"address": f"127.0.0.1:{port}", **keys})
            return [await source.probe(settings.target(Policy()).request) for _ in range(count)]

    return asyncio.run(main())


def leaves(seen: ProbeResult) -> list[str]:
    """Return the fingerprints of what was served first."""
    return [one.certificate.sha256 for one in seen.sightings if one.position == 0]


def named(known: str, *, strict: bool) -> SSL.Context:
    """Return a server that knows one name; asked for another it shows its default or, if strict, refuses."""
    context, other = server_context(OTHER), server_context(LEAF)

    def choose(connection: SSL.Connection) -> None:
        if connection.get_servername() == known.encode():
            connection.set_context(other)
        elif strict:
            raise ValueError("no such name")

    context.set_tlsext_servername_callback(choose)
    return context


def test_name_ignored() -> None:
    """A server that ignores the name shows what it has, and that is seen."""
    seen = probes(speaking_tls(server_context(OTHER)), server_name=NAME)[0]
    assert (leaves(seen), seen.failures) == ([OTHER.sha256], ())


@pytest.mark.parametrize(("name", "expected"), [(NAME, LEAF), ("else.example", OTHER)])
def test_name_chosen_by(name: str, expected: pki.Issued) -> None:
    """A server with several names shows the certificate of the one that is asked for, or its default."""
    seen = probes(speaking_tls(named(NAME, strict=False)), server_name=name)[0]
    assert leaves(seen) == [expected.sha256]


@needs_openssl
@pytest.mark.system
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_name_demanded(version: str, tmp_path: Path) -> None:
    """OpenSSL's server that insists on a name shows its certificate to who asks for it alone."""
    options = ("-servername", NAME, "-servername_fatal", "-cert2", *second(tmp_path), version)

    async def main() -> list[ProbeResult]:
        with s_server(tmp_path, (OTHER,), *options) as port:
            source = EndpointSource(Resolver())
            settings = [
                EndpointSettings(address=f"127.0.0.1:{port}", server_name=n) for n in (NAME, "x.example")
            ]
            return [await source.probe(one.target(Policy()).request) for one in settings]

    good, bad = asyncio.run(main())
    assert (leaves(good), good.failures) == ([LEAF.sha256], ())
    assert [one.reason for one in bad.failures] == [FailureReason.TLS_ALERT]
    assert bad.failures[0].message == tls_texts.unrecognized_name(name="x.example")


def second(folder: Path) -> tuple[str, ...]:
    """Write the certificate of the demanded name and return the options that follow -cert2."""
    (folder / "named.pem").write_bytes(LEAF.pem)
    (folder / "named.key").write_bytes(LEAF.key_pem)
    return (str(folder / "named.pem"), "-key2", str(folder / "named.key"))


def test_warning_about_the_name() -> None:
    """A server that only warns that it does not know the name, and goes on, is seen."""
    warning = record(ALERT, bytes([1, 112]))
    seen = probes(saying(warning + shown(LEAF.der)))[0]
    assert (leaves(seen), seen.unreachable_failures) == ([LEAF.sha256], ())


def insisting(peers: list[TlsPeer], taken: bytes) -> Handler:
    """Return a server that sends the alert to anybody who does not offer this application protocol."""
    context = server_context(LEAF)
    context.set_alpn_select_callback(lambda _, __: taken)
    serve = speaking_tls(context, peers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.read(65536)
        if bytes([len(taken)]) + taken not in hello:  # as it is in the extension (RFC 7301 section 3.1)
            peers.append(TlsPeer(context))
            writer.write(record(ALERT, bytes([2, 120])))
            return
        again = asyncio.StreamReader()
        again.feed_data(hello)
        forward = asyncio.create_task(_pour(reader, again))
        await serve(again, writer)
        await forward

    return handle


async def _pour(reader: asyncio.StreamReader, into: asyncio.StreamReader) -> None:
    while data := await reader.read(65536):
        into.feed_data(data)
    into.feed_eof()


@pytest.mark.parametrize("taken", [b"h2", b"mqtt", b"sip/2"])
def test_application_protocol_demanded(taken: bytes) -> None:
    """A server that insists on an application protocol is offered the known ones, and seen."""
    seen = probes(insisting([], taken))[0]
    assert (leaves(seen), seen.failures) == ([LEAF.sha256], ())


def test_application_protocol_is_remembered() -> None:
    """It is refused once and never again."""
    peers: list[TlsPeer] = []
    probes(insisting(peers, b"h2"), 4)
    assert len(peers) == 5


def test_application_protocol_that_nobody_knows() -> None:
    """A server that takes none of the known ones is a failure; it is offered them once a day."""
    peers: list[TlsPeer] = []
    seen = probes(insisting(peers, b"our-own"), 4)
    said = tls_texts.refused(alert="no_application_protocol")
    assert [one.failures[0].message for one in seen] == [said] * 4
    assert len(peers) == 5


def test_application_protocol_and_key_types() -> None:
    """It goes with a probe of every key type."""
    seen = probes(insisting([], b"h2"), key_types="all")[0]
    assert (leaves(seen), seen.failures) == ([LEAF.sha256], ())


def test_nobody_is_offered_unasked() -> None:
    """A server that does not insist is offered nothing."""
    offered: list[list[bytes]] = []
    context = server_context(LEAF)

    def choose(_: SSL.Connection, protocols: list[bytes]) -> object:
        offered.append(protocols)
        return SSL.NO_OVERLAPPING_PROTOCOLS

    context.set_alpn_select_callback(choose)  # type: ignore[arg-type]  # the library's sentinel is a plain object
    probes(speaking_tls(context), 2)
    assert offered == []


def test_tried_again_after_a_day() -> None:
    """What was offered in vain is offered again after a day."""
    known = AlpnCache()
    accepted = [
        known.refused("one", now, offered=offered) for now, offered in ((0, False), (1, True), (2, False))
    ]
    assert (accepted, known.offer("one", 3)) == ([True, False, False], ())
    assert (known.offer("one", 86_402), known.offer("two", 86_402)) == (alpn.OFFER, ())


def test_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many servers are remembered."""
    monkeypatch.setattr(alpn, "MOST_SERVERS", 2)
    known = AlpnCache()
    for server in range(5):
        known.refused(server, 0, offered=False)
    assert len(known) == 2


ODD = {
    "no certificates": (record(HANDSHAKE, server_hello() + certificates()), FailureReason.TLS_PROTOCOL),
    "an empty certificate": (
        record(HANDSHAKE, server_hello() + certificates(b"")),
        FailureReason.BAD_CERTIFICATE,
    ),
    "a message without a list": (
        record(HANDSHAKE, server_hello() + message(11, b"")),
        FailureReason.TLS_PROTOCOL,
    ),
    "a list cut off": (
        record(HANDSHAKE, server_hello() + message(11, b"\x00\xff\xff")),
        FailureReason.TLS_PROTOCOL,
    ),
    "no message at all": (record(HANDSHAKE, server_hello() + message(14, b"")), FailureReason.TLS_PROTOCOL),
}


@pytest.mark.parametrize(("data", "reason"), ODD.values(), ids=ODD)
def test_odd_certificate_message(data: bytes, reason: FailureReason) -> None:
    """An empty or malformed certificate message is a failure with its reason."""
    seen = probes(saying(data, stay=True))[0]
    assert (seen.sightings, [one.reason for one in seen.failures]) == ((), [reason])


def test_mail_server() -> None:
    """A real mail server on the port is recognized by its greeting."""

    async def main() -> ProbeResult:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            UnthreadedController(Sink(), hostname="x", loop=loop).factory, "127.0.0.1"
        )
        async with server:
            port = server.sockets[0].getsockname()[1]
            settings = EndpointSettings(address=f"127.0.0.1:{port}")
            return await EndpointSource(Resolver()).probe(settings.target(Policy()).request)

    failure = asyncio.run(main()).failures[0]
    assert isinstance(failure, Failure)
    assert (failure.reason, 'SMTP or FTP: "220 ' in written(failure)) == (FailureReason.NOT_TLS, True)
