"""Lists from a web server: logins, and every kind of bad answer."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.clock import SystemClock
from monitor.config import load, online_problems
from monitor.discovery import Discovery, DiscoveryContext, DiscoveryResult, HttpSdSettings, make_discovery
from monitor.discovery.http_sd import request
from monitor.model import Anchor, Anchors, DiscoveredTarget, FailureReason
from monitor.network.resolve import Resolver
from monitor.parse import parse_certificate
from monitor.secrets import SecretReference
from monitor.xprotect import Presets
from support.factories.config.errors import Rows, pairs
from support.pki import TODAY, Issued, authority, leaf, tls_context
from support.servers.sources.list_server import Served, reply, served
from support.written import written

FOUND = (DiscoveredTarget("a:1", "", (("site", "x"),)),)
ROOT = authority(at=TODAY)
OTHER = authority("Other Root", at=TODAY)


def settings(**keys: Any) -> HttpSdSettings:
    """Return settings with these keys."""
    needed = {"kind": "http_sd", "url": "https://cmdb.example/targets"}
    return HttpSdSettings.model_validate(needed | keys)


def context(*anchors: Issued, longest: float = 10.0) -> DiscoveryContext:
    """Return what the discovery needs, with these anchors."""
    whole = Anchors.of(Anchor(parse_certificate(one.der), one.der, "test") for one in anchors)

    async def given(trust: tuple[str, ...]) -> Anchors:
        return whole

    return DiscoveryContext(Resolver(), given, SystemClock(), Presets.built_in(), request_timeout=longest)


def discovery(one: HttpSdSettings, given: DiscoveryContext) -> Discovery:
    """Return the discovery for these settings."""
    found = make_discovery(one, (), given)
    assert found is not None
    return found


def tls(*names: str) -> ssl.SSLContext:
    """Return a server's context with a certificate of ROOT for these names."""
    return tls_context(leaf(names[0], ROOT, at=TODAY, names=names))


def discover(
    answer: bytes | Callable[[str], bytes],
    url: str = "http://127.0.0.1:PORT/targets",
    server_tls: ssl.SSLContext | None = None,
    given: DiscoveryContext | None = None,
    **keys: Any,
) -> tuple[DiscoveryResult, Served]:
    """Return what is discovered at a server that answers so, and what it was asked."""

    async def run() -> tuple[DiscoveryResult, Served]:
        async with served(answer, server_tls) as server:
            one = settings(url=url.replace("PORT", str(server.port)), **keys)
            asking = discovery(one, given or context(ROOT))
            try:
                return await asking.discover(), server
            finally:
                await asking.close()

    return asyncio.run(run())


def failed(
    answer: bytes | Callable[[str], bytes],
    url: str = "http://127.0.0.1:PORT/targets",
    server_tls: ssl.SSLContext | None = None,
    **keys: Any,
) -> tuple[FailureReason, str]:
    """Return reason and sentence of the only failure, the port as PORT."""
    answered, server = discover(answer, url, server_tls, **keys)
    [failure] = answered.failures
    return failure.reason, written(failure).replace(str(server.port), "PORT")


def test_list() -> None:
    """A list is read, and asked for without a login where none is configured."""
    answer, server = discover(reply())
    assert (answer, server.headers("Authorization"), server.headers("Accept")) == (
        DiscoveryResult(FOUND),
        [],
        ["application/json"],
    )


def test_character_set_may_be_named() -> None:
    """The type of the content may name its character set."""
    assert discover(reply(kind="application/json; charset=utf-8"))[0] == DiscoveryResult(FOUND)


def test_https() -> None:
    """A server is believed by the anchors of the entry."""
    server_tls = tls("localhost")
    assert discover(reply(), "https://localhost:PORT/", server_tls)[0] == DiscoveryResult(FOUND)


def test_untrusted(tmp_path: Path) -> None:
    """A server that no anchor vouches for gets no question and no login."""
    (tmp_path / "password").write_text("hunter2")
    answer, server = discover(
        reply(),
        "https://localhost:PORT/",
        tls("localhost"),
        context(OTHER),
        username="u",
        password_file=str(tmp_path / "password"),
    )
    [failure] = answer.failures
    assert (failure.reason, server.asked) == (FailureReason.BAD_CERTIFICATE, [])
    assert "unable to get local issuer certificate. Nothing was sent." in written(failure)


def test_wrong_name() -> None:
    """A certificate for another name is refused."""
    answer, server = discover(reply(), "https://localhost:PORT/", tls("other.example"))
    assert ([one.reason for one in answer.failures], server.asked) == ([FailureReason.BAD_CERTIFICATE], [])


def test_password(tmp_path: Path) -> None:
    """User name and password go as basic authentication, the password read at each question."""
    file = tmp_path / "password"
    file.write_text("hünter2\n")
    _, server = discover(reply(), username="u", password_file=str(file))
    assert server.headers("Authorization") == ["Basic dTpow7xudGVyMg=="]


