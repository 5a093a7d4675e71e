"""Tests of probing DTLS servers: openssl s_server, and rude ones over UDP."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import ValidationError

from monitor.model import FailureReason, Message, Policy, ProbeResult
from monitor.network.resolve import Address, Resolver
from monitor.sources.endpoint.datagrams import attempt_deadlines
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls import DatagramHandshake, HandshakeFailure, TlsSetting, shared_context, texts
from support import pki
from support.servers.tls.foreign import running, write

NAME = "sensor.example"
ROOT = pki.authority()
LEAF = pki.leaf(NAME, ROOT)
RSA = pki.leaf(NAME, ROOT, key=pki.rsa_key())
MANY = tuple(pki.authority(f"Anchor {number} " + "x" * 40) for number in range(150))
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)")


def probe(port: int, **keys: str) -> ProbeResult:
    """Return what one probe gives."""
    address = {"address": f"127.0.0.1:{port}", "server_name": NAME, "protocol": "dtls"}
    target = EndpointSettings.model_validate(address | keys).target(Policy())
    return asyncio.run(EndpointSource(Resolver()).probe(target.request))


def leaves(seen: ProbeResult) -> list[str]:
    """Return the fingerprints of what was served first."""
    return [one.certificate.sha256 for one in seen.sightings if one.position == 0]


@contextmanager
def dtls_server(folder: Path, chain: tuple[pki.Issued, ...], *options: str) -> Iterator[int]:
    """Run ``openssl s_server`` over UDP and give its port."""
    certificate, key = write(folder, "server", *chain)
    more = ["-cert_chain", str(write(folder, "rest", *chain[1:])[0])] if len(chain) > 1 else []
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificate), "-key", str(key)]
    with running(*command, *more, *options) as program:
        yield _port(program)


def _port(program: subprocess.Popen[str]) -> int:
    assert program.stdout is not None
    for line in program.stdout:
        if line.startswith("ACCEPT"):
            return int(line.rpartition(":")[2])
    raise AssertionError("openssl s_server did not start")


SERVERS = {
    "DTLS 1.2": ("-dtls1_2",),
    "DTLS 1.0": ("-dtls1", "-cipher", "ALL:@SECLEVEL=0"),
    "with a cookie": ("-dtls", "-listen"),
    "small datagrams": ("-dtls", "-mtu", "500"),
    "a client certificate": ("-dtls", "-Verify", "2"),
}


@needs_openssl
@pytest.mark.system
@pytest.mark.parametrize("options", SERVERS.values(), ids=SERVERS)
def test_s_server(options: tuple[str, ...], tmp_path: Path) -> None:
    """OpenSSL's own server shows its chain over UDP, without a failure."""
    with dtls_server(tmp_path, (LEAF, ROOT), *options) as port:
        seen = probe(port)
    assert ([one.certificate.sha256 for one in seen.sightings], seen.failures, seen.encrypted) == (
        [LEAF.sha256, ROOT.sha256],
        (),
        True,
    )


@needs_openssl
@pytest.mark.system
@pytest.mark.parametrize("version", ["DTLS 1.2", "DTLS 1.0"])
def test_version(version: str, tmp_path: Path) -> None:
    """The version that was agreed on is named."""
    with dtls_server(tmp_path, (LEAF, ROOT), *SERVERS[version]) as port:
        assert [one for _, one in probe(port).tls_versions] == [version]


@needs_openssl
@pytest.mark.system
def test_long_chain(tmp_path: Path) -> None:
    """A chain of 64 KB arrives whole."""
    with dtls_server(tmp_path, (LEAF, *MANY), "-dtls", "-mtu", "1400") as port:
        seen = probe(port)
    assert (len(seen.sightings), seen.failures) == (151, ())


@needs_openssl
@pytest.mark.system
def test_key_types(tmp_path: Path) -> None:
    """Both certificates of a server are distinguished."""
    certificate, key = write(tmp_path, "second", RSA)
    with dtls_server(tmp_path, (LEAF,), "-dtls", "-dcert", str(certificate), "-dkey", str(key)) as port:
        seen = probe(port, key_types="all")
    assert (leaves(seen), seen.failures) == ([RSA.sha256, LEAF.sha256], ())


@needs_openssl
@pytest.mark.system
def test_our_certificate(tmp_path: Path) -> None:
    """A certificate of our own, with a chain longer than a datagram, is shown to a server that wants one."""
    own = tmp_path / "own.pem"
    own.write_bytes(b"".join(one.pem for one in (RSA, *MANY[:8])) + RSA.key_pem)
    with dtls_server(tmp_path, (LEAF,), "-dtls", "-Verify", "2") as port:
        seen = probe(port, client_cert=str(own))
    assert (leaves(seen), seen.failures) == ([LEAF.sha256], ())


Answer = Callable[[int, bytes], list[bytes]]


