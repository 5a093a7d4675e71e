"""Ask a web server once, at checked addresses only, and follow the redirects that a request allows.

A connection goes to no other address than the one that was checked, and ends with its request.
"""

import asyncio
import ssl
from dataclasses import replace

from yarl import URL

from monitor.http.failures import failure
from monitor.http.policy import RefusedError, UrlPolicy, read_url
from monitor.http.request import FetchError, FetchRequest, FetchResponse, Redirects
from monitor.http.resolver import CheckedAddresses
from monitor.http.session import Connections, HttpSession
from monitor.model import FailureReason
from monitor.network.resolve import Address, NameLookup
from monitor.parse import display

AT_ONCE = 8
"""Requests under way at once, whoever is asked."""

_MOST_REDIRECTS = 3
_KEEP_METHOD = (307, 308)
# All that goes to another server than the one that the request was for: anything else may be a credential.
_HARMLESS = frozenset({"accept", "content-type", "if-modified-since", "if-none-match"})


class Fetcher:
    """Send requests, a bounded number at once; holds no connection between them."""

    def __init__(
        self,
        names: NameLookup,
        policy: UrlPolicy,
        tls: ssl.SSLContext,
        *,
        at_once: int = AT_ONCE,
        compressed: bool = False,
    ) -> None:
        """Take who looks up names, what may be asked, and what verifies https.

        ``tls`` may be an unverified context only for CRLs and OCSP, whose answers are signed themselves.
        ``compressed`` is as in ``Connections``.
        """
        self._names = names
        self._policy = policy
        self._tls = tls
        self._gate = asyncio.Semaphore(at_once)
        self._how = Connections(kept=False, compressed=compressed)

    async def fetch(self, request: FetchRequest) -> FetchResponse:
        """Return the response; raise ``FetchError`` for all else, also for what the policy does not allow."""
        host = ""
        try:
            url = _parsed(request)
            host = url.host or ""
            async with self._gate, asyncio.timeout(request.timeout):
                return await self._followed(url, request)
        except RefusedError as error:
            failed = FetchError(FailureReason.FORBIDDEN, display(str(error), 400))
        except TimeoutError as error:
            failed = failure(error, host, request.timeout)
        raise failed

    async def _followed(self, url: URL, request: FetchRequest) -> FetchResponse:
        for _ in range(_MOST_REDIRECTS + 1):
            names = CheckedAddresses(await self._checked(url))
            async with HttpSession(names, self._tls, self._how) as session:
                response = await session.send_to(url, request)
            wanted = request.redirects is Redirects.NONE and not request.accept
            if response.redirect is None or wanted:
                return response
            url, request = _next(url, request, response)
        said = f"redirects more than {_MOST_REDIRECTS} times"
        raise FetchError(FailureReason.BAD_ANSWER, said, url.host or "")

    async def _checked(self, url: URL) -> tuple[Address, ...]:
        """Return the addresses of a URL's host that may be asked; the connection goes to one of these."""
        host, port = url.host or "", url.port or 0
        try:
            found = await self._names.addresses(host, port)
        except OSError:
            raise FetchError(FailureReason.DNS, "cannot be resolved", host, connected=False) from None
        allowed, refused = [], []
        for address in found:
            try:
                self._policy.check(address.text, port)
                allowed.append(address)
            except RefusedError as error:
                refused.append(f"{host}: {error}" if address.text != host else str(error))
        if not allowed:
            raise RefusedError(refused[0] if refused else f"{host} has no address")
        return tuple(allowed)


def _parsed(request: FetchRequest) -> URL:
    if not request.verbatim:
        return read_url(request.url)
    try:
        return URL(request.url, encoded=True)
    except ValueError:
        raise RefusedError(f"{request.url[:120]} is no URL") from None


def _next(url: URL, request: FetchRequest, response: FetchResponse) -> tuple[URL, FetchRequest]:
    """Return where a redirect leads and what is asked there; raise for one that is not followed."""
    host, target = url.host or "", response.redirect or ""
    if request.body is not None and response.status not in _KEEP_METHOD:
        said = f"redirects a POST with HTTP {response.status}"
        raise FetchError(FailureReason.BAD_ANSWER, said, host, status=response.status)
    if request.redirects is Redirects.SAME_ORIGIN:
        return _same_origin(url, target, host), request
    new = _elsewhere(url, target, host)
    if request.redirects is Redirects.NONE:
        said = f"redirects to {display(str(new), 200)}, which is not followed"
        raise FetchError(FailureReason.BAD_ANSWER, said, host)
    if new.origin() != url.origin():
        headers = {name: value for name, value in request.headers.items() if name.lower() in _HARMLESS}
        request = replace(request, headers=headers)
    return new, request


def _same_origin(url: URL, target: str, host: str) -> URL:
    try:
        new = url.join(URL(target))
        if new.origin() == url.origin():
            return new
    except ValueError:  # no URL at all, or one without a server
        pass
    said = (
        f"redirects to {display(target)}; another server is not followed: if that is right, make it the url"
    )
    raise FetchError(FailureReason.BAD_ANSWER, said, host)


def _elsewhere(url: URL, target: str, host: str) -> URL:
    try:
        joined = str(url.join(URL(target)))
    except ValueError:
        said = f"redirects to {display(target, 120)!r}, which is no URL"
        raise FetchError(FailureReason.BAD_ANSWER, said, host) from None
    try:
        return read_url(joined)
    except RefusedError as error:
        raise RefusedError(f"{host} redirects: {error}") from None
