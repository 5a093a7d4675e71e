"""Hold CRLs that were fetched, each once for all certificates that name it; judges none of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.http.fetch import Fetcher
from monitor.http.request import FetchError, FetchRequest, FetchResponse, Redirects
from monitor.issuers.issued import Issued, UnreadableListError, read_list
from monitor.model import Clock
from monitor.parse import display
from monitor.threads import ThreadPool

MOST_BYTES = 32 * 1024 * 1024
"""A longer list is not read: the longest of public CAs have a few megabytes."""

HELD_BYTES = 64 * 1024 * 1024
"""What all held lists together may take, but for the newest."""

FRESH = 900.0
"""Seconds in which a list is not fetched again, whoever asks."""

REFUSED = 120.0
"""Seconds in which a list that could not be had is not tried again."""

_WITHIN = 60.0
_AT_ONCE = 2
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class _Held:
    """A list, when it was last confirmed, and the headers that ask for it only when it changed."""

    issued: Issued
    at: float
    condition: Mapping[str, str]


class ListUnavailableError(Exception):
    """There is no list to be had; the text says why."""


class Lists:
    """Fetch CRLs and keep them while they are fresh; where one cannot be had, the last one serves on."""

    def __init__(self, fetcher: Fetcher, pool: ThreadPool, clock: Clock) -> None:
        """Take what asks, where lists are read, and the clock."""
        self._fetcher = fetcher
        self._pool = pool
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._failed: dict[str, tuple[float, str]] = {}
        self._fetching: dict[str, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def get(self, url: str) -> Issued:
        """Return the list at an address; raise ``ListUnavailableError`` when there is none to be had.

        A list that has ended may be returned: whoever judges it probes its dates.
        """
        lock = self._fetching.setdefault(url, asyncio.Lock())
        try:
            async with lock:
                return await self._fresh(url)
        finally:
            if not lock.locked():
                self._fetching.pop(url, None)

    async def _fresh(self, url: str) -> Issued:
        now, held = self._clock.monotonic(), self._held.get(url)
        if held is not None and now - held.at < FRESH:
            return held.issued
        failed_at, said = self._failed.get(url, (None, ""))
        if failed_at is None or now - failed_at >= REFUSED:
            try:
                async with self._room:
                    return await self._fetched(url, held)
            except (FetchError, ListUnavailableError) as error:
                said = str(error)
                self._note(url, said)
        if held is not None:
            return held.issued
        raise ListUnavailableError(said)

    async def _fetched(self, url: str, held: _Held | None) -> Issued:
        request = FetchRequest(
            url,
            headers=held.condition if held else {},
            max_bytes=MOST_BYTES,
            timeout=_WITHIN,
            redirects=Redirects.ANY,
            accept=(200, 304),
        )
        answer = await self._fetcher.fetch(request)
        if answer.not_modified and held is not None:
            issued, condition = held.issued, held.condition
        elif answer.not_modified:
            raise ListUnavailableError("the server says that nothing changed, but was not asked that")
        else:
            issued, condition = await self._read(url, answer), answer.condition()
        self._failed.pop(url, None)
        self._held.pop(url, None)
        self._held[url] = _Held(issued, self._clock.monotonic(), condition)
        self._make_room()
        return issued

    async def _read(self, url: str, answer: FetchResponse) -> Issued:
        try:
            return await self._pool.run(read_list, answer.body, url)
        except UnreadableListError as error:
            raise ListUnavailableError(f"what {display(url, 200)} holds is none: {error}") from None

    def _note(self, url: str, said: str) -> None:
        if len(self._failed) >= _MOST_NAMES:
            self._failed.clear()
        self._failed[url] = (self._clock.monotonic(), said)

    def _make_room(self) -> None:
        """Let the lists go that were fetched longest ago."""
        total = sum(len(held.issued.der) for held in self._held.values())
        for url in list(self._held)[:-1]:
            if total <= HELD_BYTES and len(self._held) <= _MOST_NAMES:
                return
            total -= len(self._held.pop(url).issued.der)
