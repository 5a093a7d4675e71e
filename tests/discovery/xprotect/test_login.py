"""A login is sent only where allowed, not repeated after a refusal, and never shown."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from monitor.demo.xprotect_site import PASSWORD, Behavior, Fault, Simulator
from monitor.discovery import DiscoveryResult
from monitor.discovery.xprotect import XProtectSiteSettings
from monitor.model import FailureReason
from support.factories.xprotect.asking import Answer, Asking, answer, fresh, made, running
from support.written import written

SECRET = b"s3cret-of-the-site"
TOKEN = "t0ken-of-the-site"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """Run one site for all tests here."""
    with running() as site:
        yield site


@pytest.fixture
def asking(simulator: Simulator) -> Iterator[Asking]:
    """Ask the site, healthy again for each test."""
    with fresh(simulator) as one:
        yield one


def reasons(found: DiscoveryResult) -> list[FailureReason]:
    """Return the reason of every failure."""
    return [failure.reason for failure in found.failures]


@pytest.mark.parametrize("login", ["basic", "windows"])
@pytest.mark.parametrize("status", [400, 401])
def test_refused_once(asking: Asking, login: str, status: int) -> None:
    """A refused password is sent once, however often the list is refreshed, even by a new object."""
    asking.simulator.password_file.write_text("wrong")
    asking.simulator.behavior = Behavior(refusal=status)
    found = [asking.discover(login=login, include=["servers"]) for _ in range(3)]
    assert [reasons(one) for one in found] == [[FailureReason.UNAUTHORIZED]] * 3
    assert asking.simulator.password_attempts == 1
    assert "is not tried again" in written(found[2].failures[0])


def test_corrected_password(asking: Asking) -> None:
    """A password that has changed is tried at the next refresh, without a reload."""
    asking.simulator.password_file.write_text("wrong")
    asking.discover(include=["servers"])
    asking.simulator.password_file.write_text(PASSWORD)
    assert asking.discover(include=["servers"]).failures == ()


def test_corrected_username(asking: Asking) -> None:
    """The same password is tried again with another user name."""
    assert reasons(asking.discover(include=["servers"], username="nobody")) == [FailureReason.UNAUTHORIZED]
    assert asking.discover(include=["servers"]).failures == ()


def test_locked_account_is_unauthorized(asking: Asking) -> None:
    """A site that refuses every login is asked for none again."""
    asking.simulator.login.failed = 99
    found = [asking.discover(include=["servers"]) for _ in range(2)]
    assert [reasons(one) for one in found] == [[FailureReason.UNAUTHORIZED]] * 2
    assert asking.simulator.password_attempts == 1


@pytest.mark.parametrize("wrong", [500, Fault.HTML, Fault.HALF])
def test_broken_identity_provider(asking: Asking, wrong: int | Fault) -> None:
    """A login that gets no usable answer is no refusal: the next refresh tries again."""
    found = asking.broken(Behavior(answers={"token": wrong}), include=["servers"])
    assert reasons(found) == [FailureReason.BAD_ANSWER]
    assert asking.broken(Behavior(), include=["servers"]).failures == ()


def test_no_windows_login(asking: Asking) -> None:
    """A site that offers no Windows login is reported in words."""
    found = asking.broken(Behavior(windows_login=False), login="windows", include=["servers"])
    assert reasons(found) == [FailureReason.UNAUTHORIZED]
    assert "offers no Windows login" in written(found.failures[0])


def test_token_that_never_works(asking: Asking) -> None:
    """A site that refuses its own fresh tokens is asked for one token, not one for each list."""
    found = asking.broken(Behavior(calls_per_token=0), include=["servers"])
    assert reasons(found) == [FailureReason.UNAUTHORIZED]
    assert asking.simulator.password_attempts == 1


def test_redirect_is_not_followed(asking: Asking) -> None:
    """A token endpoint that points elsewhere gets no second form, and nobody else gets one."""
    found = asking.broken(
        Behavior(token_redirect="https://127.0.0.1:1/IDP/connect/token"),
        include=["servers"],
    )
    assert reasons(found) == [FailureReason.UNAUTHORIZED]
    assert "HTTP 307" in written(found.failures[0])


def test_missing_password_file(asking: Asking) -> None:
    """A password that cannot be read is a failure that names the file."""
    asking.simulator.password_file.unlink()
    found = asking.discover(include=["servers"])
    assert reasons(found) == [FailureReason.UNREADABLE]
    assert str(asking.simulator.password_file) in written(found.failures[0])
    assert asking.simulator.password_attempts == 0


def identity(announced: str, **keys: object) -> tuple[DiscoveryResult, bytes]:
    """Return what a site gives that announces this identity provider, and all that reached the site."""

    def answers(method: str, path: str, body: bytes) -> Answer:
        if path.endswith("uris"):
            return answer({"IdentityProvider": announced, "ApiGateways": []})
        return answer({"access_token": TOKEN}) if method == "POST" else answer({"array": []})

    async def run() -> tuple[DiscoveryResult, bytes]:
        async with made(answers) as site:
            found = await site.discover(**keys)
            return found, b"".join(sent for _, _, sent in site.requests)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "announced",
    [
        "https://evil.example/IDP",
        "http://localhost/IDP",
        "https://localhost@evil.example/IDP",
        "https://localhost.evil.example/IDP",
        "//evil.example/IDP",
        "https://[::1/IDP",
        "https://evil.example:70000/IDP",
        "\r\nHost: evil.example",
    ],
)
def test_identity_provider_elsewhere(announced: str) -> None:
    """A site that announces a stranger as identity provider is logged in at itself, and that is noted."""
    found, sent = identity(announced)
    assert SECRET in sent
    assert b"evil" not in sent
    assert any("as its identity provider; the login goes to localhost" in note for note in found.notes)


def test_identity_host_is_asked() -> None:
    """A configured identity host gets the login, over a connection that is verified for its own name."""
    found, sent = identity("https://127.0.0.1:1/IDP", identity_hosts=["127.0.0.1"])
    assert SECRET not in sent
    assert [(one.reason, one.location) for one in found.failures] == [(FailureReason.REFUSED, "127.0.0.1:1")]


def test_windows_login_goes_past_the_gateway() -> None:
    """A Windows login goes to the identity provider itself where the gateway's path is announced."""
    _, sent = identity("https://localhost/API/IDP", identity_hosts=["localhost"], login="windows")
    assert b"/API/IDP" not in sent


