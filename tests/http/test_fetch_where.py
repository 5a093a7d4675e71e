"""Requests over HTTP: which addresses are allowed, by redirects, names and schemes."""

import asyncio
import ssl
from collections.abc import Sequence

import pytest

from monitor.http.fetch import Fetcher
from monitor.http.policy import UrlPolicy
from monitor.http.request import FetchError, FetchResponse
from monitor.network.client_tls import unverified_context
from support import pki
from support.factories.fetching import asked, following, redirect, said
from support.servers.issuers.issuer_world import LOOPBACK, Hosts, fetcher
from support.servers.web.server import Request, http, web
from support.written import written


def test_redirect_to_a_path() -> None:
    """A redirect is followed, also a chain of three."""
    found, paths = asked(
        redirect("/a"), a=redirect("b", "301 Moved"), b=redirect("/c", "307 Temp"), c=http(b"ok")
    )
    assert isinstance(found, FetchResponse)
    assert (found.body, paths) == (b"ok", ["/x", "/a", "/b", "/c"])


def test_redirects_without_end() -> None:
    """A circle ends after the third redirect."""
    found, paths = asked(redirect("/x"))
    assert (found, len(paths)) == ("127.0.0.1 redirects more than 3 times", 4)


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "ldap://127.0.0.1/x",
        "ftp://127.0.0.1/x",
        "http://u:p@127.0.0.1/",
        "http://0x7f.1/",
    ],
)
def test_redirect_to_what_is_never_asked(to: str) -> None:
    """A redirect does not lead around the rules."""
    sentence = said(redirect(to))
    assert sentence.startswith("127.0.0.1 redirects: ")


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "[::ffff:10.0.0.1]", "[fd00::1]"])
def test_redirect_to_a_private_address(address: str) -> None:
    """Each address on the way is checked."""
    sentence = said(redirect(f"http://{address}/latest/meta-data"))
    assert "is a private address" in sentence
    assert "issuers.private_addresses" in sentence


def test_a_post_is_not_turned_into_a_get() -> None:
    """A question with a body follows only redirects that keep it."""
    assert said(redirect("/y"), body=b"x", y=http(b"yes")) == "127.0.0.1 redirects a POST with HTTP 302"


def test_a_post_that_is_kept() -> None:
    """A redirect that keeps the method carries the body along."""
    found, paths = asked(redirect("/y", "308 Permanent"), body=b"x", y=http(b"yes"))
    assert (isinstance(found, FetchResponse), paths) == (True, ["/x", "/y"])


def resolved(table: dict[str, list[str]], policy: UrlPolicy = LOOPBACK) -> tuple[str, int, list[str]]:
    """Return what asking a named host leads to, how many requests came, and which names were looked up."""

    async def run() -> tuple[str, int, list[str]]:
        async with web(x=http(b"ok")) as server:
            hosts = Hosts(table)
            try:
                answer = await fetcher(hosts, policy).fetch(following(server.url("/x", "ca.example")))
                text = answer.body.decode()
            except FetchError as error:
                text = written(error.message)
            return text, len(server.requests), hosts.asked

    return asyncio.run(run())


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_to_loopback(address: str) -> None:
    """What counts is where a name leads to; the sentence says what would allow it."""
    text, requests, _ = resolved({"ca.example": [address]}, UrlPolicy())
    assert requests == 0
    assert text.startswith(f"ca.example: {address} is a private address")
    assert text.endswith("list it under issuers.private_addresses")


def test_a_name_is_looked_up_once() -> None:
    """No second look-up can give another address than the one that was checked."""
    text, requests, names = resolved({"ca.example": ["127.0.0.1"]})
    assert (text, requests, names) == ("ok", 1, ["ca.example"])


def test_of_several_addresses_only_allowed_ones_are_asked() -> None:
    """A private address beside an allowed one is left out."""
    text, requests, _ = resolved({"ca.example": ["10.0.0.1", "127.0.0.1"]})
    assert (text, requests) == ("ok", 1)


def test_a_name_that_is_not_known() -> None:
    """A name without an address is said to be one."""
    assert resolved({"ca.example": []})[0] == "ca.example cannot be resolved"


def test_at_most_a_few_at_once() -> None:
    """However many ask, a bounded number of requests is under way."""

    async def run() -> int:
        under_way, most = 0, 0

        async def counted(_request: Request, writer: asyncio.StreamWriter) -> None:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.02)
            under_way -= 1
            writer.write(http(b"ok"))
            await writer.drain()

        async with web(x=counted) as server:
            asking = Fetcher(Hosts(), LOOPBACK, unverified_context(), at_once=3)
            await asyncio.gather(*(asking.fetch(following(server.url("/x"))) for _ in range(20)))
        return most

    assert asyncio.run(run()) == 3


def https(tls: ssl.SSLContext, names: Sequence[str], ca: pki.Issued) -> str:
    """Return what a TLS server with a certificate for some names leads to."""

    async def run() -> str:
        context = pki.tls_context(pki.leaf("server", ca, names=names, at=pki.TODAY))

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(http(b"ok"))
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        try:
            answer = await Fetcher(Hosts(), LOOPBACK, tls).fetch(following(f"https://127.0.0.1:{port}/"))
            return answer.body.decode()
        except FetchError as error:
            return written(error.message)
        finally:
            server.close()

    return asyncio.run(run())


def test_https_without_a_verifier() -> None:
    """For answers that are signed themselves https is taken as it comes."""
    ca = pki.authority(at=pki.TODAY)
    assert https(unverified_context(), ["other.example"], ca) == "ok"


def test_https_with_a_verifier() -> None:
    """With anchors the server must prove its name."""
    ca = pki.authority(at=pki.TODAY)
    assert https(pki.trusting(ca.der), ["127.0.0.1"], ca) == "ok"
    assert https(pki.trusting(ca.der), ["other.example"], ca).startswith(
        "the certificate of 127.0.0.1 is not trusted: "
    )


def test_ipv6_literal() -> None:
    """An IPv6 address in a URL is asked, and checked as any other."""

    async def run() -> tuple[str, str]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(http(b"ok"))
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        try:
            server = await asyncio.start_server(serve, "::1", 0)
        except OSError:
            return "ok", "::1 is a private address"  # a machine without IPv6 has nothing to show
        url = f"http://[::1]:{server.sockets[0].getsockname()[1]}/"
        try:
            answer = await fetcher().fetch(following(url))
            with pytest.raises(FetchError) as caught:
                await fetcher(policy=UrlPolicy()).fetch(following(url))
            return answer.body.decode(), written(caught.value.message)
        finally:
            server.close()

    body, refused = asyncio.run(run())
    assert body == "ok"
    assert refused.startswith("::1 is a private address")