def test_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token goes as bearer token."""
    monkeypatch.setenv("CMDB_TOKEN", "abc.def")
    _, server = discover(reply(), token_env="CMDB_TOKEN")
    assert server.headers("Authorization") == ["Bearer abc.def"]


def test_missing_secret() -> None:
    """Without its secret nothing is asked."""
    answer, server = discover(reply(), token_file="/nowhere/token")
    assert ([one.reason for one in answer.failures], server.asked) == ([FailureReason.UNAUTHORIZED], [])


def test_token_with_line_end(tmp_path: Path) -> None:
    """A token that would add a header is not sent and not shown."""
    (tmp_path / "token").write_text("abc\r\nX-Evil: 1\n")
    answer, server = discover(reply(), token_file=str(tmp_path / "token"))
    [failure] = answer.failures
    assert (failure.reason, server.asked, "abc" in written(failure)) == (
        FailureReason.UNAUTHORIZED,
        [],
        False,
    )


@pytest.mark.parametrize(
    ("answer", "reason", "said"),
    [
        (reply(status="401 No"), FailureReason.UNAUTHORIZED, "refused the login (HTTP 401)"),
        (reply(status="403 No"), FailureReason.FORBIDDEN, "refused the login (HTTP 403)"),
        (reply(status="500 Oh"), FailureReason.BAD_ANSWER, "answered with HTTP 500"),
        (reply(status="204 Empty", body=b""), FailureReason.BAD_ANSWER, "answered with HTTP 204"),
        (
            reply(kind="text/html"),
            FailureReason.BAD_ANSWER,
            "sent content of type text/html; a list is application/json",
        ),
        (reply(b"{}"), FailureReason.BAD_ANSWER, "sent JSON that is not a list of groups"),
        (
            reply(b'[\n{"targets": }]'),
            FailureReason.BAD_ANSWER,
            "sent a list that is not JSON: Expecting value in line 2, column 13",
        ),
        (reply(b'["\xff"]'), FailureReason.BAD_ANSWER, "sent a list that is not UTF-8"),
        (reply(b"[" * 100_000), FailureReason.BAD_ANSWER, "sent a list that is not JSON"),
        (
            reply(b'[{"targets": ["a:1", "b"]}]')[:-5],
            FailureReason.BAD_ANSWER,
            "sent an incomplete answer, or one that is not HTTP",
        ),
        (
            b"220 mail.example ESMTP\r\n",
            FailureReason.BAD_ANSWER,
            "sent an incomplete answer, or one that is not HTTP",
        ),
    ],
)
def test_bad_answers(answer: bytes, reason: FailureReason, said: str) -> None:
    """Whatever is no list is a failure that says what came instead."""
    assert failed(answer) == (reason, f"127.0.0.1:PORT {said}")


def test_wrong_entries() -> None:
    """A wrong entry is a failure with its location; what is right beside it is found."""
    answer, _ = discover(reply(b'[{"targets": ["a:1", "b:x"]}]'))
    [failure] = answer.failures
    assert (answer.found, failure.reason) == ((DiscoveredTarget("a:1"),), FailureReason.BAD_ANSWER)
    assert written(failure).endswith(
        "sent wrong entries: [0].targets[1]: the port must be a number from 1 to 65535 (got 'b:x')"
    )


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without end is given up at the bound."""
    monkeypatch.setattr(request, "MOST_BYTES", 1 << 20)
    assert failed(reply(b" " * ((1 << 20) + 1))) == (
        FailureReason.BAD_ANSWER,
        "127.0.0.1:PORT sent more than 1 MiB",
    )


def test_no_answer() -> None:
    """A server that never answers is given up in time."""
    answer, _ = discover(b"", given=context(longest=0.2))
    assert [one.reason for one in answer.failures] == [FailureReason.TIMEOUT]


def test_nobody_listens() -> None:
    """A refused connection is said without a word of other products."""

    async def run() -> DiscoveryResult:
        async with served(b"") as server:
            port = server.port
        one = settings(url=f"http://127.0.0.1:{port}/")
        return await discovery(one, context()).discover()

    [failure] = asyncio.run(run()).failures
    assert (failure.reason, written(failure)) == (
        FailureReason.REFUSED,
        f"{failure.location} refused the connection",
    )


def test_plain_behind_https() -> None:
    """A server that speaks no TLS gets nothing."""
    answer, server = discover(reply(), "https://127.0.0.1:PORT/")
    assert ([one.reason for one in answer.failures], server.asked) == ([FailureReason.NOT_TLS], [])


def test_redirect_on_the_same_server() -> None:
    """A redirect to another path of the same server is followed."""
    answer, _ = discover(
        lambda path: reply() if path == "/new?a=1" else reply(b"", "302 Found", Location="/new?a=1")
    )
    assert answer == DiscoveryResult(FOUND)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2:1/", "https://127.0.0.1:1/", "//evil.example/targets", "mailto:x", "http://["],
)
def test_redirect_elsewhere(target: str) -> None:
    """A redirect to another server is not followed, with or without a login."""
    reason, said = failed(reply(b"", "302 Found", Location=target))
    advice = "other servers are not followed: if it is right, use that address as url"
    assert (reason, said) == (FailureReason.BAD_ANSWER, f"127.0.0.1:PORT redirects to {target}; {advice}")


