"""Who may request a reload: programs on this machine, no page of another site, no client through a proxy."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from monitor.web.access import AccessControl
from monitor.web.access.local import refusal
from monitor.web.caller import Caller, Role, caller_of
from monitor.web.paths import is_link, loggable

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

EXTERNAL = "https://certs.vms.example"

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


def test_external_origin() -> None:
    """A page of ours that was reached through the external address is no other site."""
    headers = {**HOST, "origin": "https://Certs.vms.example"}
    assert refusal("127.0.0.1", 9850, headers, external_url=EXTERNAL) == ""
    assert refusal("127.0.0.1", 9850, headers) != ""
    assert refusal("127.0.0.1", 9850, {**HOST, "origin": ""}) != ""


@pytest.mark.parametrize("path", ["/acknowledge/0123.abc_-", "/acknowledge/" + "a" * 300])
def test_links(path: str) -> None:
    """The path of a link is a credential; the log has none of it."""
    assert is_link(path)
    assert loggable(path) == "/acknowledge/***"


@pytest.mark.parametrize(
    "path",
    [
        "/acknowledge/",
        "/acknowledge/a/b",
        "/acknowledge/a\n",
        "/acknowledge/\u0661",
        "//acknowledge/a",
        "/x/../acknowledge/a",
        "/api/v1/alerts/a/acknowledge",
        "/acknowledge/" + "a" * 301,
        "/-/reload",
    ],
)
def test_no_links(path: str) -> None:
    """Any other path needs a token in its header."""
    assert not is_link(path)


def test_no_port_means_80() -> None:
    """On port 80 the Host header has no port."""
    assert refusal("127.0.0.1", 80, {"host": "localhost"}) == ""


def test_callers() -> None:
    """Who reads without a credential is anonymous; a program with the token of this machine may act."""
    seen: list[Caller] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(caller_of(scope))

    guarded = AccessControl(app, is_allowed=lambda token: token == "right")
    scope = {"type": "http", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 9850)}
    headers = [(b"host", b"127.0.0.1:9850"), (b"authorization", b"Bearer right")]
    asyncio.run(guarded({**scope, "method": "GET", "headers": headers[:1]}, _no_body, _nowhere))
    asyncio.run(guarded({**scope, "method": "POST", "headers": headers}, _no_body, _nowhere))
    assert [(one.name, one.role, one.may_act) for one in seen] == [
        ("", Role.ANONYMOUS, False),
        ("local", Role.OPERATOR, True),
    ]


async def _no_body() -> Message:
    return {"type": "http.request"}


async def _nowhere(message: Message) -> None:
    raise AssertionError("nothing is answered")
