"""Tests of the shared contexts: which greeting they send, and that there is one per setting."""

import pytest
from OpenSSL import SSL

from monitor.tls import Handshake, TlsSetting, shared_context
from monitor.tls.context import limit_groups


def test_shared_by_setting() -> None:
    """Equal settings share one context."""
    assert shared_context(TlsSetting()) is shared_context()


def test_apart_by_setting() -> None:
    """Another setting has another context."""
    assert shared_context(TlsSetting(groups="P-256")) is not shared_context()


def test_greeting_is_small() -> None:
    """The greeting fits into one segment, since the post-quantum groups are left out."""
    assert len(Handshake(shared_context(), "recorder.example").start()) < 512


def test_no_resumption_is_offered() -> None:
    """Two looks in a row are two full handshakes: nothing of the first is kept."""
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
