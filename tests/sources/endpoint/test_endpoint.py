"""Tests of probing real servers on loopback: good, odd, rude and unresponsive ones."""

import asyncio
from collections.abc import Callable

import pytest
from cryptography import x509
from OpenSSL import SSL

from monitor.model import Failure, FailureReason, Message, Policy, ProbeResult, TargetTraits
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls.texts import no_tls_answer, tls_timeout
from support import pki
from support.factories.sources.endpoint_probes import (
    LEAF,
    MIDDLE,
    NAME,
    ROOT,
    SHORT,
    fingerprints,
    look_at,
    target_at,
    way,  # noqa: F401 - every test here runs in both ways
)
from support.servers.tls.peers import (
    Handler,
    TlsPeer,
    alert,
    dripping,
    listening,
    resetting,
    saying,
    server_context,
    shown,
    speaking_tls,
)


def short_key() -> pki.Issued:
    """Return a leaf with an RSA key of 1024 bits."""
    return pki.issue(NAME, key=pki.rsa_key(1024), names=(NAME,))


def old_signature() -> pki.Issued:
    """Return a leaf that says it is signed with SHA-1 (the library at hand refuses to sign so in earnest)."""
    key = pki.new_key()
    ecdsa_with_sha1 = bytes.fromhex("300906072a8648ce3d0401")
    return pki.Issued(x509.load_der_x509_certificate(pki.raw(key=key, algorithm=ecdsa_with_sha1)), key)


CHAINS: dict[str, Callable[[], tuple[pki.Issued, list[pki.Issued]]]] = {
    "complete": lambda: (LEAF, [MIDDLE]),
    "expired": lambda: (pki.leaf(NAME, MIDDLE, start=pki.days(-90), end=pki.days(-1)), [MIDDLE]),
    "self-signed": lambda: (pki.leaf(NAME), []),
    "wrong name": lambda: (pki.leaf("other.example", MIDDLE), [MIDDLE]),
    "unknown CA": lambda: (pki.leaf(NAME, pki.authority("Unknown")), []),
    "incomplete": lambda: (LEAF, []),
    "out of order": lambda: (LEAF, [ROOT, MIDDLE]),
    "root included": lambda: (LEAF, [MIDDLE, ROOT]),
    "twice the leaf": lambda: (LEAF, [LEAF, MIDDLE]),
    "64 KB": lambda: (LEAF, [pki.authority(f"Anchor {number} " + "x" * 40) for number in range(150)]),
    "RSA 1024": lambda: (short_key(), []),
    "SHA-1": lambda: (old_signature(), []),
}


@pytest.mark.parametrize("make", CHAINS.values(), ids=CHAINS)
def test_chain(make: Callable[[], tuple[pki.Issued, list[pki.Issued]]]) -> None:
    """Every chain is seen as served, whatever may be wrong with it."""
    own, rest = make()
    seen = look_at(speaking_tls(server_context(own, rest)))
    expected = [("127.0.0.1", position, issued.sha256) for position, issued in enumerate([own, *rest])]
    assert (fingerprints(seen), seen.failures, seen.encrypted) == (expected, (), True)


def test_ders() -> None:
    """The bytes of every certificate are handed on by fingerprint."""
    seen = look_at(speaking_tls(server_context(LEAF, [MIDDLE])))
    assert seen.ders == {LEAF.sha256: LEAF.der, MIDDLE.sha256: MIDDLE.der}


@pytest.mark.parametrize("demand", [False, True], ids=["open", "demands a client certificate"])
@pytest.mark.parametrize(
    "version", [SSL.TLS1_VERSION, SSL.TLS1_1_VERSION, SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION]
)
def test_version(version: int, *, demand: bool) -> None:
    """A server of one version only is seen, also when it wants a certificate from us."""
    seen = look_at(speaking_tls(server_context(LEAF, [MIDDLE], version=version, demand=demand)))
    assert (len(seen.sightings), seen.failures) == (2, ())


RUDE = {
    "HTTP": (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), FailureReason.NOT_TLS, False),
    "SSH": (saying(b"SSH-2.0-OpenSSH\r\n", after_hello=False), FailureReason.NOT_TLS, False),
    "SMTP": (
        saying(b"220 mail.example ESMTP\r\n", after_hello=False, stay=True),
        FailureReason.NOT_TLS,
        False,
    ),
    "garbage": (saying(bytes(range(64))), FailureReason.NOT_TLS, False),
    "closes at once": (saying(b"", after_hello=False), FailureReason.CLOSED, None),
    "closes after the greeting": (saying(b""), FailureReason.CLOSED, None),
    "resets": (resetting, FailureReason.CLOSED, None),
    "alert": (saying(alert(40)), FailureReason.TLS_ALERT, True),
    "broken TLS": (saying(b"\x16\x03\x03\x00\x05hello"), FailureReason.TLS_PROTOCOL, True),
    "malformed certificate": (
        saying(shown(LEAF.der, b"junk"), stay=True),
        FailureReason.BAD_CERTIFICATE,
        True,
    ),
}


