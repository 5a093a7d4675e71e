"""Tests of the dialogues with proxies: what is asked, every answer cut at every byte, and every refusal."""

from base64 import b64encode

import pytest

from monitor.dialects import DIALECTS, MAX_BYTES, TUNNELS, Dialogue, ProxiedDialogue, texts
from monitor.dialects.mysql import ssl_request
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint
from support.factories.dialects.binary_answers import greeting
from support.factories.dialects.dialogues import converse, cuts
from support.written import written

NAME, PORT = "recorder.vms.example", 7563
TLS = b"\x16\x03\x03"
OPEN = b"\x05\x00\x00\x01" + bytes(6)
GRANTED = {
    "http": ("http", "", b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"),
    "http with line feeds only": ("http", "", b"HTTP/1.0 200 OK\n\n"),
    "http with a body that ends no head": ("http", "", b"HTTP/1.1 299\r\nA: b\r\n\r\n"),
    "socks5": ("socks5", "", b"\x05\x00" + OPEN),
    "socks5 that answers with a name": ("socks5", "", b"\x05\x00\x05\x00\x00\x03\x01x\x00\x50"),
    "socks5 that answers with IPv6": ("socks5", "", b"\x05\x00\x05\x00\x00\x04" + bytes(18)),
    "socks5 with a login": ("socks5", "me", b"\x05\x02\x01\x00" + OPEN),
}


def tunnel(scheme: str, user: str = "", host: str = NAME) -> Dialogue:
    """Return a dialogue with a proxy."""
    return TUNNELS[scheme](host, PORT, user, "secret" if user else "")


@pytest.mark.parametrize(("scheme", "user", "answer"), GRANTED.values(), ids=GRANTED)
def test_granted(scheme: str, user: str, answer: bytes) -> None:
    """However the answer is cut, the way opens behind it and nothing is lost."""
    found = {
        (one.done, one.rest, one.failure)
        for pieces in [(answer + TLS,), *cuts(answer + TLS)]
        for one in [converse(tunnel(scheme, user), *pieces)]
    }
    assert found == {(True, TLS, None)}


REQUESTS = {
    "http": ("http", "", NAME, f"CONNECT {NAME}:7563 HTTP/1.1\r\nHost: {NAME}:7563\r\n\r\n".encode()),
    "http IPv6": ("http", "", "::1", b"CONNECT [::1]:7563 HTTP/1.1\r\nHost: [::1]:7563\r\n\r\n"),
    "socks5": ("socks5", "", NAME, b"\x05\x01\x00\x05\x01\x00\x03\x14" + NAME.encode() + b"\x1d\x8b"),
    "socks5 IPv4": ("socks5", "", "10.0.0.5", b"\x05\x01\x00\x05\x01\x00\x01\x0a\x00\x00\x05\x1d\x8b"),
    "socks5 IPv6": ("socks5", "", "::1", b"\x05\x01\x00\x05\x01\x00\x04" + bytes(15) + b"\x01\x1d\x8b"),
}


@pytest.mark.parametrize(("scheme", "user", "host", "expected"), REQUESTS.values(), ids=REQUESTS)
def test_request(scheme: str, user: str, host: str, expected: bytes) -> None:
    """The proxy is asked for the name itself, or for the address where that is one."""
    answer = b"\x05\x00" if scheme == "socks5" else b""
    assert converse(tunnel(scheme, user, host), answer).sent == expected


def test_http_login() -> None:
    """A login at an HTTP proxy goes by Basic."""
    line = b"Proxy-Authorization: Basic " + b64encode(b"me:secret") + b"\r\n"
    assert line in converse(tunnel("http", "me")).sent


def test_socks_login() -> None:
    """A login at a SOCKS proxy is offered alone and follows RFC 1929."""
    said = converse(tunnel("socks5", "me"), b"\x05\x02").sent
    assert said == b"\x05\x01\x02" + b"\x01\x02me\x06secret"


def test_socks_password_waits() -> None:
    """The password is not sent to a proxy that does not ask for it."""
    assert b"secret" not in converse(tunnel("socks5", "me"), b"\x05\x00" + OPEN).sent


def refused_with(line: str) -> Message:
    """Return the message that an HTTP proxy refuses the connection."""
    return texts.proxy_refused(reply=line)


LOGIN_REQUIRED = "HTTP/1.1 407 Proxy Authentication Required"
REFUSED = {
    "http": ("http", "", b"HTTP/1.1 403 Filtered\r\n", refused_with("HTTP/1.1 403 Filtered")),
    "http login": (
        "http",
        "me",
        LOGIN_REQUIRED.encode() + b"\r\n",
        with_hint(problem=refused_with(LOGIN_REQUIRED), hint=texts.PROXY_OTHER_LOGIN),
    ),
    "http redirect": ("http", "", b"HTTP/1.1 302 Found\r\n", refused_with("HTTP/1.1 302 Found")),
    "not http": ("http", "", b"220 mail ready\r\n", "proxy_wrong_protocol"),
    "socks rules": (
        "socks5",
        "",
        b"\x05\x00\x05\x02\x00",
        texts.socks_refused(problem=texts.SOCKS_REASONS[2], socks_code=2),
    ),
    "socks odd code": (
        "socks5",
        "",
        b"\x05\x00\x05\x63\x00",
        texts.socks_refused(problem=texts.SOCKS_UNKNOWN, socks_code=99),
    ),
    "socks wants a login": ("socks5", "", b"\x05\xff", texts.PROXY_NEEDS_LOGIN),
    "socks takes no login": ("socks5", "me", b"\x05\xff", texts.PROXY_NO_LOGIN),
    "socks ignores the login": ("socks5", "me", b"\x05\x00", texts.proxy_method(method=0)),
    "socks refuses the login": (
        "socks5",
        "me",
        b"\x05\x02\x01\x01",
        texts.proxy_login_refused(status=1),
    ),
    "not socks": ("socks5", "", b"HTTP/1.1 400 Bad\r\n", "proxy_wrong_protocol"),
    "socks nonsense": ("socks5", "", b"\x05\x00\x05\x00\x00\x09\x01", "proxy_bad_reply"),
}


@pytest.mark.parametrize(("scheme", "user", "answer", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(scheme: str, user: str, answer: bytes, message: Message | str) -> None:
    """Whatever the proxy refuses has its own reason and is quoted, however it was cut."""
    for pieces in [(answer,), *cuts(answer)]:
        outcome = converse(tunnel(scheme, user), *pieces)
        assert outcome.failure is not None
        assert (outcome.done, outcome.failure.reason) == (False, FailureReason.PROXY)
        # What is quoted of another protocol depends on how much of it has arrived.
        assert message in (outcome.failure.message, outcome.failure.message.code)
        assert "secret" not in written(outcome.failure.message)


@pytest.mark.parametrize("scheme", TUNNELS)
def test_hung_up(scheme: str) -> None:
    """A proxy that hangs up is the one to blame."""
    failure = converse(tunnel(scheme), end=True).failure
    assert failure is not None
    assert (failure.reason, failure.message) == (FailureReason.PROXY, texts.PROXY_CLOSED)


def test_flood() -> None:
    """A head without end is not read without end."""
    failure = converse(tunnel("http"), b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MAX_BYTES // 6)).failure
    assert failure is not None
    assert failure.reason is FailureReason.PROXY


def behind() -> Dialogue:
    """Return a dialogue with MySQL behind a proxy."""
    make = DIALECTS["mysql"].dialogue
    assert make is not None
    return ProxiedDialogue(tunnel("http"), make(NAME))


def test_dialect_behind_a_proxy() -> None:
    """The server's dialect begins behind the proxy's answer, even in the same bytes."""
    answer = GRANTED["http"][2] + greeting() + TLS
    for pieces in [(answer,), *cuts(answer)]:
        outcome = converse(behind(), *pieces)
        assert (outcome.done, outcome.rest, outcome.failure) == (True, TLS, None)
        assert outcome.sent.endswith(b"\r\n\r\n" + ssl_request(1))


def test_farewell_behind_a_proxy() -> None:
    """The dialect's farewell is said behind a proxy too."""
    dialogue = behind()
    converse(dialogue, GRANTED["http"][2] + greeting())
    assert dialogue.graceful_close is not None


@pytest.mark.parametrize(
    ("heard", "reason"),
    [(b"", FailureReason.PROXY), (GRANTED["http"][2], FailureReason.CLOSED)],
    ids=["proxy", "server"],
)
def test_who_hung_up(heard: bytes, reason: FailureReason) -> None:
    """Before the way is open the proxy hangs up, behind that the server."""
    failure = converse(behind(), heard, end=True).failure
    assert failure is not None
    assert failure.reason is reason
