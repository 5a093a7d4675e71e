"""Logins with access tokens, with a real mail server and a real token server on loopback."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.delivery import SendResult, SendStatus
from monitor.delivery.email.relay.access_token import TokenSettings
from monitor.delivery.email.relay.settings import Security
from monitor.delivery.email.relay.token_source import TokenSource
from monitor.secrets import Secret, SecretReference
from monitor.threads import ThreadPool
from support import pki
from support.factories.alerts.world import NOW
from support.servers.mail.servers import Inbox, mail_server, only, relay, sample
from support.servers.mail.token_mail import (
    AUDIENCE,
    CLIENT_SECRET,
    MAILBOX,
    Answer,
    Cloud,
    TokenInbox,
    cloud,
    jwt,
    said,
    token_server,
    with_token_settings,
)
from support.servers.web.server import Request, http


class Always(set[str]):
    """A set that has every token."""

    def __contains__(self, token: object) -> bool:
        """Return true."""
        return True


def outcome(
    folder: Path, inbox: TokenInbox, path: str = "/token", seconds: float = 5, **replies: Answer
) -> tuple[SendResult, list[str]]:
    """Return what becomes of a mail, and everything that was heard of the conversation."""
    heard: list[str] = []

    async def run() -> SendResult:
        async with cloud(folder, inbox, path, seconds, **replies) as both:
            return only(await both.receiver.send(sample(), NOW, heard.append))

    return asyncio.run(run()), heard


def conversation(folder: Path, inbox: TokenInbox, play: Callable[[Cloud], Awaitable[None]]) -> None:
    """Run a conversation with both servers."""

    async def run() -> None:
        async with cloud(folder, inbox) as both:
            await play(both)

    asyncio.run(run())


def test_mail_goes_out_with_a_token(tmp_path: Path) -> None:
    """The token is asked for with the client's credentials, and lets the mail pass."""

    async def play(both: Cloud) -> None:
        both.inbox.valid = Always()
        result = only(await both.receiver.send(sample(), NOW))
        assert (result.status, both.inbox.shown) == (SendStatus.ACCEPTED, both.tokens.given)
        assert both.tokens.forms == [
            {
                "grant_type": "client_credentials",
                "client_id": "client-1",
                "client_secret": CLIENT_SECRET,
                "scope": f"{AUDIENCE}/.default",
            }
        ]

    conversation(tmp_path, TokenInbox(), play)


def test_token_is_kept(tmp_path: Path) -> None:
    """Several mails, also at the same time, need one token."""

    async def play(both: Cloud) -> None:
        both.inbox.valid = Always()
        await asyncio.gather(*(both.receiver.send(sample(), NOW) for _ in range(4)))
        await both.receiver.send(sample(), NOW)
        assert (len(both.tokens.given), len(both.inbox.taken)) == (1, 5)

    conversation(tmp_path, TokenInbox(), play)


def test_revoked_token_is_replaced_at_once(tmp_path: Path) -> None:
    """A token that was revoked before it expired costs one more login, and the mail goes out."""

    async def play(both: Cloud) -> None:
        both.inbox.valid = Always()
        await both.receiver.send(sample(), NOW)
        both.inbox.valid = {jwt(1)}
        result = only(await both.receiver.send(sample(), NOW))
        assert (result.status, both.inbox.shown) == (SendStatus.ACCEPTED, [jwt(0), jwt(0), jwt(1)])

    conversation(tmp_path, TokenInbox(), play)


def test_revoked_token_is_replaced_once_for_all(tmp_path: Path) -> None:
    """Attempts at the same time whose token was revoked share the next one."""

    async def play(both: Cloud) -> None:
        both.inbox.valid = Always()
        await both.receiver.send(sample(), NOW)
        both.inbox.valid = {jwt(1)}
        sent = await asyncio.gather(*(both.receiver.send(sample(), NOW) for _ in range(4)))
        assert [only(one).status for one in sent] == [SendStatus.ACCEPTED] * 4
        assert len(both.tokens.given) == 2

    conversation(tmp_path, TokenInbox(), play)


def test_new_token_is_refused_once_for_each_attempt(tmp_path: Path) -> None:
    """A relay that refuses a new token is not asked again with another one in the same attempt."""

    async def play(both: Cloud) -> None:
        for number in (1, 2):
            result = only(await both.receiver.send(sample(), NOW))
            assert (result.status, result.receiver_down) == (SendStatus.RETRY, True)
            assert (len(both.tokens.given), len(both.inbox.shown)) == (number, number)

    conversation(tmp_path, TokenInbox(), play)


def test_refused_token_is_explained(tmp_path: Path) -> None:
    """The sentence says for whom the token is, what it allows, and what Exchange Online needs."""
    result, _ = outcome(tmp_path, TokenInbox())
    wanted = (AUDIENCE, "SMTP.SendAsApp", "New-ServicePrincipal", "Add-MailboxPermission")
    assert [word for word in wanted if word not in result.why] == []


