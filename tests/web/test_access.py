"""Who may request a reload: programs on this machine, no page of another site, no client through a proxy."""

import pytest

from monitor.web.access import refusal

HOST = {"host": "127.0.0.1:9850"}

ALLOWED = [
    ("127.0.0.1", HOST),
    ("127.0.0.1", {"host": "localhost:9850"}),
    ("127.0.0.1", {"host": "LOCALHOST:9850"}),
    ("127.0.0.1", {"host": "monitor.vms.example:9850"}),
    ("::1", {"host": "[::1]:9850"}),
    ("::ffff:127.0.0.1", HOST),
    ("127.0.0.1", {**HOST, "origin": "http://127.0.0.1:9850"}),
]

REFUSED = [
    ("192.0.2.7", HOST),
    ("::ffff:192.0.2.7", HOST),
    ("", HOST),
    ("127.0.0.1", {}),
    ("127.0.0.1", {"host": "127.0.0.1"}),
    ("127.0.0.1", {"host": "127.0.0.1:9851"}),
    ("127.0.0.1", {"host": "rebound.example:9850"}),
    ("127.0.0.1", {"host": "user@127.0.0.1:9850"}),
    ("127.0.0.1", {"host": "127.0.0.1:9850/x"}),
    ("127.0.0.1", {"host": "[::1:9850"}),
    ("127.0.0.1", {"host": "127.0.0.1:x"}),
    ("127.0.0.1", {**HOST, "origin": "http://evil.example"}),
    ("127.0.0.1", {**HOST, "origin": "https://127.0.0.1:9850"}),
    ("127.0.0.1", {**HOST, "origin": "null"}),
    ("127.0.0.1", {**HOST, "x-forwarded-for": "192.0.2.7"}),
    ("127.0.0.1", {**HOST, "via": "1.1 proxy"}),
]


@pytest.mark.parametrize(("peer", "headers"), ALLOWED)
def test_allowed(peer: str, headers: dict[str, str]) -> None:
    """A program on this machine that names us may ask."""
    assert refusal(peer, 9850, headers, own_host="monitor.vms.example") == ""


@pytest.mark.parametrize(("peer", "headers"), REFUSED)
def test_refused(peer: str, headers: dict[str, str]) -> None:
    """Everybody else is refused with a sentence."""
    assert refusal(peer, 9850, headers, own_host="monitor.vms.example") != ""


def test_no_port_means_80() -> None:
    """On port 80 the Host header has no port."""
    assert refusal("127.0.0.1", 80, {"host": "localhost"}) == ""
