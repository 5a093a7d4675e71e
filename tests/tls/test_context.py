"""Tests of the shared contexts: which greeting they send, and that there is one per setting."""

import pytest
from OpenSSL import SSL

from monitor.tls import Handshake, KeyType, TlsSetting, shared_context
from monitor.tls.context import fresh_context, limit_groups, limit_signatures
from monitor.tls.key_types import OFFERS
from support import pki
from support.servers.tls.peers import TlsPeer, server_context


def test_shared_by_setting() -> None:
    """Equal settings share one context."""
    assert shared_context(TlsSetting()) is shared_context()


def test_apart_by_setting() -> None:
    """Another setting has another context."""
    assert shared_context(TlsSetting(groups="P-256")) is not shared_context()


def test_greeting_is_small() -> None:
    """The greeting fits into one segment, since the post-quantum groups are left out."""
    assert len(Handshake(shared_context(), "recorder.example").start()) < 512


def test_cheapest_suite_comes_first() -> None:
    """TLS 1.3 has all suites that the library offers by itself, in another order."""
    ours, default = offered(fresh_context(TlsSetting())), offered(SSL.Context(SSL.TLS_CLIENT_METHOD))
    of_tls13 = [name for name in ours if name.startswith("TLS_")]
    assert of_tls13[0] == "TLS_AES_128_GCM_SHA256"
    assert sorted(of_tls13) == sorted(name for name in default if name.startswith("TLS_"))


def test_no_resumption_is_offered() -> None:
    """Two probes in a row are two full handshakes: nothing of the first is kept."""
    assert shared_context().get_session_cache_mode() == SSL.SESS_CACHE_OFF


def test_nothing_is_verified() -> None:
    """Trust is judged elsewhere: a context without anchors and checks shows every chain."""
    assert shared_context().get_verify_mode() == SSL.VERIFY_NONE


def test_groups_are_limited() -> None:
    """The library in use lets us choose the groups."""
    assert limit_groups(SSL.Context(SSL.TLS_CLIENT_METHOD), "X25519")


def test_unknown_groups_are_no_error() -> None:
    """Groups that the library does not know leave its own in force."""
    assert not limit_groups(SSL.Context(SSL.TLS_CLIENT_METHOD), "no-such-group")


def test_private_name_may_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the private call the library's own groups stay in force."""
    monkeypatch.delattr(SSL, "_lib")
    assert not limit_groups(SSL.Context.__new__(SSL.Context), "X25519")


@pytest.mark.parametrize("key_type", KeyType)
def test_signatures_are_limited(key_type: KeyType) -> None:
    """The library in use knows every signature algorithm that we name."""
    assert limit_signatures(SSL.Context(SSL.TLS_CLIENT_METHOD), OFFERS[key_type].signatures)


def test_without_the_call_for_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the private call no key type is requested in TLS 1.3, where only that distinguishes them."""
    monkeypatch.delattr("OpenSSL.SSL._lib.SSL_CTX_set1_sigalgs_list")
    greeting = Handshake(fresh_context(TlsSetting(key_type=KeyType.ECDSA)), "recorder.example").start()
    peer = TlsPeer(server_context(pki.leaf("recorder.example"), version=SSL.TLS1_3_VERSION))
    peer.feed(greeting)
    assert peer.failed


@pytest.mark.parametrize(("key_type", "other"), [(KeyType.RSA, "ECDSA"), (KeyType.ECDSA, "RSA")])
def test_suites_of_one_key_type(key_type: KeyType, other: str) -> None:
    """No suite is offered that another key type would sign, and none that needs no certificate."""
    names = offered(fresh_context(TlsSetting(key_type=key_type)))
    assert [name for name in names if any(word in name for word in (other, "ADH", "PSK", "NULL"))] == []


def offered(context: SSL.Context) -> list[str]:
    """Return the cipher suites that a context offers."""
    return SSL.Connection(context, None).get_cipher_list()
