"""Tests of the handshake over memory: two ends joined without a socket, and flights written by hand."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from monitor.model import FailureReason, Message
from monitor.tls import Handshake, HandshakeFailure, shared_context, texts
from monitor.tls.base import MAX_BYTES
from support import pki
from support.servers.tls.peers import (
    HANDSHAKE,
    TlsPeer,
    alert,
    message,
    record,
    server_context,
    server_hello,
    shown,
)
from support.written import written

NAME = "recorder.example"
ROOT = pki.authority()
LEAF = pki.leaf(NAME, ROOT)
VERSIONS = {
    "TLS 1.0": SSL.TLS1_VERSION,
    "TLS 1.1": SSL.TLS1_1_VERSION,
    "TLS 1.2": SSL.TLS1_2_VERSION,
    "TLS 1.3": SSL.TLS1_3_VERSION,
}
versions = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
HTTP = b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>"


def begun(name: str | None = NAME) -> Handshake:
    """Return a handshake whose greeting has been sent to nobody."""
    handshake = Handshake(shared_context(), name)
    handshake.start()
    return handshake


def handshake_of(data: bytes, name: str | None = NAME) -> Handshake:
    """Return a handshake after these bytes came back."""
    handshake = begun(name)
    handshake.feed(data)
    return handshake


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes into pieces."""
    return (data[at : at + size] for at in range(0, len(data), size))


def join(peer: TlsPeer, name: str | None = NAME, size: int = 1 << 20) -> Handshake:
    """Return a handshake that was driven to its end against a peer, its arrivals cut into pieces."""
    handshake = Handshake(shared_context(), name)
    sent = handshake.start()
    while sent:
        answer = peer.feed(sent)
        sent = b"".join([handshake.feed(piece) for piece in pieces(answer, size)])
    return handshake


@versions
def test_chain_of_every_version(version: int) -> None:
    """The chain arrives with every version from TLS 1.0 on, in the order served."""
    handshake = join(TlsPeer(server_context(LEAF, [ROOT], version=version)))
    assert (handshake.over, handshake.encrypted, handshake.chain) == (True, True, (LEAF.der, ROOT.der))


@pytest.mark.parametrize(("name", "version"), VERSIONS.items(), ids=VERSIONS)
def test_version_that_was_agreed_on(name: str, version: int) -> None:
    """A finished handshake names its version."""
    assert join(TlsPeer(server_context(LEAF, [ROOT], version=version))).version == name


def test_no_version_without_certificates() -> None:
    """A server that is none has no version, although the library would name one."""
    handshake = handshake_of(HTTP)
    assert (handshake.over, handshake.version) == (True, "")


@versions
def test_one_byte_at_a_time(version: int) -> None:
    """Arrivals of a single byte give the same chain as whole flights."""
    handshake = join(TlsPeer(server_context(LEAF, [ROOT], version=version)), size=1)
    assert (handshake.failure, handshake.chain) == (None, (LEAF.der, ROOT.der))


@versions
def test_demanded_client_certificate(version: int) -> None:
    """A server that wants our certificate after showing its own causes no failure, in any version."""
    handshake = join(TlsPeer(server_context(LEAF, [ROOT], version=version, demand=True)))
    assert (handshake.failure, handshake.chain) == (None, (LEAF.der, ROOT.der))


@versions
def test_closes_properly(version: int) -> None:
    """A finished handshake is ended with close_notify, so that servers log no aborted one."""
    peer = TlsPeer(server_context(LEAF, version=version))
    join(peer)
    assert peer.ended_politely


def test_retry_with_another_group() -> None:
    """A server that knows none of the groups we guessed gets a second greeting."""
    handshake = join(TlsPeer(server_context(LEAF, version=SSL.TLS1_3_VERSION, groups="P-521")))
    assert (handshake.failure, handshake.chain) == (None, (LEAF.der,))


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        (NAME, NAME.encode()),
        ("10.0.0.5", None),
        ("2001:db8::1", None),
        (None, None),
        ("7.example", b"7.example"),
    ],
)
def test_server_name(name: str | None, asked: bytes | None) -> None:
    """The server name is sent for names only, never for an IP literal (RFC 6066 section 3)."""
    peer = TlsPeer(server_context(LEAF))
    join(peer, name)
    assert peer.asked == asked


def test_long_chain() -> None:
    """A chain of 64 KB arrives whole."""
    many = [pki.authority(f"Anchor {number} " + "x" * 40) for number in range(150)]
    handshake = join(TlsPeer(server_context(LEAF, many)))
    assert sum(map(len, handshake.chain)) > 65536
    assert handshake.chain == (LEAF.der, *(issued.der for issued in many))


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_chain_above_the_limit_of_openssl(version: int) -> None:
    """A chain of more than 100 KiB is too large for OpenSSL's clients, not against the protocol."""
    many = [pki.authority(f"Anchor {number} " + "x" * 40) for number in range(250)]
    handshake = join(TlsPeer(server_context(LEAF, many, version=version)))
    assert handshake.failure == HandshakeFailure(FailureReason.TOO_LARGE, texts.CHAIN_TOO_LARGE)


