"""Ask an ACME CA when it suggests to renew a certificate (RFC 9773); remembers where, not what, it answered.

Whoever is asked stands in the configuration; from there we go to no other machine on a private network.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.http.fetch import Fetcher
from monitor.http.policy import same_origin
from monitor.http.request import FetchError, FetchRequest
from monitor.issuers.suggestion import (
    BadAnswerError,
    Suggestion,
    renewal_info_in,
    retry_after,
    suggestion_in,
)
from monitor.model import Clock

AFTER_TROUBLE = timedelta(hours=6)
"""How long to wait after an error that will not go away by itself (RFC 9773 section 4.3.3)."""

_DIRECTORY_KEPT = timedelta(days=1)
_FIRST_WAIT = timedelta(minutes=1)
_MOST = 64 * 1024
_TOO_MANY = 429


class NoWindowError(Exception):
    """There is no window now; the text says why, ``wait`` when to ask again, ``None`` to wait ever longer."""

    def __init__(self, sentence: str, wait: timedelta | None) -> None:
        """Keep the sentence and the time."""
        super().__init__(sentence)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Fetchers:
    """The fetchers for the server that the configuration names, and for any other."""

    configured: Fetcher
    others: Fetcher

    def of(self, url: str, directory: str) -> Fetcher:
        """Return the fetcher for a URL that a directory names."""
        return self.configured if same_origin(url, directory) else self.others


@dataclass(slots=True)
class _Known:
    """What is known of one directory: where its renewal information is, or why that is not known."""

    url: str = ""
    failure: str = ""
    failures: int = 0
    wait: timedelta = timedelta(0)
    until: datetime | None = None


class AriClient:
    """Ask CAs; each directory is read once a day."""

    def __init__(self, fetchers: Fetchers, clock: Clock) -> None:
        """Take what fetches, and the clock."""
        self._fetchers = fetchers
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._reading: dict[str, asyncio.Lock] = {}

    async def window(self, directory: str, identifier: str) -> tuple[Suggestion, timedelta]:
        """Return the suggested window and how long not to ask again; raise ``NoWindowError`` without one."""
        where = await self._renewal_info(directory)
        try:
            body, headers = await self._get(f"{where}/{identifier}", directory)
            found = suggestion_in(body)
        except FetchError as error:
            raise NoWindowError(str(error), self._wait(error)) from None
        except BadAnswerError as error:
            raise NoWindowError(f"{urlsplit(where).hostname}: {error}", AFTER_TROUBLE) from None
        return found, retry_after(headers, self._clock.now()) or AFTER_TROUBLE

    async def _renewal_info(self, directory: str) -> str:
        async with self._reading.setdefault(directory, asyncio.Lock()):
            known = self._known.setdefault(directory, _Known())
            now = self._clock.now()
            if known.until is None or not now < known.until <= now + _DIRECTORY_KEPT:
                await self._read(directory, known)
        if known.failure:
            raise NoWindowError(known.failure, known.wait)
        return known.url

    async def _read(self, directory: str, known: _Known) -> None:
        try:
            body, _ = await self._get(directory, directory)
            known.url, known.failure = _renewal_info_of(directory, body), ""
            known.failures, known.wait = 0, _DIRECTORY_KEPT
        except FetchError as error:
            known.failures += 1
            known.wait = self._wait(error) or growing_wait(known.failures)
            # Where it was yesterday it most likely still is.
            known.failure = "" if known.url else str(error)
        except BadAnswerError as error:
            known.failure, known.wait = f"{urlsplit(directory).hostname}: {error}", AFTER_TROUBLE
        known.until = self._clock.now() + known.wait

    async def _get(self, url: str, directory: str) -> tuple[bytes, Mapping[str, str]]:
        # Not followed: a redirect could lead from the configured address to anywhere.
        headers = {"Accept": "application/json"}
        request = FetchRequest(url, headers=headers, max_bytes=_MOST, accept=(200,))
        answer = await self._fetchers.of(url, directory).fetch(request)
        return answer.body, answer.headers

    def _wait(self, error: FetchError) -> timedelta | None:
        """Return when to ask again after an error, ``None`` for one that may pass by itself."""
        asked = retry_after(error.headers, self._clock.now())
        passing = not error.status or error.status >= 500 or error.status == _TOO_MANY
        return asked if passing else max(asked or AFTER_TROUBLE, AFTER_TROUBLE)


def _renewal_info_of(directory: str, body: bytes) -> str:
    url = renewal_info_in(body)
    if urlsplit(directory).scheme == "https" and urlsplit(url).scheme != "https":
        raise BadAnswerError("its directory names an address without TLS as renewalInfo")
    return url


def growing_wait(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row."""
    return min(_FIRST_WAIT * (1 << min(failures - 1, 12)), AFTER_TROUBLE)
