"""Request lists from a cluster, page by page, bounded in size; read-only."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from monitor.http.request import FetchError, FetchRequest
from monitor.http.session import Connections, HttpSession
from monitor.model import Anchors, FailureReason
from monitor.network.client_tls import client_context
from monitor.network.resolve import Resolver
from monitor.sources.kubernetes import texts
from monitor.sources.kubernetes.access import Access, access
from monitor.sources.kubernetes.documents import ListingTooLargeError, items
from monitor.sources.kubernetes.settings import Cluster

PAGE = 100
"""Items of a page; fewer where they are so large that a page of them is too much."""

LARGEST = 32 * 1024 * 1024
MOST_PAGES = 2000
_GONE = 410
_FEWER = 10


class ApiError(Exception):
    """The API server responded with an error; contains the HTTP status and its message."""

    def __init__(self, status: int, said: str) -> None:
        """Make the error for a status and a message."""
        super().__init__(f"HTTP {status}: {said}")
        self.status = status
        self.said = said


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A connected API server; ``seconds`` is the timeout of one request."""

    session: HttpSession
    access: Access
    seconds: float


@asynccontextmanager
async def connect(cluster: Cluster, seconds: float) -> AsyncIterator[ApiServer]:
    """Open a session with a cluster; raise ``UnusableConfigError``.

    Proxies and logins of the environment and netrc files are not used: only those of the kubeconfig.
    """
    found = await access(cluster)
    tls = found.tls or client_context(Anchors())  # without TLS nothing is verified: trust no anchors
    how = Connections(compressed=True, proxy=found.proxy, server_name=found.server_name)
    names = Resolver(1)  # owned by this probe, which has a loop of its own
    try:
        async with HttpSession(names, tls, how) as session:
            yield ApiServer(session, found, seconds)
    finally:
        names.close()


async def pages(api: ApiServer, path: str, query: dict[str, str]) -> AsyncIterator[list[Any]]:
    """Yield the items of a list; raise ``ApiError``, ``ListingTooLargeError`` or ``NotAListError``."""
    onward, size = "", PAGE
    for _ in range(MOST_PAGES):
        try:
            document = await _document(api, path, {**query, "limit": str(size), "continue": onward})
        except ListingTooLargeError:
            if size == 1:
                raise
            size //= _FEWER
            continue
        found, onward = items(document)
        yield found
        if not onward:
            return
    raise ListingTooLargeError(texts.too_many_pages(path=path, most=MOST_PAGES))


async def _document(api: ApiServer, path: str, query: dict[str, str]) -> Any:
    """Return a page.

    The server reports a list that changed too much while it was read (410 Gone, with a token to continue);
    the earlier pages remain valid, so continuing, once, is right here.
    """
    status, body = await _asked(api, path, query)
    if status == _GONE and (onward := _resumption(body)):
        status, body = await _asked(api, path, {**query, "continue": onward})
    if status != 200:
        raise ApiError(status, _message(body))
    return _json(body)


async def _asked(api: ApiServer, path: str, query: dict[str, str]) -> tuple[int, bytes]:
    words = urlencode({name: value for name, value in query.items() if value})
    headers = {"Accept": "application/json"}
    if api.access.login:
        headers["Authorization"] = api.access.login
    request = FetchRequest(
        f"{api.access.server}{path}?{words}",
        headers=headers,
        max_bytes=LARGEST,
        timeout=api.seconds,
        verbatim=True,
    )
    try:
        answer = await api.session.send(request)
    except FetchError as error:
        if error.reason is FailureReason.TOO_LARGE:
            said = texts.page_too_large(path=path, mebibytes=LARGEST >> 20)
            raise ListingTooLargeError(said) from None
        raise
    return answer.status, answer.body


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _resumption(body: bytes) -> str:
    """Return the token to continue an expired list (API concepts, "410 Gone responses")."""
    document = _json(body)
    found = document.get("metadata") if isinstance(document, dict) else None
    onward = found.get("continue") if isinstance(found, dict) else None
    return onward if isinstance(onward, str) else ""


def _message(body: bytes) -> str:
    """Return the message of a Status document, else the beginning of the text."""
    document = _json(body)
    said = document.get("message") if isinstance(document, dict) else None
    return _one_line(said if isinstance(said, str) else body[:200].decode(errors="replace"))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
