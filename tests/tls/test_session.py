"""Tests of the session over memory: whose errors are told, and what is left when it is gone."""

import inspect
import re
from typing import Any

import pytest
from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import SSL, _util, crypto

from monitor.tls import session as module
from monitor.tls import shared_context
from monitor.tls.session import Session, SessionError
from support import pki
from support.servers.tls.peers import TlsPeer, alert, server_context, shown

NAME = "recorder.example"
LEAF = pki.leaf(NAME, pki.authority())
LIBRARY: Any = Binding.lib
VERSIONS = {"TLS 1.2": SSL.TLS1_2_VERSION, "TLS 1.3": SSL.TLS1_3_VERSION}
versions = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)


def leave_an_error() -> None:
    """Put an error into the queue of this thread, as code of others may."""
    LIBRARY.BIO_new_file(b"/nowhere/at/all", b"r")
    assert LIBRARY.ERR_peek_error()


def begun() -> Session:
    """Return a session whose greeting has been sent to nobody."""
    session = Session(shared_context(), NAME)
    assert not session.handshake()
    session.output()
    return session


def finished(version: int) -> tuple[Session, TlsPeer]:
    """Return a session after its handshake, and its peer."""
    peer = TlsPeer(server_context(LEAF, version=version))
    session = Session(shared_context(), NAME)
    while not session.handshake():
        session.receive(peer.feed(session.output()))
    return session, peer


def test_calls_are_those_of_pyopenssl() -> None:
    """Nothing is called that pyOpenSSL does not call itself, so its releases keep what is needed."""
    theirs = "".join(map(inspect.getsource, (SSL, crypto, _util)))
    called = set(re.findall(r"_lib\.(\w+)", inspect.getsource(module)))
    assert {name for name in called if not re.search(rf"\blib\.{name}\b|_lib\.{name}\b", theirs)} == set()


def test_an_error_of_others_ends_no_session() -> None:
    """What is in the queue already is not taken for an error of the handshake."""
    session = begun()
    leave_an_error()
    assert not session.handshake()


def test_an_error_of_others_is_not_told() -> None:
    """Only what the session itself met is among its reasons."""
    session = begun()
    session.receive(alert(40))
    leave_an_error()
    with pytest.raises(SessionError) as met:
        session.handshake()
    assert met.value.reasons == ("tls alert handshake failure",)


@versions
@pytest.mark.parametrize("call", ["read", "write", "shutdown"])
def test_an_error_of_others_breaks_no_call(version: int, call: str) -> None:
    """Reading, writing and closing ignore it as well."""
    session, _ = finished(version)
    leave_an_error()
    assert not getattr(session, call)(*([b"words"] if call == "write" else []))


def test_a_failure_leaves_no_error() -> None:
    """The queue is empty afterwards: the next session, and whatever else uses the library, finds nothing."""
    session = begun()
    session.receive(alert(40))
    with pytest.raises(SessionError):
        session.handshake()
    assert not LIBRARY.ERR_peek_error()


def test_closing_too_early_leaves_no_error() -> None:
    """Nothing can be said inside a session whose handshake is under way, and nothing comes of trying."""
    session = begun()
    session.shutdown()
    assert (session.output(), LIBRARY.ERR_peek_error()) == (b"", 0)


@versions
def test_words_inside(version: int) -> None:
    """What is written inside the session arrives, and what the peer says is read, to its close."""
    session, peer = finished(version)
    session.write(b"hello")
    session.receive(peer.feed(session.output()))
    awaited = session.read()
    session.receive(peer.close())
    assert (peer.heard, awaited, session.read()) == (b"hello", None, b"")


def test_what_it_gave_outlives_it() -> None:
    """Bytes are copies: the library frees its own with the session."""
    session = begun()
    session.receive(shown(LEAF.der))
    session.handshake()
    chain = session.chain
    del session
    for _ in range(50):
        begun()
    assert chain == (LEAF.der,)


@pytest.mark.parametrize("size", [1, 4096, 4097, 100_000])
def test_output_is_whole(size: int) -> None:
    """However much there is to send, one call gives all of it."""
    session, _ = finished(SSL.TLS1_2_VERSION)
    session.output()
    session.write(bytes(size))
    assert (len(session.output()) > size, session.output()) == (True, b"")
