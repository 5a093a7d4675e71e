"""Tests of the graceful close inside TLS, over memory."""

from contextlib import suppress
from datetime import timedelta

import pytest
from OpenSSL import SSL

from monitor.dialects import DIALECTS
from monitor.dialects.mysql import CLIENT_SSL, answer, login, ssl_request
from monitor.model import FailureReason
from monitor.sources.endpoint.conversation import Conversation
from monitor.tls import Handshake, shared_context
from monitor.tls.texts import RESET_IN_HANDSHAKE
from support import pki
from support.factories.dialects.binary_answers import greeting, mysql_error, mysql_packet
from support.servers.tls.peers import server_context

NAME = "db.vms.example"
LEAF = pki.leaf(NAME, pki.authority())
VERSIONS = {"TLS 1.2": SSL.TLS1_2_VERSION, "TLS 1.3": SSL.TLS1_3_VERSION}
versions = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
PLUGIN = b"caching_sha2_password"
GREETING = greeting(
    0xFFFF, more=b"\x2d" + bytes(2) + b"\xff\xc1" + bytes([21]) + bytes(10) + b"s" * 13 + PLUGIN + b"\0"
)
DENIED = mysql_error(b"#28000Access denied for user 'cert-monitor'", 1045, number=3)
SWITCH = mysql_packet(b"\xfemysql_native_password\0" + b"s" * 21, 3)
LET_IN = mysql_packet(b"\x00\x00\x00\x02\x00\x00\x00", 3)
QUIT = b"\x01\0\0\0\x01"


class Server:
    """A MySQL server's end: each message is answered with the next of its lines."""

    def __init__(self, version: int, *lines: bytes) -> None:
        """Take the lines; after the last one it does not answer."""
        self._connection = SSL.Connection(server_context(LEAF, version=version), None)
        self._connection.set_accept_state()
        self._lines = list(lines)
        self.heard: list[bytes] = []

    @property
    def ended_politely(self) -> bool:
        """Return whether the client said close_notify."""
        return bool(self._connection.get_shutdown() & SSL.RECEIVED_SHUTDOWN)

    def feed(self, data: bytes) -> bytes:
        """Take TLS bytes and return the answer."""
        self._connection.bio_write(data)
        with suppress(SSL.WantReadError, SSL.ZeroReturnError):
            self._connection.do_handshake()
            while True:
                self.heard.append(self._connection.recv(4096))
                if self._lines:
                    self._connection.sendall(self._lines.pop(0))
        with suppress(SSL.WantReadError):
            return self._connection.bio_read(1 << 21)
        return b""


def visited(server: Server, size: int = 1 << 20) -> Conversation:
    """Return a talk that was driven until nobody has anything more to say."""
    make = DIALECTS["mysql"].dialogue
    assert make is not None
    conversation = Conversation(make(NAME), Handshake(shared_context(), NAME))
    sent = (conversation.start() + conversation.feed(GREETING)).removeprefix(ssl_request(1))
    while sent:
        back = server.feed(sent)
        sent = b"".join(conversation.feed(back[at : at + size]) for at in range(0, len(back), size))
    return conversation


@versions
@pytest.mark.parametrize("size", [1, 1 << 20], ids=["bytes", "flights"])
def test_refused_login(version: int, size: int) -> None:
    """A MySQL server hears a login with its own plugin, and after its refusal close_notify."""
    server = Server(version, DENIED)
    conversation = visited(server, size)
    assert (server.heard, server.ended_politely) == ([login(PLUGIN, 2)], True)
    assert (conversation.over, conversation.failure, conversation.chain) == (True, None, (LEAF.der,))


@versions
def test_switch(version: int) -> None:
    """A server that wants another plugin gets an empty packet with the next number."""
    server = Server(version, SWITCH, DENIED)
    conversation = visited(server)
    assert (server.heard[1:], server.ended_politely, conversation.failure) == ([b"\0\0\0\x04"], True, None)


@versions
def test_let_in(version: int) -> None:
    """A server that lets us in gets a proper goodbye."""
    server = Server(version, LET_IN)
    visited(server)
    assert server.heard[1:] == [QUIT]


@pytest.mark.parametrize("ending", ["eof", "expire", "end"])
def test_no_answer(ending: str) -> None:
    """A server that never answers the login, hangs up or resets costs the probe nothing."""
    conversation = visited(Server(SSL.TLS1_3_VERSION))
    assert not conversation.over
    if ending == "eof":
        conversation.eof()
    elif ending == "expire":
        conversation.expire(timedelta(seconds=10))
    else:
        conversation.end(FailureReason.CLOSED, RESET_IN_HANDSHAKE)
    assert (conversation.over, conversation.failure, conversation.chain, conversation.encrypted) == (
        True,
        None,
        (LEAF.der,),
        True,
    )


def test_flood() -> None:
    """A server that answers the login without end is left without a failure."""
    conversation = visited(Server(SSL.TLS1_3_VERSION, b"\xff\xff\xff\x03\xfe" + bytes(1_100_000)))
    assert (conversation.over, conversation.failure) == (True, None)


def test_shape_of_the_login() -> None:
    """The login is HandshakeResponse41: flags with TLS, user, empty password, plugin."""
    body = login(b"p", 2)[4:]
    assert int.from_bytes(body[:4], "little") & CLIENT_SSL
    assert body[32:] == b"cert-monitor\0\0p\0"


@pytest.mark.parametrize("said", [b"", DENIED[:4], SWITCH[:-1]])
def test_incomplete_answer(said: bytes) -> None:
    """Part of an answer says nothing yet."""
    assert answer(said) == b""
