"""The centers of an agent over HTTPS: the one that answers is used until it does not, then all are asked."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.http.request import FetchError, FetchRequest, FetchResponse
from monitor.http.session import Connections, HttpSession
from monitor.model import FailureReason
from monitor.model.message import raw_english
from monitor.network.resolve import NameLookup
from monitor.wire import LARGEST, LARGEST_ORDERS, Receipt, read_receipt
from monitor.wire.protocol import ANSWERS, CA, ORDERS

PATIENCE = 3.0
"""Seconds without an answer after which other centers are asked as well; an answer takes milliseconds.

A machine that lost its power or is frozen refuses nothing.
"""
_CONNECT_WITHIN, _ANSWER_WITHIN = 10.0, 120.0
_REFUSED = (400, 413)


class CenterError(Exception):
    """No center took or gave anything; the text says why."""


class RefusedError(CenterError):
    """A center refuses what was sent, and would refuse it again."""


class Centers:
    """Requests to the center in use, which is the one that answered last."""

    def __init__(self, urls: Sequence[str], token: str, names: NameLookup, tls: ssl.SSLContext) -> None:
        """Take the addresses, the token of the agent, and the TLS context."""
        self._urls = urls
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session = HttpSession(names, tls, Connections(limit=1 + len(urls), compressed=True))
        self.url = urls[0]

    async def orders(self, revision: str) -> bytes | None:
        """Return the document of orders, ``None`` where it still has this revision; raise ``CenterError``."""
        request = FetchRequest(
            self.url + ORDERS,
            headers={**self._headers, "If-None-Match": f'"{revision}"'},
            max_bytes=LARGEST_ORDERS,
            timeout=_ANSWER_WITHIN,
            connect_timeout=_CONNECT_WITHIN,
            accept=(200, 304),
        )
        response = await self._send(request)
        return None if response.not_modified else response.body

    async def answers(self, body: bytes) -> Receipt:
        """Send a document of answers; raise ``CenterError``, and ``WireError`` for no receipt."""
        headers: Mapping[str, str] = {**self._headers, "Content-Type": "application/json"}
        request = FetchRequest(
            self.url + ANSWERS,
            method="POST",
            body=body,
            headers=headers,
            max_bytes=LARGEST,
            timeout=_ANSWER_WITHIN,
            connect_timeout=_CONNECT_WITHIN,
            accept=(200,),
        )
        return read_receipt((await self._send(request)).body)

    async def find(self, within: float) -> bool:
        """Ask all centers at once and use the first one that answers; return whether one did."""
        return len(self._urls) == 1 or await self._first_of(self._urls, within)

    async def find_other(self) -> bool:
        """Ask all centers but the one in use, and use the first one that answers; return whether one did."""
        return await self._first_of([url for url in self._urls if url != self.url], PATIENCE)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def _first_of(self, urls: Sequence[str], within: float) -> bool:
        asking = [asyncio.create_task(self._listening(url, within)) for url in urls]
        try:
            for answered in asyncio.as_completed(asking):
                if url := await answered:
                    self.url = url
                    return True
            return False
        finally:
            await _end(asking)

    async def _listening(self, url: str, within: float) -> str:
        """Return the address where a center answers agents, as a standby does not; empty where none does."""
        try:
            await self._session.send(FetchRequest(url + CA, timeout=within, accept=(200,)))
        except FetchError:
            return ""
        return url

    async def _send(self, request: FetchRequest) -> FetchResponse:
        """Send a request to the center in use; give it up once another center answers and this one not."""
        sending = asyncio.create_task(self._session.send(request))
        patience = PATIENCE if len(self._urls) > 1 else None
        try:
            while not (await asyncio.wait({sending}, timeout=patience))[0]:
                if await self.find_other():
                    raise CenterError(f"it does not answer within {PATIENCE:.0f} s, and another center does")
            return sending.result()
        except FetchError as error:
            failed = _failure(error)
        finally:
            await _end([sending])
        raise failed


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _failure(error: FetchError) -> CenterError:
    said = raw_english(error.message)
    if error.status in _REFUSED:
        return RefusedError(said)
    if error.status == 401:
        return CenterError(f"{said}: the token is not known there; enroll this agent again")
    return CenterError(said if error.reason is not FailureReason.INTERNAL else "an error of cert-monitor")
