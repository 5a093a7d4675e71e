"""A cache of CRLs: each is fetched once for all certificates that name it; judges none of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.http.fetch import Fetcher
from monitor.http.request import FetchError, FetchRequest, FetchResponse, Redirects
from monitor.issuers import texts
from monitor.issuers.fetched_crl import FetchedCrl, MalformedCrlError, read_crl
from monitor.model import Clock, Message
from monitor.threads import ThreadPool

MOST_BYTES = 32 * 1024 * 1024
"""A longer list is not read: the longest of public CAs have a few megabytes."""

CACHED_BYTES = 64 * 1024 * 1024
"""Bytes that all cached lists together may take, but for the newest."""

FRESH = 900.0
"""Seconds in which a list is not fetched again."""

REFUSED = 120.0
"""Seconds in which a list that could not be fetched is not tried again."""

_WITHIN = 60.0
_AT_ONCE = 2
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class _Cached:
    """A CRL, the time of its last validation, and the headers of a conditional request for it."""

    crl: FetchedCrl
    at: float
    condition: Mapping[str, str]


class CrlUnavailableError(Exception):
    """The CRL could not be fetched and is not cached; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


class CrlCache:
    """A cache that fetches CRLs and keeps them while fresh; a failed fetch leaves the last CRL in use."""

    def __init__(self, fetcher: Fetcher, pool: ThreadPool, clock: Clock) -> None:
        """Prepare to use this fetcher, a thread pool that parses CRLs, and the clock."""
        self._fetcher = fetcher
        self._pool = pool
        self._clock = clock
        self._cached: dict[str, _Cached] = {}
        self._failed: dict[str, tuple[float, Message]] = {}
        self._fetching: dict[str, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, url: str) -> FetchedCrl:
        """Return the CRL at a URL; raise ``CrlUnavailableError`` when there is none.

        The CRL may be expired: the caller judges its dates.
        """
        lock = self._fetching.setdefault(url, asyncio.Lock())
        try:
            async with lock:
                return await self._fresh(url)
        finally:
            if not lock.locked():
                self._fetching.pop(url, None)

    async def _fresh(self, url: str) -> FetchedCrl:
        now, cached = self._clock.monotonic(), self._cached.get(url)
        if cached is not None and now - cached.at < FRESH:
            return cached.crl
        failed_at, said = self._failed.get(url, (None, texts.NOT_A_CRL))
        if failed_at is None or now - failed_at >= REFUSED:
            try:
                async with self._room:
                    return await self._fetched(url, cached)
            except (FetchError, CrlUnavailableError) as error:
                said = error.message
                self._note(url, said)
        if cached is not None:
            return cached.crl
        raise CrlUnavailableError(said)

    async def _fetched(self, url: str, cached: _Cached | None) -> FetchedCrl:
        request = FetchRequest(
            url,
            headers=cached.condition if cached else {},
            max_bytes=MOST_BYTES,
            timeout=_WITHIN,
            redirects=Redirects.ANY,
            accept=(200, 304),
        )
        answer = await self._fetcher.fetch(request)
        if answer.not_modified and cached is not None:
            crl, condition = cached.crl, cached.condition
        elif answer.not_modified:
            raise CrlUnavailableError(texts.UNEXPECTED_NOT_MODIFIED)
        else:
            crl, condition = await self._read(url, answer), answer.condition()
        self._failed.pop(url, None)
        self._cached.pop(url, None)
        self._cached[url] = _Cached(crl, self._clock.monotonic(), condition)
        self._make_room()
        return crl

    async def _read(self, url: str, answer: FetchResponse) -> FetchedCrl:
        try:
            return await self._pool.run(read_crl, answer.body, url)
        except MalformedCrlError:
            raise CrlUnavailableError(texts.NOT_A_CRL) from None

    def _note(self, url: str, said: Message) -> None:
        if len(self._failed) >= _MOST_NAMES:
            self._failed.clear()
        self._failed[url] = (self._clock.monotonic(), said)

    def _make_room(self) -> None:
        """Remove the CRLs that were fetched longest ago."""
        total = sum(len(cached.crl.der) for cached in self._cached.values())
        for url in list(self._cached)[:-1]:
            if total <= CACHED_BYTES and len(self._cached) <= _MOST_NAMES:
                return
            total -= len(self._cached.pop(url).crl.der)
