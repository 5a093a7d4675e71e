"""Tests of the OCSP response that comes with a handshake: asked for only on request, kept, bounded."""

import asyncio
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from OpenSSL import SSL

from monitor.model import FailureReason, Policy, ProbeResult, Staple
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls import Handshake, HandshakeFailure, shared_context
from monitor.tls.texts import UNREADABLE_STAPLE
from support import pki
from support.pki import ocsp
from support.servers.tls.foreign import s_server
from support.servers.tls.peers import HANDSHAKE, TlsPeer, certificates, message, record, server_context

NAME = "recorder.example"
ROOT = pki.authority()
LEAF = pki.leaf(NAME, ROOT)
VERSIONS = {"TLS 1.0": SSL.TLS1_VERSION, "TLS 1.2": SSL.TLS1_2_VERSION, "TLS 1.3": SSL.TLS1_3_VERSION}
versions = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing (Debian: openssl)")


def response(days: float = 4) -> bytes:
    """Return a real response that calls the leaf good for so many days, signed by its CA."""
    return ocsp.response(LEAF, ROOT, begin=pki.NOW, end=pki.days(days), algorithm=hashes.SHA256())


RESPONSE = response()


class Stapler:
    """A server that staples these bytes, and whether it was asked to."""

    def __init__(self, stapled: bytes, version: int | None = None, *, demand: bool = False) -> None:
        """Prepare its end of one connection."""
        context = server_context(LEAF, version=version, demand=demand)
        context.set_ocsp_server_callback(self._staple)
        self._stapled = stapled
        self.peer = TlsPeer(context)
        self.asked = False

    def _staple(self, _: SSL.Connection, __: object) -> bytes:
        self.asked = True
        return self._stapled


def join(server: Stapler, *, asking: bool = True) -> Handshake:
    """Return a handshake that was driven to its end."""
    handshake = Handshake(shared_context(), NAME, staple=asking)
    sent = handshake.start()
    while sent:
        sent = handshake.feed(server.peer.feed(sent))
    return handshake


@versions
def test_kept(version: int) -> None:
    """The response is kept as it came, in any version."""
    handshake = join(Stapler(RESPONSE, version))
    assert (handshake.staple, handshake.failure) == (RESPONSE, None)


@versions
def test_client_certificate_demanded(version: int) -> None:
    """A server that then wants a certificate of ours has shown its response all the same."""
    handshake = join(Stapler(RESPONSE, version, demand=True))
    assert (handshake.staple, handshake.failure) == (RESPONSE, None)


@versions
def test_none(version: int) -> None:
    """A server without a response is no failure."""
    handshake = join(Stapler(b"", version))
    assert (handshake.staple, handshake.failure, len(handshake.chain)) == (b"", None, 1)


@versions
def test_not_asked(version: int) -> None:
    """Nothing is asked for unless it is wanted."""
    server = Stapler(RESPONSE, version)
    assert (join(server, asking=False).staple, server.asked) == (b"", False)


@versions
@pytest.mark.parametrize(("more", "kept"), [(0, RESPONSE), (-1, b"")], ids=["longest", "too long"])
def test_bounded(version: int, more: int, kept: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A response longer than any real one is dropped; the certificates stay."""
    monkeypatch.setattr("monitor.tls.base.MAX_STAPLE", len(RESPONSE) + more)
    handshake = join(Stapler(RESPONSE, version))
    assert (handshake.staple, handshake.chain, handshake.failure) == (kept, (LEAF.der,), None)


def test_each_its_own() -> None:
    """Handshakes that share a context keep their own responses apart."""
    longer = response(5)
    first, second = join(Stapler(RESPONSE)), join(Stapler(longer))
    assert (first.staple, second.staple) == (RESPONSE, longer)


def stapling(body: bytes) -> bytes:
    """Return the flight of a TLS 1.2 server that staples some bytes (RFC 6066 section 8)."""
    chosen = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2b" + b"\x00" + b"\x00\x04\x00\x05\x00\x00"
    status = message(22, b"\x01" + len(body).to_bytes(3, "big") + body)
    return record(HANDSHAKE, message(2, chosen) + certificates(LEAF.der) + status)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"x" * 100_000], ids=["empty", "nonsense", "long"])
def test_odd(body: bytes) -> None:
    """Whatever a server staples, its certificates are kept."""
    handshake = Handshake(shared_context(), NAME, staple=True)
    handshake.start()
    handshake.feed(stapling(body))
    handshake.eof()
    assert handshake.chain == (LEAF.der,)


def test_unreadable() -> None:
    """A response that the library cannot read is reported, beside the certificates."""
    handshake = Handshake(shared_context(), NAME, staple=True)
    handshake.start()
    handshake.feed(stapling(b"nonsense"))
    expected = HandshakeFailure(FailureReason.TLS_PROTOCOL, UNREADABLE_STAPLE)
    assert (handshake.failure, handshake.chain) == (expected, (LEAF.der,))


def probe(port: int, revocation: tuple[str, ...], **keys: str) -> ProbeResult:
    """Return what one probe gives."""
    settings = EndpointSettings.model_validate({"address": f"127.0.0.1:{port}", "server_name": NAME, **keys})
    target = settings.target(Policy(revocation=revocation))
    return asyncio.run(EndpointSource(Resolver()).probe(target.request))


@needs_openssl
@pytest.mark.system
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize(
    ("keys", "at"), [({}, ""), ({"key_types": "all"}, " (ECDSA)"), ({"addresses": "all"}, "")]
)
def test_s_server(version: str, keys: dict[str, str], at: str, tmp_path: Path) -> None:
    """A probe of OpenSSL's server gives its response, at the location of the certificate."""
    stapled = tmp_path / "response.der"
    stapled.write_bytes(RESPONSE)
    with s_server(tmp_path, (LEAF,), "-status_file", str(stapled), version) as port:
        seen = probe(port, ("staple", "crl"), **keys)
    assert (seen.staples, seen.failures) == ((Staple(f"127.0.0.1:{port}{at}", RESPONSE),), ())


@needs_openssl
@pytest.mark.system
def test_not_wanted(tmp_path: Path) -> None:
    """A policy that does not name the staple asks for none."""
    stapled = tmp_path / "response.der"
    stapled.write_bytes(RESPONSE)
    with s_server(tmp_path, (LEAF,), "-status_file", str(stapled)) as port:
        assert probe(port, ("crl", "ocsp")).staples == ()