def test_redirects_in_a_circle() -> None:
    """A circle of redirects ends."""
    assert failed(reply(b"", "302 Found", Location="/targets")) == (
        FailureReason.BAD_ANSWER,
        "127.0.0.1:PORT redirects more than 3 times",
    )


def test_query_is_sent_and_not_shown() -> None:
    """A query may hold a key: it is sent as written and part of no name."""
    one = settings(url="https://cmdb.example/t?key=a%2Fb")
    _, server = discover(reply(), "http://127.0.0.1:PORT/t?key=a%2Fb")
    assert (one.id, server.asked[0].split()[1]) == ("http_sd:https://cmdb.example/t", "/t?key=a%2Fb")


def test_defaults() -> None:
    """The server is asked every minute, and what left the list is watched an hour more."""
    one = settings()
    assert (one.id, one.refresh, one.grace, one.secret) == (
        "http_sd:https://cmdb.example/targets",
        timedelta(minutes=1),
        timedelta(hours=1),
        None,
    )


@pytest.mark.parametrize(
    "keys",
    [
        {"url": "http://127.0.0.1/t"},
        {"url": "http://[::1]:80/t", "username": "u", "password_env": "P"},
        {"url": "http://localhost:8000"},
        {"url": "http://cmdb.example/t", "allow_plain": True},
        {"token_env": "T"},
    ],
)
def test_allowed(keys: dict[str, Any]) -> None:
    """Without TLS only this machine is asked, unless the entry accepts that."""
    assert settings(**keys).kind == "http_sd"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"url": "http://cmdb.example/t"}, "with http anybody on the network path can change the list"),
        (
            {"url": "http://127.0.0.1.evil.example/t"},
            "with http anybody on the network path can change the list",
        ),
        (
            {"url": "http://cmdb.example/t", "allow_plain": True, "token_env": "T"},
            "http would send the login in the clear",
        ),
        ({"username": "u"}, "username needs exactly one of"),
        ({"username": "u", "password_env": "A", "password_file": "/a"}, "username needs exactly one of"),
        ({"username": "u", "token_env": "A"}, "username needs exactly one of"),
        ({"username": "u", "password_env": "A", "token_env": "B"}, "username needs exactly one of"),
        ({"password_env": "A"}, "a password without username is never used"),
        ({"token_env": "A", "token_file": "/a"}, "only one of token_file and token_env"),
        ({"url": "https://u:p@cmdb.example/"}, "must not contain a user name or password"),
        ({"url": "ftp://cmdb.example/"}, "must be a URL such as"),
        ({"url": "cmdb.example"}, "must be a URL such as"),
        ({"url": "https:///t"}, "must be a URL such as"),
        ({"url": "https://cmdb.example/a b"}, "without spaces"),
        ({"url": "https://cmdb.example:0/"}, "the port must be a number"),
        ({"url": "https://cmdb.example:x/"}, "the port must be a number"),
        ({"url": "https://-/"}, "a host is a DNS name"),
    ],
)
def test_wrong_settings(keys: dict[str, Any], said: str) -> None:
    """Each mistake has its sentence."""
    with pytest.raises(ValidationError, match=said):
        settings(**keys)


WRONG: Rows = [
    (
        "plain",
        "{kind: http_sd, url: 'http://cmdb.example/t'}",
        [
            (
                "1: targets[0]: url: with http anybody on the network path can change the "
                "list; write https://, "
                "or allow_plain: true to accept that"
            )
        ],
    ),
    (
        "a password in the file",
        "{kind: http_sd, url: 'https://cmdb.example/t', token: hunter2}",
        ["1: targets[0].token: a password must not be in this file; use password_file or password_env"],
    ),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_entry(tmp_path: Path, text: str, lines: list[str]) -> None:
    """A mistake in a file is said with its line and key."""
    said, expected = pairs(tmp_path, f"targets: [{text}]\n", lines)
    assert said == expected


@pytest.mark.parametrize("key", ["password_file", "token_file"])
def test_missing_file_is_found_when_validated(tmp_path: Path, key: str) -> None:
    """That the file with the secret is missing is said before the daemon runs."""
    file = tmp_path / "config.yaml"
    user = "username: u, " if key == "password_file" else ""
    file.write_text(f"targets: [{{kind: http_sd, url: 'https://c.example/', {user}{key}: secret}}]\n")
    [problem] = online_problems(load(file))
    assert (problem.key, problem.message) == (
        f"targets[0].{key}",
        f"{tmp_path / 'secret'} does not exist",
    )


def test_secret_reference() -> None:
    """Settings hold where a secret lies, never the secret."""
    assert settings(token_env="T").secret == SecretReference(env="T")
