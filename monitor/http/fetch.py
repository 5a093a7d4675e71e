"""Send one request to a web server, at checked addresses only, and follow allowed redirects.

A connection is only made to an address that was checked, and closes with its request.
"""

import asyncio
import ssl
from dataclasses import replace
from functools import partial

from yarl import URL

from monitor.http import texts
from monitor.http.failures import failure
from monitor.http.policy import UrlPolicy, UrlRefusedError, read_url
from monitor.http.request import FetchError, FetchRequest, FetchResponse, Redirects, complete
from monitor.http.resolver import CheckedAddresses
from monitor.http.session import Connections, HttpSession
from monitor.model import FailureReason
from monitor.model.texts import located
from monitor.network.resolve import Address, NameLookup
from monitor.parse import display

AT_ONCE = 8
"""Running requests at once, to all servers together."""

_MOST_REDIRECTS = 3
_KEEP_METHOD = (307, 308)
# The only headers sent to a server other than the intended one: anything else may be a credential.
_HARMLESS = frozenset({"accept", "content-type", "if-modified-since", "if-none-match"})


class Fetcher:
    """Sends requests, a bounded number at once; keeps no connections between them."""

    def __init__(
        self,
        names: NameLookup,
        policy: UrlPolicy,
        tls: ssl.SSLContext,
        *,
        at_once: int = AT_ONCE,
        compressed: bool = False,
    ) -> None:
        """Prepare to send requests as the policy allows, with a resolver and TLS settings.

        ``tls`` may be an unverified context only for CRLs and OCSP, whose responses are signed.
        ``compressed`` is as in ``Connections``.
        """
        self._names = names
        self._policy = policy
        self._tls = tls
        self._gate = asyncio.Semaphore(at_once)
        self._how = Connections(keep_alive=False, compressed=compressed)

    async def fetch(self, request: FetchRequest) -> FetchResponse:
        """Return the response; raise ``FetchError`` without one, also when the policy forbids the request."""
        host = ""
        try:
            url = _parsed(request)
            host = url.host or ""
            async with self._gate, asyncio.timeout(request.timeout):
                return await self._followed(url, request)
        except UrlRefusedError as error:
            failed = FetchError(FailureReason.FORBIDDEN, complete(error.message))
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
        say = partial(texts.too_many_redirects, most=_MOST_REDIRECTS)
        raise FetchError(FailureReason.BAD_ANSWER, say, url.host or "")

    async def _checked(self, url: URL) -> tuple[Address, ...]:
        """Return the allowed addresses of a URL's host; the connection is made to one of these."""
        host, port = url.host or "", url.port or 0
        try:
            found = await self._names.addresses(host, port)
        except OSError:
            raise FetchError(FailureReason.DNS, texts.not_resolved, host, connected=False) from None
        allowed, refused = [], []
        for address in found:
            try:
                self._policy.check(address.text, port)
                allowed.append(address)
            except UrlRefusedError as error:
                named = located(location=host, problem=error.message)
                refused.append(named if address.text != host else error.message)
        if not allowed:
            raise UrlRefusedError(refused[0] if refused else texts.host_without_address(host=host))
        return tuple(allowed)


def _parsed(request: FetchRequest) -> URL:
    if not request.verbatim:
        return read_url(request.url)
    try:
        return URL(request.url, encoded=True)
    except ValueError:
        raise UrlRefusedError(texts.url_invalid(url=display(request.url, 120))) from None


def _next(url: URL, request: FetchRequest, response: FetchResponse) -> tuple[URL, FetchRequest]:
    """Return the URL and request of a redirect; raise ``FetchError`` for one that is not followed."""
    host, target = url.host or "", response.redirect or ""
    if request.body is not None and response.status not in _KEEP_METHOD:
        say = partial(texts.redirected_post, status=response.status)
        raise FetchError(FailureReason.BAD_ANSWER, say, host, status=response.status)
    if request.redirects is Redirects.SAME_ORIGIN:
        return _same_origin(url, target, host), request
    new = _elsewhere(url, target, host)
    if request.redirects is Redirects.NONE:
        say = partial(texts.redirect, url=display(str(new), 200))
        raise FetchError(FailureReason.BAD_ANSWER, say, host)
    if new.origin() != url.origin():
        headers = {name: value for name, value in request.headers.items() if name.lower() in _HARMLESS}
        request = replace(request, headers=headers)
    return new, request


def _same_origin(url: URL, target: str, host: str) -> URL:
    try:
        new = url.join(URL(target))
        if new.origin() == url.origin():
            return new
    except ValueError:  # not a URL, or one without a host
        pass
    say = partial(texts.redirect_elsewhere, url=display(target))
    raise FetchError(FailureReason.BAD_ANSWER, say, host)


def _elsewhere(url: URL, target: str, host: str) -> URL:
    try:
        joined = str(url.join(URL(target)))
    except ValueError:
        say = partial(texts.redirect_invalid, url=display(target, 120))
        raise FetchError(FailureReason.BAD_ANSWER, say, host) from None
    try:
        return read_url(joined)
    except UrlRefusedError as error:
        raise UrlRefusedError(texts.redirect_forbidden(server=host, problem=error.message)) from None