class Rude(asyncio.DatagramProtocol):
    """Answer the nth datagram with what a function returns."""

    def __init__(self, answer: Answer) -> None:
        """Hear nothing yet."""
        self._answer = answer
        self._count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Answer."""
        self._count += 1
        for datagram in self._answer(self._count, data):
            self._transport.sendto(datagram, addr)  # type: ignore[arg-type]  # it is what came


def look_at(answer: Answer, within: float = 0.3) -> ProbeResult:
    """Return what one probe of a server of our own gives."""

    async def main() -> ProbeResult:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Rude(answer), ("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        settings = EndpointSettings(address=f"127.0.0.1:{port}", protocol="dtls")
        try:
            policy = Policy(timeout=timedelta(seconds=within))
            return await EndpointSource(Resolver()).probe(settings.target(policy).request)
        finally:
            transport.close()

    return asyncio.run(main())


ALERT = b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28"
ALLOWED = timedelta(seconds=0.3)
RUDE = {
    "silent": (lambda *_: [], FailureReason.TIMEOUT, texts.no_dtls_answer(timeout=ALLOWED)),
    "garbage": (
        lambda *_: [b"hello"],
        FailureReason.NOT_TLS,
        texts.not_dtls(reply="hello"),
    ),
    "garbage and DTLS": (
        lambda *_: [b"hello", ALERT],
        FailureReason.TLS_ALERT,
        texts.NO_SHARED_CIPHER,
    ),
    "cut off": (
        lambda _, data: [data[:20]],
        FailureReason.TIMEOUT,
        texts.dtls_timeout(timeout=ALLOWED),
    ),
}


@pytest.mark.parametrize(("answer", "reason", "said"), RUDE.values(), ids=RUDE)
def test_rude_server(answer: Answer, reason: FailureReason, said: Message) -> None:
    """A server that shows no certificate is one failure with its reason."""
    seen = look_at(answer)
    assert [(one.reason, one.message) for one in seen.failures] == [(reason, said)]


def test_flood() -> None:
    """A server that never stops sending is cut off."""
    handshake = DatagramHandshake(shared_context(TlsSetting(datagrams=True)))
    handshake.start()
    while not handshake.over:
        handshake.feed(b"x" * 40_000)
    said = texts.too_long(limit=1_000_000)
    assert handshake.failure == HandshakeFailure(FailureReason.TLS_PROTOCOL, said)


def test_lost_greeting() -> None:
    """A greeting that gets no answer is said again."""
    said: list[bytes] = []

    def answer(count: int, data: bytes) -> list[bytes]:
        said.append(data)
        return [ALERT] if count > 1 else []

    seen = look_at(answer, 5)
    assert ([one.reason for one in seen.failures], len(said)) == ([FailureReason.TLS_ALERT], 2)


def test_closed_port() -> None:
    """A port that nobody listens on is refused, where the network says so."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    assert [one.reason for one in probe(port).failures] == [FailureReason.REFUSED]


def test_source_of_another_machine() -> None:
    """An address that is not ours cannot be sent from."""
    assert [one.reason for one in probe(1, source_address="192.0.2.77").failures] == [
        FailureReason.UNREACHABLE
    ]


@needs_openssl
@pytest.mark.system
def test_source_address(tmp_path: Path) -> None:
    """A server is asked from the address that was chosen."""
    with dtls_server(tmp_path, (LEAF,), "-dtls") as port:
        seen = probe(port, source_address="127.0.0.9", addresses="all")
    assert (leaves(seen), seen.failures) == ([LEAF.sha256], ())


def test_nothing_is_left_behind() -> None:
    """A probe leaves neither a socket nor a timer with the loop."""

    async def main() -> tuple[int, int]:
        settings = EndpointSettings(address="127.0.0.1:9", protocol="dtls")
        await EndpointSource(Resolver()).probe(
            settings.target(Policy(timeout=timedelta(seconds=0.3))).request
        )
        await asyncio.sleep(0)  # a closed transport lets go of its socket one turn later
        loop: Any = asyncio.get_running_loop()
        timers = [one for one in loop._scheduled if not one.cancelled()]
        return len(loop._selector.get_map()), len(timers)

    assert asyncio.run(main()) == (1, 0)  # the loop's own wake-up


def test_addresses_share_the_time() -> None:
    """Each address of a name has its share of the time."""
    one, other = Address(socket.AF_INET, ("a", 1)), Address(socket.AF_INET, ("b", 1))
    assert attempt_deadlines((one, other), 10, 20) == [(one, 15), (other, 20)]


def test_no_proxy() -> None:
    """UDP goes through no proxy, and that is said at once."""
    with pytest.raises(ValidationError, match="dtls runs over UDP, which proxies do not support"):
        EndpointSettings(address="h:1", protocol="dtls", proxy="http://proxy:3128")
