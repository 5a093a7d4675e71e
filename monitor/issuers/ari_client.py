"""Ask an ACME CA when to renew a certificate (RFC 9773); caches URLs, not answers.

The server named in the configuration may be on a private network; servers that it refers to may not.
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
from monitor.model import Clock, Message, text
from monitor.model.texts import located

AFTER_TROUBLE = timedelta(hours=6)
"""How long to wait after an error that will not go away by itself (RFC 9773 section 4.3.3)."""

_DIRECTORY_KEPT = timedelta(days=1)
_FIRST_WAIT = timedelta(minutes=1)
_MOST = 64 * 1024
_TOO_MANY = 429


class NoWindowError(Exception):
    """No renewal window is available; ``message`` says why.

    ``wait`` is the time until the next request, ``None`` for exponential backoff.
    """

    def __init__(self, message: Message, wait: timedelta | None) -> None:
        """Store the message and the time."""
        super().__init__(message.code)
        self.message = message
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Fetchers:
    """The fetcher for the configured server, and the one for any other server."""

    configured: Fetcher
    others: Fetcher

    def of(self, url: str, directory: str) -> Fetcher:
        """Return the fetcher for a URL found in a directory."""
        return self.configured if same_origin(url, directory) else self.others


@dataclass(slots=True)
class _Known:
    """The cached state of one directory: its renewalInfo URL, or why that is unknown."""

    url: str = ""
    failure: Message | None = None
    failures: int = 0
    wait: timedelta = timedelta(0)
    until: datetime | None = None


class AriClient:
    """A client for renewal information; it reads each directory once a day."""

    def __init__(self, fetchers: Fetchers, clock: Clock) -> None:
        """Prepare to use these fetchers and this clock."""
        self._fetchers = fetchers
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._reading: dict[str, asyncio.Lock] = {}

    async def window(self, directory: str, identifier: str) -> tuple[Suggestion, timedelta]:
        """Return the suggested window and the time until the next request; raise ``NoWindowError``."""
        where = await self._renewal_info(directory)
        try:
            body, headers = await self._get(f"{where}/{identifier}", directory)
            found = suggestion_in(body)
        except FetchError as error:
            raise NoWindowError(error.message, self._wait(error)) from None
        except BadAnswerError as error:
            raise NoWindowError(_odd(where, error), AFTER_TROUBLE) from None
        return found, retry_after(headers, self._clock.now()) or AFTER_TROUBLE

    async def _renewal_info(self, directory: str) -> str:
        async with self._reading.setdefault(directory, asyncio.Lock()):
            known = self._known.setdefault(directory, _Known())
            now = self._clock.now()
            if known.until is None or not now < known.until <= now + _DIRECTORY_KEPT:
                await self._read(directory, known)
        if known.failure is not None:
            raise NoWindowError(known.failure, known.wait)
        return known.url

    async def _read(self, directory: str, known: _Known) -> None:
        try:
            body, _ = await self._get(directory, directory)
            known.url, known.failure = _renewal_info_of(directory, body), None
            known.failures, known.wait = 0, _DIRECTORY_KEPT
        except FetchError as error:
            known.failures += 1
            known.wait = self._wait(error) or growing_wait(known.failures)
            # Yesterday's URL is most likely still valid.
            known.failure = None if known.url else error.message
        except BadAnswerError as error:
            known.failure, known.wait = _odd(directory, error), AFTER_TROUBLE
        known.until = self._clock.now() + known.wait

    async def _get(self, url: str, directory: str) -> tuple[bytes, Mapping[str, str]]:
        # Redirects are not followed: one could lead from the configured address to anywhere.
        headers = {"Accept": "application/json"}
        request = FetchRequest(url, headers=headers, max_bytes=_MOST, accept=(200,))
        answer = await self._fetchers.of(url, directory).fetch(request)
        return answer.body, answer.headers

    def _wait(self, error: FetchError) -> timedelta | None:
        """Return the time until the next request after an error, ``None`` for a transient one."""
        asked = retry_after(error.headers, self._clock.now())
        passing = not error.status or error.status >= 500 or error.status == _TOO_MANY
        return asked if passing else max(asked or AFTER_TROUBLE, AFTER_TROUBLE)


def _odd(url: str, error: BadAnswerError) -> Message:
    return located(location=urlsplit(url).hostname or url, problem=text(str(error)))


def _renewal_info_of(directory: str, body: bytes) -> str:
    url = renewal_info_in(body)
    if urlsplit(directory).scheme == "https" and urlsplit(url).scheme != "https":
        raise BadAnswerError("its directory names an address without TLS as renewalInfo")
    return url


def growing_wait(failures: int) -> timedelta:
    """Return the exponential backoff after a number of failures in a row."""
    return min(_FIRST_WAIT * (1 << min(failures - 1, 12)), AFTER_TROUBLE)
