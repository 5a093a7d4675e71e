"""Read lists and single objects of one site's API, page by page; judges nothing that it reads."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from monitor.discovery.xprotect.client import Client
from monitor.discovery.xprotect.failures import AskError
from monitor.discovery.xprotect.login import Login, Token
from monitor.discovery.xprotect.resources import Resource
from monitor.http.request import FetchResponse
from monitor.model import FailureReason
from monitor.parse import display

PAGE = 500
_MOST_PAGES = 2000
_MOST_RENEWALS = 3

Item = dict[str, Any]


class PartError(AskError):
    """A list ended early; ``items`` is what was read before."""

    def __init__(self, error: AskError, items: list[Item]) -> None:
        """Keep the failure and what was read."""
        failure = error.failure
        super().__init__(failure.reason, failure.detail, failure.location, whole=error.whole)
        self.items = items


class AbsentError(Exception):
    """This version of the product does not offer a list, or the object is gone."""


class Api:
    """Ask one site for its configuration with a login that is renewed when needed."""

    def __init__(self, client: Client, login: Login, base: str) -> None:
        """Ask below ``base`` (``/api``)."""
        self._client = client
        self._login = login
        self._base = f"{base}/rest/v1/"

    async def listing(self, resource: Resource) -> list[Item]:
        """Return every item of a list.

        Raises ``AbsentError`` when there is no such list, ``PartError`` when it could not be read to its end.
        """
        items: dict[str, Item] = {}
        stale = 0
        first = 0
        try:
            for page in range(_MOST_PAGES):
                read = await self._page(resource, page)
                fresh = {key: item for key, item in _keyed(read) if key not in items}
                items |= fresh
                first = first or len(read)
                stale = 0 if fresh else stale + 1
                # A gateway may cap the size, number pages from 1 or ignore paging: only a page shorter than
                # the first, or pages that repeat, end a list.
                if len(read) < min(first, PAGE) or not read or stale > (len(read) >= PAGE):
                    break
        except AskError as error:
            raise PartError(error, list(items.values())) from None
        return list(items.values())

    async def children(self, resource: Resource, path: str) -> list[Item]:
        """Return the one object, or the few, that hang under the path of an item.

        Raises ``AbsentError`` when there is no such object, else ``AskError``.
        """
        return _items(_good(await self._get(path + resource.path), resource), resource.path)

    async def _page(self, resource: Resource, page: int) -> list[Item]:
        reply = await self._get(f"{resource.path}?page={page}&size={PAGE}")
        if page and reply.status in (400, 404):
            # A page behind the last one; page 0 had been fine.
            return []
        return _items(_good(reply, resource), resource.path)

    async def _get(self, path: str) -> FetchResponse:
        token = await self._login.token()
        reply = await self._sent(path, token)
        # More than once: what asks beside us may use up the new token before we do.
        for _ in range(_MOST_RENEWALS):
            if reply.status != 401:
                break
            token = await self._login.renewed(token)
            reply = await self._sent(path, token)
        return reply

    async def _sent(self, path: str, token: Token) -> FetchResponse:
        reply = await self._client.get(
            self._base + path, {"Authorization": f"Bearer {token.secret.reveal()}"}
        )
        token.worked = token.worked or reply.status != 401
        return reply


def _good(reply: FetchResponse, resource: Resource) -> FetchResponse:
    location = resource.path
    if reply.status == 200:
        return reply
    if reply.status == 404:
        raise AbsentError
    if reply.status == 401:
        detail = f"{resource.words}: the site refuses the login's token; its role needs {resource.right}"
        raise AskError(FailureReason.UNAUTHORIZED, detail, location)
    if reply.status == 403:
        raise AskError(
            FailureReason.FORBIDDEN,
            f"{resource.words}: no permission; the login's role needs {resource.right}",
            location,
        )
    location = display(reply.headers.get("location", ""))
    where = f" to {location}" if location else ""
    detail = f"{resource.words}: the site answers with HTTP {reply.status}{where}"
    raise AskError(FailureReason.BAD_ANSWER, detail, location)


def identifier(item: Item) -> str:
    """Return an item's id, empty when it has none."""
    found = item.get("id")
    return found if isinstance(found, str) else ""


def below(resource: Resource, item: Item) -> str:
    """Return the path of what hangs under one item of a list."""
    return f"{resource.path}/{quote(identifier(item), safe='')}/"


def _items(reply: FetchResponse, location: str) -> list[Item]:
    """Return the items of ``{"array": [...]}``, or the one of ``{"data": {...}}``."""
    body = reply.json()
    if isinstance(body, dict):
        found = body.get("array", body.get("data"))
        items = [found] if isinstance(found, dict) else found
        if isinstance(items, list) and all(isinstance(item, dict) for item in items):
            return items
    # Not quoted: a gateway that echoes the request would put the token into the log.
    detail = (
        f"{location}: the answer ({len(reply.body)} bytes) is cut off or has another form than documented"
    )
    raise AskError(FailureReason.BAD_ANSWER, detail, location)


def _keyed(items: list[Item]) -> Iterator[tuple[str, Item]]:
    for item in items:
        yield identifier(item) or repr(sorted(item.items(), key=lambda pair: pair[0])), item