def test_nothing_shows_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Password and token are in no log, failure, note, representation or recorded answer."""

    def answers(method: str, path: str, body: bytes) -> Answer:
        if path.endswith("uris"):
            return answer({"IdentityProvider": "https://elsewhere.example/IDP"})
        if method == "POST":
            return answer({"access_token": TOKEN, "expires_in": 3600})
        return 500 if "sites" in path else 200, {}, f"{{{TOKEN} {SECRET.decode()}".encode()

    async def run() -> list[object]:
        async with made(answers) as site:
            own = site.settings()
            found = await site.discover()
            assert any(TOKEN.encode() in sent for _, _, sent in site.requests)
            return [found, own, repr(own), own.model_dump_json()]

    with caplog.at_level(logging.DEBUG):
        shown = asyncio.run(run(), debug=True)
    text = " ".join(map(str, shown)) + caplog.text
    assert TOKEN not in text
    assert SECRET.decode() not in text


def test_memory_holds_no_secret(asking: Asking) -> None:
    """What is remembered of a refused login does not show the password."""
    asking.simulator.password_file.write_text("wrong-but-secret")
    asking.discover(include=["servers"])
    assert "wrong-but-secret" not in repr(asking.memory) + asking.memory.dump()
    assert b"wrong-but-secret" not in asking.memory._refused


def test_settings_hold_a_reference(asking: Asking) -> None:
    """Settings carry where the password lies, never what it is."""
    settings: XProtectSiteSettings = asking.settings()
    assert PASSWORD not in repr(settings) + settings.model_dump_json()