def test_refusals_are_the_same_sentence_each_time(tmp_path: Path) -> None:
    """The time that Exchange writes behind a reply is left out, so that the log has the refusal once."""
    assert "2026" not in outcome(tmp_path, TokenInbox())[0].why


def test_wrong_audience_is_said(tmp_path: Path) -> None:
    """A token for another service shows its audience."""
    wrong = said(
        "200 OK", {"token_type": "bearer", "access_token": jwt(0, "https://graph.microsoft.com", ())}
    )
    result, _ = outcome(tmp_path, TokenInbox(), "/wrong", wrong=wrong)
    assert "the access token is for https://graph.microsoft.com and has no roles" in result.why


def test_challenge_is_answered_with_an_empty_line(tmp_path: Path) -> None:
    """A refusal with a challenge ends with an empty line from us, and what it says is repeated."""
    inbox = TokenInbox(challenges=True)
    result, _ = outcome(tmp_path, inbox)
    assert inbox.empty_lines == [b""]
    assert "status 401, scope https://mail.vms.example/" in result.why


@pytest.mark.parametrize("repeated", ["{sent}", "{token}", "you sent {sent}"])
def test_nothing_secret_is_repeated(tmp_path: Path, repeated: str) -> None:
    """Neither the secret nor a token is heard, also where a relay repeats what was sent."""
    result, heard = outcome(tmp_path, TokenInbox(refusal=f"535 5.7.8 no: {repeated}"))
    everything = "\n".join((result.why, *heard))
    assert "5.7.8 no" in result.why
    assert [part for part in (CLIENT_SECRET, jwt(0), jwt(0)[30:60]) if part in everything] == []


def test_part_of_a_token_is_not_repeated(tmp_path: Path) -> None:
    """A relay that cuts what it repeats gives no part of the token away."""
    inbox = TokenInbox(refusal=f"535 5.7.8 no: {jwt(0)[10:60]}")
    assert "5.7.8 no: ***" in outcome(tmp_path, inbox)[0].why


def test_settings_do_not_show_the_secret() -> None:
    """The settings print without what gives the secret."""
    settings = TokenSettings("https://login.vms.example/token", "client-1", lambda: Secret(CLIENT_SECRET))
    assert "secret" not in repr(settings)


ERROR = {
    "error": "invalid_client",
    "error_description": f"AADSTS7000215: Invalid {CLIENT_SECRET}. Trace ID: 1",
}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            said("401 Unauthorized", ERROR),
            "invalid_client (AADSTS7000215: Invalid ***.): check email.oauth2.client_id",
        ),
        (said("400 Bad Request", {"error": "invalid_scope"}), "invalid_scope: check email.oauth2.scope"),
        (said("400 Bad Request", {"error": "unauthorized_client"}), "check email.oauth2.tenant"),
        (said("400 Bad Request", {"error": "strange"}), "answered strange: check email.oauth2"),
        (http(b"<html>", "500 Internal Server Error"), "HTTP 500"),
        (http(b"<html>", "404 Not Found"), "HTTP 404: check email.oauth2.token_url"),
        (http(b"<html>welcome</html>"), "without a usable one"),
        (said("200 OK", []), "without a usable one"),
        (said("200 OK", {"access_token": "two words"}), "without a usable one"),
        (said("200 OK", {"access_token": "a\r\nMAIL FROM:<x>"}), "without a usable one"),
        (said("200 OK", {"access_token": "a" * 9000}), "without a usable one"),
        (said("200 OK", {"access_token": 7}), "without a usable one"),
        (said("200 OK", {"access_token": "a", "token_type": "mac"}), "not of the type Bearer"),
        (http(b"x" * 100_000), "sent more than 64 KiB"),
        (b"garbage\r\n\r\n", "not HTTP"),
        (b"", "closed the connection without an answer"),
        (
            http(b"", "302 Found", "Location: https://elsewhere.example/t"),
            "redirects to https://elsewhere.example/t",
        ),
        (http(b"", "307 Moved", "Location: http://127.0.0.1:9/t"), "which is not followed"),
    ],
)
def test_no_token_is_said_in_words(tmp_path: Path, answer: bytes, expected: str) -> None:
    """Whatever a token server answers instead of a token, the mail waits and the sentence says what to do."""
    result, heard = outcome(tmp_path, TokenInbox(), "/odd", odd=answer)
    assert (result.status, result.receiver_down, result.uncertain) == (SendStatus.RETRY, True, False)
    assert expected in result.why
    assert CLIENT_SECRET not in "\n".join((result.why, *heard))


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_credentials_are_sent_to_one_server_only(tmp_path: Path, status: str) -> None:
    """A redirect gets neither the secret nor anything else to another server."""

    async def run() -> list[str]:
        async with token_server() as other:
            answer = http(b"", status, f"Location: {other.web.url('/token')}")
            async with cloud(tmp_path, TokenInbox(), "/moved", moved=answer) as both:
                await both.receiver.send(sample(), NOW)
                return other.web.asked

    assert asyncio.run(run()) == []


