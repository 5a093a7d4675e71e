"""Read lists and single objects of one site's API, page by page; interprets nothing."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.client import Client
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.discovery.xprotect.login import Login, Token
from monitor.discovery.xprotect.resources import Resource
from monitor.http.request import FetchResponse
from monitor.model import FailureReason
from monitor.parse import display

PAGE = 500
_MOST_PAGES = 2000
_MOST_RENEWALS = 3

Item = dict[str, Any]


class PartialListError(SiteRequestError):
    """A list could only be read in part; ``items`` are those read before the error."""

    def __init__(self, error: SiteRequestError, items: list[Item]) -> None:
        """Store the error and the items."""
        failure = error.failure
        super().__init__(failure.reason, failure.message, failure.location, whole=error.whole)
        self.items = items


class ResourceAbsentError(Exception):
    """The resource does not exist in this version of the product, or the object was deleted."""


class Api:
    """The API of one site, with a login that is renewed when needed."""

    def __init__(self, client: Client, login: Login, base: str) -> None:
        """Prepare to send requests to paths under ``base`` (``/api``)."""
        self._client = client
        self._login = login
        self._base = f"{base}/rest/v1/"

    async def listing(self, resource: Resource) -> list[Item]:
        """Return every item of a list.

        Raises ``ResourceAbsentError`` when there is no such list, ``PartialListError`` when it could not be
        read to its end.
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
                # A gateway may limit the page size, number pages from 1 or ignore paging: only a page shorter
                # than the first, or repeated pages, end a list.
                if len(read) < min(first, PAGE) or not read or stale > (len(read) >= PAGE):
                    break
        except SiteRequestError as error:
            read = error.items if isinstance(error, PartialListError) else []
            raise PartialListError(error, list((items | dict(_keyed(read))).values())) from None
        return list(items.values())

    async def children(self, resource: Resource, path: str) -> list[Item]:
        """Return the child objects under the path of an item, often just one.

        Raises ``ResourceAbsentError`` when there is no such object, else ``SiteRequestError``.
        """
        return _items(_good(await self._get(path + resource.path), resource), resource.path)

    async def one(self, resource: Resource, identity: str) -> Item:
        """Return one object of a list, possibly without fields; raise as ``children`` does."""
        path = f"{resource.path}/{quote(identity, safe='')}"
        items = _items(_good(await self._get(path), resource), resource.path)
        return items[0] if items else {}

    async def _page(self, resource: Resource, page: int) -> list[Item]:
        reply = await self._get(f"{resource.path}?page={page}&size={PAGE}")
        if page and reply.status in (400, 404):
            # A page after the last one, since page 0 succeeded.
            return []
        return _items(_good(reply, resource), resource.path)

    async def _get(self, path: str) -> FetchResponse:
        token = await self._login.token()
        reply = await self._sent(path, token)
        # More than once: a concurrent request may use up the new token first.
        for _ in range(_MOST_RENEWALS):
            if reply.status != 401:
                break
            token = await self._login.renew(token)
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
        raise ResourceAbsentError
    if reply.status == 401:
        said = texts.token_refused(list=resource.title, permission=resource.permission)
        raise SiteRequestError(FailureReason.UNAUTHORIZED, said, location)
    if reply.status == 403:
        said = texts.no_permission(list=resource.title, permission=resource.permission)
        raise SiteRequestError(FailureReason.FORBIDDEN, said, location)
    target = display(reply.headers.get("location", ""))
    if target:
        said = texts.list_redirect(list=resource.title, status=reply.status, url=target)
    else:
        said = texts.list_status(list=resource.title, status=reply.status)
    raise SiteRequestError(FailureReason.BAD_ANSWER, said, location)


def identifier(item: Item) -> str:
    """Return the id of an item, possibly empty."""
    found = item.get("id")
    return found if isinstance(found, str) else ""


def child_path(resource: Resource, item: Item) -> str:
    """Return the path of the children of one item of a list."""
    return f"{resource.path}/{quote(identifier(item), safe='')}/"


def _items(reply: FetchResponse, location: str) -> list[Item]:
    """Return the items of ``{"array": [...]}`` or a bare list, or the one item of ``{"data": {...}}``.

    Raises ``PartialListError`` with the items of a list that also has something else in it.
    """
    body = reply.json()
    found = body.get("array", body.get("data")) if isinstance(body, dict) else body
    wrapped = isinstance(body, dict) and isinstance(found, dict)
    items = [found] if wrapped else found
    # An empty bare list may be anything, and would take every known target away.
    believed = bool(items) or isinstance(body, dict)
    if believed and isinstance(items, list) and all(isinstance(item, dict) for item in items):
        return items
    # Not quoted: a gateway that echoes the request would put the token into the log.
    said = texts.list_malformed(path=location, octets=len(reply.body))
    malformed = SiteRequestError(FailureReason.BAD_ANSWER, said, location)
    if isinstance(items, list):
        raise PartialListError(malformed, [item for item in items if isinstance(item, dict)])
    raise malformed


def _keyed(items: list[Item]) -> Iterator[tuple[str, Item]]:
    for item in items:
        yield identifier(item) or repr(sorted(item.items(), key=lambda pair: pair[0])), item