def test_chain_as_served() -> None:
    """A chain out of order, with a stranger in it, is handed on as served."""
    stranger = pki.authority("Stranger")
    handshake = join(TlsPeer(server_context(LEAF, [stranger, ROOT, LEAF])))
    assert handshake.chain == (LEAF.der, stranger.der, ROOT.der, LEAF.der)


def test_odd_certificate_does_not_cost_the_others() -> None:
    """A certificate with an impossible version number is handed on beside the others."""
    odd = pki.raw(version=bytes.fromhex("a003020163"))
    assert handshake_of(shown(LEAF.der, odd)).chain == (LEAF.der, odd)


ENDINGS = {
    "unreadable": (shown(LEAF.der, b"no certificate"), FailureReason.BAD_CERTIFICATE, 0),
    "trailing bytes": (shown(LEAF.der + b"x"), FailureReason.BAD_CERTIFICATE, 0),
    "unusable key": (
        shown(pki.raw(public_key=bytes.fromhex("3019301306072a8648ce3d020106082a8648ce3d03010703020004"))),
        FailureReason.BAD_CERTIFICATE,
        1,
    ),
    "no certificate at all": (shown(), FailureReason.TLS_PROTOCOL, 0),
    "alert after certificates": (shown(LEAF.der) + alert(40), FailureReason.TLS_ALERT, 1),
    "alert at once": (alert(80), FailureReason.TLS_ALERT, 0),
    "unknown alert": (alert(200), FailureReason.TLS_ALERT, 0),
    "nonsense record": (b"\x16\x03\x03\x00\x05hello", FailureReason.TLS_PROTOCOL, 0),
    "message out of turn": (record(HANDSHAKE, message(14, b"")), FailureReason.TLS_PROTOCOL, 0),
    "nonsense after certificates": (
        shown(LEAF.der) + record(HANDSHAKE, message(99, b"")),
        FailureReason.TLS_PROTOCOL,
        1,
    ),
    "SSL 3": (
        record(HANDSHAKE, message(2, b"\x03\x00" + bytes(35) + b"\xc0\x2b\x00")),
        FailureReason.TLS_PROTOCOL,
        0,
    ),
    "plain HTTP": (HTTP, FailureReason.NOT_TLS, 0),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", FailureReason.NOT_TLS, 0),
    "SMTP": (b"220-mail.example ESMTP\r\n", FailureReason.NOT_TLS, 0),
    "binary": (b"\x00\x01\x02\x03", FailureReason.NOT_TLS, 0),
    "TLS of version 9": (b"\x16\x09\x03\x00\x05hello", FailureReason.NOT_TLS, 0),
}
endings = pytest.mark.parametrize(("data", "reason", "count"), ENDINGS.values(), ids=ENDINGS)


@endings
def test_reason_however_cut(data: bytes, reason: FailureReason, count: int) -> None:
    """Every cut of a reply in two gives the same reason and the same certificates."""
    outcomes = set()
    for at in range(len(data)):
        handshake = handshake_of(data[:at])
        handshake.feed(data[at:])
        outcomes.add((handshake.over, handshake.failure and handshake.failure.reason, len(handshake.chain)))
    assert outcomes == {(True, reason, count)}


@endings
def test_cut_off_anywhere(data: bytes, reason: FailureReason, count: int) -> None:
    """A reply that stops anywhere ends as closed or as its own reason, never as a surprise."""
    reasons = set()
    for at in range(len(data)):
        handshake = handshake_of(data[:at])
        handshake.eof()
        assert handshake.failure is not None
        reasons.add(handshake.failure.reason)
    assert reasons <= {FailureReason.CLOSED, reason}


PLAIN = {
    "HTTP": (HTTP, texts.not_tls_but(protocol="HTTP", reply="HTTP/1.1 400 Bad Request")),
    "SSH": (b"SSH-2.0-x\n\x1b[31m", texts.not_tls_but(protocol="SSH", reply="SSH-2.0-x")),
    "binary": (b"\x00\x1b[31m", texts.not_tls(reply=r"\x00\x1b[31m")),
    "long": (b"a" * 99, texts.not_tls(reply="a" * 60 + "...")),
    "only line ends": (b"\r\n", texts.not_tls(reply=r"\x0d\x0a")),
    "beyond ASCII": ("grüß".encode(), texts.not_tls(reply=r"gr\xc3\xbc\xc3\x9f")),
}


@pytest.mark.parametrize(("data", "message"), PLAIN.values(), ids=PLAIN)
def test_plain_peer_is_quoted(data: bytes, message: Message) -> None:
    """What a plain peer said is quoted short and harmless."""
    expected = HandshakeFailure(FailureReason.NOT_TLS, message)
    assert (handshake_of(data).failure, handshake_of(data).encrypted) == (expected, False)