def test_slow_token_server_costs_its_bound(tmp_path: Path) -> None:
    """A token server that does not answer costs the timeout, and the mail waits."""

    async def slow(_request: Request, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    result, _ = outcome(tmp_path, TokenInbox(), "/slow", 0.2, slow=slow)
    assert (result.status, "no complete answer from 127.0.0.1" in result.why) == (SendStatus.RETRY, True)


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("Retry-After: 120", timedelta(minutes=2)),
        ("Retry-After: soon", None),
        ("Retry-After: 99999999999", None),
    ],
)
def test_busy_token_server_says_when(tmp_path: Path, header: str, after: timedelta | None) -> None:
    """The wait that a busy token server asks for is kept."""
    busy = said("429 Too Many Requests", {"error": "temporarily_unavailable"}, header)
    assert outcome(tmp_path, TokenInbox(), "/busy", busy=busy)[0].after == after


def test_missing_secret_is_said(tmp_path: Path) -> None:
    """A secret file that is missing is said, and the mail waits."""
    gone = SecretReference(file=str(tmp_path / "gone"))

    async def play(both: Cloud) -> None:
        one = with_token_settings(both.receiver, secret=gone.resolve)
        result = only(await one.send(sample(), NOW))
        assert (result.status, "cannot read file" in result.why) == (SendStatus.RETRY, True)
        assert both.tokens.web.asked == []

    conversation(tmp_path, TokenInbox(), play)


def test_unreadable_ca_is_said(tmp_path: Path) -> None:
    """A CA file that is missing is said, and the mail waits."""

    async def play(both: Cloud) -> None:
        one = with_token_settings(both.receiver, ca=str(tmp_path / "none.pem"))
        assert "email.oauth2.ca" in only(await one.send(sample(), NOW)).why

    conversation(tmp_path, TokenInbox(), play)


def test_relay_without_tokens_is_said(tmp_path: Path) -> None:
    """A relay that takes no tokens is shown none, and the sentence says what it offers."""

    async def run() -> SendResult:
        ca = pki.authority(at=pki.TODAY)
        (tmp_path / "ca.pem").write_bytes(ca.pem)
        context = pki.tls_context(pki.leaf("localhost", ca, at=pki.TODAY, names=("localhost",)))
        async with token_server() as tokens, mail_server(Inbox(), tls_context=context) as port:
            settings = TokenSettings(tokens.web.url("/token"), "client-1", lambda: Secret(CLIENT_SECRET))
            more = {"security": Security.STARTTLS, "ca": str(tmp_path / "ca.pem"), "oauth2": settings}
            result = only(await relay(port, username=MAILBOX, **more).send(sample(), NOW))
            assert tokens.web.asked == []
            return result

    result = asyncio.run(run())
    assert result.status is SendStatus.RETRY
    assert "it takes no access tokens (XOAUTH2); it offers LOGIN, PLAIN" in result.why


class Ticking:
    """A clock that the test moves."""

    def __init__(self) -> None:
        """Start at zero."""
        self.seconds = 0.0

    def now(self) -> object:
        """Return the time of the tests."""
        return NOW

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return self.seconds


@pytest.mark.parametrize(
    ("life", "kept", "renewed"),
    [("3600", 3479, 3481), (60, 53, 55), ("forever", 269, 271), (10**8, 86279, 86281), (True, 269, 271)],
)
def test_token_is_renewed_shortly_before_it_expires(life: object, kept: float, renewed: float) -> None:
    """A token is used until two minutes, or a tenth of its life, before it expires; a day at most."""
    clock = Ticking()

    async def run() -> list[int]:
        content = {"access_token": "opaque", "token_type": "Bearer", "expires_in": life}
        async with token_server(short=http(json.dumps(content).encode())) as server:
            settings = TokenSettings(server.web.url("/short"), "client-1", lambda: Secret(CLIENT_SECRET))
            source, counts = TokenSource(settings, ThreadPool("test", 1), clock), list[int]()  # type: ignore[arg-type]
            for clock.seconds in (0, kept, renewed):
                await source.token()
                counts.append(len(server.web.asked))
            return counts

    assert asyncio.run(run()) == [1, 1, 2]


def test_user_is_the_mailbox(tmp_path: Path) -> None:
    """The conversation says as whom the login was made, and that a token was used."""
    inbox = TokenInbox(valid=Always())
    _, heard = outcome(tmp_path, inbox)
    assert f"login: accepted as {MAILBOX}, with an access token" in heard
