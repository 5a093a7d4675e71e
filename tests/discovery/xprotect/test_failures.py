"""Every failure of a site has its own reason and a helpful sentence; no password leaks."""

import asyncio
import socket

import pytest

from monitor.discovery import DiscoveryResult
from monitor.discovery.xprotect.address import Origin
from monitor.discovery.xprotect.client import Bounds, Client
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.model import Anchors, Failure, FailureReason
from monitor.network.client_tls import client_context
from monitor.network.resolve import Resolver
from support.factories.xprotect.asking import Answer, answer, context, made
from support.written import written

# A stranger, so that the login goes to the server itself.
URIS = {"IdentityProvider": "https://elsewhere.example/IDP"}


def html(method: str, path: str, body: bytes) -> Answer:
    """Answer everything with a page."""
    return 200, {"Content-Type": "text/html"}, b"<html>Router login</html>"


def failures(
    answers: object = html, name: str = "localhost", **keys: object
) -> tuple[tuple[Failure, ...], int]:
    """Return the failures of asking a hand-made server, and how many requests reached it."""

    async def run() -> tuple[DiscoveryResult, int]:
        async with made(answers, name) as site:  # type: ignore[arg-type]  # a plain function
            return await site.discover(1, **keys), len(site.requests)

    found, requests = asyncio.run(run())
    return found.failures, requests


def test_not_xprotect() -> None:
    """A web server that is something else is not_xprotect, and gets no login."""
    (failure,), requests = failures()
    assert (failure.reason, requests) == (FailureReason.NOT_XPROTECT, 2)


def test_redirect() -> None:
    """A gateway that points elsewhere is not followed."""
    (failure,), _ = failures(lambda *_: (302, {"Location": "https://evil.example/"}, b""))
    assert (failure.reason, "redirects to https://evil.example/" in written(failure)) == (
        FailureReason.NOT_XPROTECT,
        True,
    )


def test_hostile_location() -> None:
    """What a server writes into a header cannot disturb a terminal."""
    (failure,), _ = failures(lambda *_: (302, {"Location": "https://e/\x1b[31m\u202e"}, b""))
    assert written(failure).isprintable()


def test_wrong_name() -> None:
    """A certificate for another name is refused before anything is sent, and described."""
    (failure,), requests = failures(name="other.example")
    assert (failure.reason, requests) == (FailureReason.BAD_CERTIFICATE, 0)
    assert "issued by" in written(failure)
    assert "No password was sent" in written(failure)


def test_untrusted() -> None:
    """A certificate from an unknown CA is refused before anything is sent, with what to do."""

    async def run() -> tuple[DiscoveryResult, int]:
        async with made(html) as site, made(html) as stranger:
            site.trust = stranger.trust
            return await site.discover(), len(site.requests)

    found, requests = asyncio.run(run())
    assert ([one.reason for one in found.failures], requests) == ([FailureReason.BAD_CERTIFICATE], 0)
    assert "to trust" in written(found.failures[0])


def test_plain_http() -> None:
    """A port without TLS is not_tls."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def run() -> DiscoveryResult:
        async with made(html) as site, await asyncio.start_server(say, "127.0.0.1", 0) as server:
            return await site.discover(address=f"https://localhost:{server.sockets[0].getsockname()[1]}")

    assert [one.reason for one in asyncio.run(run()).failures] == [FailureReason.NOT_TLS]


def test_refused() -> None:
    """A closed port is refused."""

    async def run() -> DiscoveryResult:
        async with made(html) as site:
            with socket.socket() as unused:
                unused.bind(("127.0.0.1", 0))
                return await site.discover(address=f"https://localhost:{unused.getsockname()[1]}")

    assert [one.reason for one in asyncio.run(run()).failures] == [FailureReason.REFUSED]


def test_unknown_host() -> None:
    """A host that does not exist is dns."""
    (failure,), _ = failures(address="https://nowhere.invalid")
    assert (failure.reason, written(failure)) == (FailureReason.DNS, "nowhere.invalid cannot be resolved")


def test_no_answer() -> None:
    """A host that accepts and says nothing is a timeout."""

    async def run() -> DiscoveryResult:
        async with made(html) as site:
            with socket.socket() as silent:
                silent.bind(("127.0.0.1", 0))
                silent.listen()
                address = f"https://localhost:{silent.getsockname()[1]}"
                return await site.discover(0.3, address=address)

    assert [one.reason for one in asyncio.run(run()).failures] == [FailureReason.TIMEOUT]


def test_no_http() -> None:
    """An answer that is no HTTP is bad_answer."""
    (failure,), _ = failures(lambda *_: (200, {"Content-Length": "99999"}, b""))
    assert failure.reason in {FailureReason.BAD_ANSWER, FailureReason.TIMEOUT}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"null",
        b"[]",
        b"17",
        b"\xff\xfe",
        b'{"array": 5}',
        b'{"array": [1]}',
        b'{"data": []',
        b'{"array": {"id": null}, "data": 1',
    ],
)
def test_odd_json(body: bytes) -> None:
    """An answer of any other form is bad_answer, never an exception."""

    def answers(method: str, path: str, sent: bytes) -> Answer:
        if path.endswith("uris"):
            return answer(URIS)
        return answer({"access_token": "x"}) if method == "POST" else (200, {}, body)

    found, _ = failures(answers, include=["servers"])
    assert {one.reason for one in found} == {FailureReason.BAD_ANSWER}


def test_size_is_bounded() -> None:
    """An answer that does not end is given up at the bound."""

    async def run() -> SiteRequestError | None:
        async with made(lambda *_: (200, {}, b"x" * 200_000)) as site:
            anchors = await context().anchors((site.trust,))
            bounds = Bounds(5, max_bytes=100_000)
            async with Client(
                Origin("localhost", site.port), client_context(anchors), Resolver(), bounds
            ) as one:
                try:
                    await one.get("/")
                except SiteRequestError as error:
                    return error
        return None

    error = asyncio.run(run())
    assert error is not None
    assert (error.failure.reason, error.__context__) == (FailureReason.BAD_ANSWER, None)


def test_no_anchors_trust_nobody() -> None:
    """Without a single anchor no certificate is accepted."""
    context = client_context(Anchors())
    assert (context.check_hostname, context.get_ca_certs()) == (True, [])


def test_failing_gateway() -> None:
    """A gateway that answers 503 is no other product."""
    (failure,), _ = failures(lambda *_: answer({}, 503))
    assert (failure.reason, "HTTP 503" in written(failure)) == (FailureReason.BAD_ANSWER, True)