@pytest.mark.parametrize(("handler", "reason", "encrypted"), RUDE.values(), ids=RUDE)
def test_rude_server(handler: Handler, reason: FailureReason, *, encrypted: bool | None) -> None:
    """A server that shows no certificate is one failure with its reason, at its location."""
    seen = look_at(handler)
    assert [(failure.reason, failure.location) for failure in seen.failures] == [(reason, "127.0.0.1")]
    assert (seen.sightings, seen.encrypted) == ((), encrypted)


SLOW = {
    "silent": (saying(b"", stay=True), no_tls_answer(timeout=SHORT), 0),
    "silent after its certificate": (
        saying(shown(LEAF.der), stay=True),
        tls_timeout(timeout=SHORT),
        1,
    ),
    "drips": (dripping(shown(LEAF.der)), tls_timeout(timeout=SHORT), 0),
}


@pytest.mark.parametrize(("handler", "said", "count"), SLOW.values(), ids=SLOW)
def test_slow_server(handler: Handler, said: Message, count: int) -> None:
    """A slow server costs its own timeout and keeps what it had shown."""
    seen = look_at(handler, Policy(timeout=SHORT))
    assert (seen.failures, len(seen.sightings)) == (
        (Failure(FailureReason.TIMEOUT, said, "127.0.0.1"),),
        count,
    )


def test_failure_beside_certificates() -> None:
    """An alert right after the certificates costs none of them and makes nobody unreachable."""
    seen = look_at(saying(shown(LEAF.der, MIDDLE.der) + alert(80)))
    assert [failure.reason for failure in seen.failures] == [FailureReason.TLS_ALERT]
    assert (len(seen.sightings), seen.unreachable_failures) == (2, ())


def test_unreadable_certificate_costs_no_other() -> None:
    """A certificate that only we cannot read is a failure beside the others, which keep their positions."""
    odd = pki.raw(validity=pki.tlv(0x17, b"9999999999999") + pki.tlv(0x17, b"360101000000Z"))
    seen = look_at(saying(shown(LEAF.der, odd, MIDDLE.der), stay=True), Policy(timeout=SHORT))
    assert [position for _, position, _ in fingerprints(seen)] == [0, 2]
    assert [f.reason for f in seen.failures] == [FailureReason.TIMEOUT, FailureReason.BAD_CERTIFICATE]


@pytest.mark.parametrize("encryption", ["any", "off"])
def test_plain_port_where_encryption_is_optional(encryption: str) -> None:
    """Where encryption is optional or off a plain answer is a state, not a failure."""
    seen = look_at(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Policy(encryption=encryption))
    assert seen == ProbeResult(encrypted=False)


def test_plain_port_of_a_product_that_may_be_set_up_so() -> None:
    """There a plain answer is judged by the policy, whatever that says, and is not a failure."""
    part = TargetTraits(plain_possible=True)
    assert look_at(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), part=part) == ProbeResult(encrypted=False)


def test_no_answer_where_encryption_is_optional() -> None:
    """Where encryption is optional silence is still a failure."""
    seen = look_at(saying(b""), Policy(encryption="any"))
    assert [failure.reason for failure in seen.failures] == [FailureReason.CLOSED]


def test_server_name_apart_from_address() -> None:
    """The server is asked for the server name, not for the host."""
    peers: list[TlsPeer] = []
    look_at(speaking_tls(server_context(LEAF), peers))
    assert [peer.asked for peer in peers] == [NAME.encode()]


def test_closes_properly() -> None:
    """The server hears close_notify before the connection ends."""
    peers: list[TlsPeer] = []

    async def main() -> None:
        ended = asyncio.Event()
        serve = speaking_tls(server_context(LEAF), peers)

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer)
            ended.set()

        async with listening(handle) as port:
            await EndpointSource(Resolver()).probe(target_at(f"127.0.0.1:{port}").request)
            await ended.wait()

    asyncio.run(main())
    assert [peer.ended_politely for peer in peers] == [True]