ALERTS = {
    40: texts.NO_SHARED_CIPHER,
    70: texts.NO_SHARED_VERSION,
    80: texts.refused(alert="internal_error"),
    112: texts.unrecognized_name(name="recorder.example"),
    116: texts.CLIENT_CERTIFICATE_REQUIRED,
    120: texts.refused(alert="no_application_protocol"),
    200: texts.refused(alert="unknown"),
}


@pytest.mark.parametrize(("number", "message"), ALERTS.items())
def test_alert_is_named(number: int, message: Message) -> None:
    """An alert before any certificate is named as in RFC 8446 section 6.2."""
    assert handshake_of(alert(number)).failure == HandshakeFailure(FailureReason.TLS_ALERT, message)


def test_name_is_wanted() -> None:
    """A server that refuses a probe without a name is said to want one."""
    failure = handshake_of(alert(112), None).failure
    assert failure is not None
    assert failure.message == texts.SERVER_NAME_REQUIRED


def test_alert_after_certificates() -> None:
    """An alert right after the certificates speaks of them and keeps them."""
    handshake = handshake_of(shown(LEAF.der) + alert(40))
    said = texts.aborted(alert="handshake_failure")
    assert (handshake.chain, handshake.failure) == (
        (LEAF.der,),
        HandshakeFailure(FailureReason.TLS_ALERT, said),
    )


CLOSED = {
    b"": texts.CLOSED_WITHOUT_ANSWER,
    b"\x16": texts.CLOSED_IN_HANDSHAKE,
    record(HANDSHAKE, server_hello()): texts.CLOSED_IN_HANDSHAKE,
}


@pytest.mark.parametrize(("data", "said"), CLOSED.items(), ids=["nothing", "a byte", "a hello"])
def test_closed(data: bytes, said: Message) -> None:
    """A closed connection says whether the server had answered at all."""
    handshake = handshake_of(data)
    handshake.eof()
    assert handshake.failure == HandshakeFailure(FailureReason.CLOSED, said)


def test_closed_after_certificates() -> None:
    """Certificates stay when the connection is closed right after them."""
    handshake = handshake_of(shown(LEAF.der))
    handshake.eof()
    assert (handshake.chain, handshake.over) == ((LEAF.der,), True)


ALLOWED = timedelta(seconds=3)
EXPIRED = {
    b"": texts.no_tls_answer(timeout=ALLOWED),
    b"\x15": texts.tls_timeout(timeout=ALLOWED),
    shown(LEAF.der): texts.tls_timeout(timeout=ALLOWED),
}


@pytest.mark.parametrize(("data", "said"), EXPIRED.items(), ids=["nothing", "a byte", "certificates"])
def test_time_is_up(data: bytes, said: Message) -> None:
    """An expired handshake says how far it came."""
    handshake = handshake_of(data)
    handshake.expire(ALLOWED)
    assert handshake.failure == HandshakeFailure(FailureReason.TIMEOUT, said)


def test_undecided_greeting_is_plain() -> None:
    """A peer that stopped in the middle of a plain greeting is distinguished from an unresponsive one."""
    handshake = handshake_of(b"HT")
    handshake.expire(ALLOWED)
    assert handshake.failure is not None
    assert handshake.failure.reason is FailureReason.NOT_TLS


def test_chain_is_there_before_the_end() -> None:
    """The chain can be read while the handshake is still under way."""
    handshake = handshake_of(shown(LEAF.der))
    assert (handshake.over, handshake.chain) == (False, (LEAF.der,))


def test_bytes_are_bounded() -> None:
    """A server that never stops sending is cut off."""
    # HelloRequest is to be ignored however often it comes (RFC 5246 section 7.4.1.1).
    flood = record(HANDSHAKE, message(0, b"") * 4096)
    handshake = begun()
    for _ in range(MAX_BYTES // len(flood) + 1):
        assert not handshake.over
        handshake.feed(flood)
    said = texts.too_long(limit=1_000_000)
    assert handshake.failure == HandshakeFailure(FailureReason.TLS_PROTOCOL, said)


def test_quiet_after_the_end() -> None:
    """Nothing is answered once the handshake is over."""
    handshake = handshake_of(alert(80))
    assert handshake.feed(shown(LEAF.der)) == b""


def harmless(handshake: Handshake) -> bool:
    """Return whether what is reported holds only printable ASCII, whatever arrived."""
    detail = written(handshake.failure.message) if handshake.failure else ""
    return detail.isascii() and detail.isprintable()


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_any_bytes(arrivals: list[bytes]) -> None:
    """Whatever arrives, in whatever pieces, ends in words that harm no terminal."""
    handshake = begun()
    for data in arrivals:
        handshake.feed(data)
    handshake.eof()
    assert (handshake.over, harmless(handshake)) == (True, True)


FLIGHT = shown(LEAF.der, ROOT.der)


@given(st.integers(0, len(FLIGHT) - 1), st.integers(0, 255))
def test_any_damage(at: int, byte: int) -> None:
    """One damaged byte anywhere in a server's flight is survived."""
    handshake = handshake_of(FLIGHT[:at] + bytes([byte]) + FLIGHT[at + 1 :])
    handshake.eof()
    assert (handshake.over, harmless(handshake)) == (True, True)
