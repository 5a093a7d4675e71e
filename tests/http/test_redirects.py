"""Redirects: which are followed, and what other servers can see."""

import asyncio

import pytest

from monitor.http.fetch import Fetcher
from monitor.http.policy import EVERYWHERE
from monitor.http.request import FetchError, FetchRequest, Redirects
from monitor.model import FailureReason
from monitor.network.client_tls import unverified_context
from support.factories.fetching import redirect
from support.servers.issuers.issuer_world import Hosts
from support.servers.web.server import Reply, Request, http, web
from support.written import written

SECRETS = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "Cookie": "s3cret"}


def sent_to_another(status: str, body: bytes | None, redirects: Redirects) -> tuple[list[Request], str]:
    """Return what a second server is asked that the first one points to, or the sentence of the error."""

    async def run() -> tuple[list[Request], str]:
        async with web(y=http(b"ok")) as other, web(x=redirect(other.url("/y"), status)) as first:
            headers = {**SECRETS, "Accept": "text/plain"}
            method = "GET" if body is None else "POST"
            request = FetchRequest(first.url("/x"), method, body, headers, redirects=redirects, accept=(200,))
            try:
                await Fetcher(Hosts(), EVERYWHERE, unverified_context()).fetch(request)
            except FetchError as error:
                return other.requests, written(error.message)
            return other.requests, ""

    return asyncio.run(run())


@pytest.mark.parametrize(("status", "body"), [("302 Found", None), ("307 Temporary", None), ("308 P", b"x")])
def test_no_credential_goes_to_another_server(status: str, body: bytes | None) -> None:
    """Only headers that are known to be harmless go to a server that a redirect names."""
    [request], _ = sent_to_another(status, body, Redirects.ANY)
    assert "s3cret" not in str(request.headers)
    assert (request.headers["accept"], request.body) == ("text/plain", body or b"")


@pytest.mark.parametrize(
    ("redirects", "said"),
    [
        (Redirects.SAME_ORIGIN, "other servers are not followed: if it is right, use that address as url"),
        (Redirects.NONE, "which is not followed"),
    ],
)
def test_another_server_is_not_asked(redirects: Redirects, said: str) -> None:
    """Without leave another server gets no request at all."""
    requests, sentence = sent_to_another("302 Found", None, redirects)
    assert (requests, sentence.endswith(said)) == ([], True)


def asked(reply: Reply, redirects: Redirects, accept: tuple[int, ...]) -> tuple[int, list[Request]]:
    """Return the status that a request with credentials ends with, and what the server was asked."""

    async def run() -> tuple[int, list[Request]]:
        async with web(x=reply, y=http(b"ok")) as server:
            request = FetchRequest(server.url("/x"), headers=SECRETS, redirects=redirects, accept=accept)
            response = await Fetcher(Hosts(), EVERYWHERE, unverified_context()).fetch(request)
            return response.status, server.requests

    return asyncio.run(run())


@pytest.mark.parametrize("redirects", [Redirects.SAME_ORIGIN, Redirects.ANY])
def test_the_same_server_gets_them_again(redirects: Redirects) -> None:
    """A redirect to another path of the same server keeps everything."""
    status, requests = asked(redirect("/y"), redirects, (200,))
    assert (status, [r.headers["authorization"] for r in requests]) == (200, ["Bearer s3cret"] * 2)


def test_a_redirect_may_be_an_answer() -> None:
    """A caller that accepts any status and follows nothing gets the redirect itself."""
    status, requests = asked(redirect("/y"), Redirects.NONE, ())
    assert (status, len(requests)) == (302, 1)


@pytest.mark.parametrize("port", ["80", "8080"])
def test_another_scheme_or_port_is_another_server(port: str) -> None:
    """Credentials stay with scheme, host and port together."""

    async def run() -> FetchError:
        async with web(x=redirect(f"http://127.0.0.1:{port}/")) as server:
            request = FetchRequest(server.url("/x"), headers=SECRETS, redirects=Redirects.SAME_ORIGIN)
            with pytest.raises(FetchError) as caught:
                await Fetcher(Hosts(), EVERYWHERE, unverified_context()).fetch(request)
            return caught.value

    error = asyncio.run(run())
    assert (error.reason, error.__context__) == (FailureReason.BAD_ANSWER, None)
