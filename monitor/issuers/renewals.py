"""Keep the renewal windows that ACME CAs suggest for watched certificates up to date.

Probes never wait for it, and it judges nothing: windows go onto the board and into the store, so that a
window that moved up is still recognized after a restart.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.issuers import texts
from monitor.issuers.ari_client import AFTER_TROUBLE, AriClient, Fetchers, NoWindowError, growing_wait
from monitor.issuers.renewable import Renewable, renewable
from monitor.issuers.renewal_id import renewal_id
from monitor.issuers.suggestion import LATEST_AGAIN, Suggestion
from monitor.messages import english
from monitor.model import Clock, RenewalWindow, Snapshot
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)

A_ROUND = 200
"""Certificates asked about in one round at most."""

NOT_RECORDED = timedelta(minutes=1)
"""How long to wait for the bytes of a certificate that was seen but is not recorded yet."""

Show = Callable[[Mapping[str, RenewalWindow]], None]


class RenewalStore(Protocol):
    """A store of renewal windows that outlives a restart."""

    async def renewals(self, fingerprints: Sequence[str]) -> Mapping[str, RenewalWindow]:
        """Return the recorded windows of some certificates by SHA-256."""
        ...

    async def put_renewals(self, windows: Iterable[RenewalWindow]) -> None:
        """Record some windows."""
        ...

    async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
        """Return the DER bytes of the recorded ones among some certificates, by SHA-256."""
        ...


class Renewals:
    """The renewal window of each certificate and the time of the next request for it."""

    def __init__(
        self, fetchers: Fetchers, directories: Mapping[str, str], store: RenewalStore, clock: Clock
    ) -> None:
        """Prepare to use these fetchers, the directory of each issuer, the store and the clock."""
        # Scanning a hundred thousand targets takes half a second, too long for the event loop.
        self.pool = ThreadPool("renewals", 1)
        self._store = store
        self._clock = clock
        self._known: dict[str, RenewalWindow | None] = {}
        self._shown: Mapping[str, RenewalWindow] = {}
        self._said: dict[str, str] = {}
        self.use(fetchers, directories)

    def use(self, fetchers: Fetchers, directories: Mapping[str, str]) -> None:
        """Switch to another configuration; certificates without a window are due at once."""
        self._asking = AriClient(fetchers, self._clock)
        self._directories = directories
        self._failed: dict[str, int] = {}
        self._due: dict[str, datetime] = {}

    async def resume(self, snapshot: Snapshot, show: Show) -> None:
        """Publish the recorded windows, so that notified findings do not look resolved after a restart."""
        await self._take_up(await self._asked_about(snapshot))
        self._show(show)

    async def round(self, snapshot: Snapshot, show: Show) -> bool:
        """Request the windows that are due, publish and record them, and return whether more are due."""
        asking = await self._asked_about(snapshot)
        if not asking and not self._shown:
            return False
        await self._take_up(asking)
        self._show(show)
        now = self._clock.now()
        due = [sha256 for sha256 in asking if self._is_due(sha256, now)]
        learned = await self._ask([asking[sha256] for sha256 in due[:A_ROUND]])
        self._known.update(learned)
        self._show(show)
        if learned:
            await self._store.put_renewals(learned.values())
        return len(due) > A_ROUND

    async def _asked_about(self, snapshot: Snapshot) -> Mapping[str, Renewable]:
        if not self._directories:
            return {}
        return await self.pool.run(renewable, snapshot, self._directories, self._clock.now())

    async def _take_up(self, asking: Mapping[str, Renewable]) -> None:
        """Load the recorded windows of new certificates, and drop those of certificates no longer watched."""
        for sha256 in [one for one in self._known if one not in asking]:
            del self._known[sha256]
            self._due.pop(sha256, None)
            self._failed.pop(sha256, None)
        if new := [one for one in asking if one not in self._known]:
            recorded = await self._store.renewals(new)
            self._known.update((sha256, recorded.get(sha256)) for sha256 in new)

    def _show(self, show: Show) -> None:
        windows = {sha256: window for sha256, window in self._known.items() if window is not None}
        if windows != self._shown:
            self._shown = windows
            show(windows)

    def _is_due(self, sha256: str, now: datetime) -> bool:
        known = self._known[sha256]
        at = self._due.get(sha256) or (known.ask_after if known else None)
        # A time noted by a clock that was ahead must not suppress requests.
        return at is None or at <= now or at > now + LATEST_AGAIN

    async def _ask(self, asking: Sequence[Renewable]) -> dict[str, RenewalWindow]:
        ders = await self._store.ders([one.certificate.sha256 for one in asking]) if asking else {}
        found = await asyncio.gather(*(self._one(one, ders.get(one.certificate.sha256)) for one in asking))
        return {window.sha256: window for window in found if window is not None}

    async def _one(self, one: Renewable, der: bytes | None) -> RenewalWindow | None:
        sha256 = one.certificate.sha256
        if der is None:
            self._due[sha256] = self._clock.now() + NOT_RECORDED
            return None
        try:
            suggested, wait = await self._window(one, der)
        except NoWindowError as error:
            self._failed[sha256] = self._failed.get(sha256, 0) + 1
            wait = error.wait or growing_wait(self._failed[sha256])
            self._due[sha256] = self._clock.now() + wait
            self._say(one.directory, english(self._clock.now()).write(error.message))
            return None
        except Exception:
            # One unusual certificate must not block the requests for the others.
            log.exception("asking when to renew certificate %s failed with a bug of cert-monitor", sha256)
            self._due[sha256] = self._clock.now() + AFTER_TROUBLE
            return None
        self._failed.pop(sha256, None)
        self._said.pop(one.directory, None)
        now = self._clock.now()
        self._due[sha256] = now + wait
        return _noted(self._known.get(sha256), sha256, suggested, now, now + wait)

    async def _window(self, one: Renewable, der: bytes) -> tuple[Suggestion, timedelta]:
        identifier = renewal_id(der)
        if not identifier:
            raise NoWindowError(texts.NO_KEY_IDENTIFIER, LATEST_AGAIN)
        suggested, wait = await self._asking.window(one.directory, identifier)
        if suggested.start >= one.certificate.not_after:
            raise NoWindowError(texts.WINDOW_AFTER_EXPIRY, AFTER_TROUBLE)
        return suggested, wait

    def _say(self, directory: str, sentence: str) -> None:
        if self._said.get(directory) != sentence:
            log.warning("%s returned no time to renew: %s", directory, sentence)
        self._said[directory] = sentence


def _noted(
    before: RenewalWindow | None, sha256: str, suggested: Suggestion, now: datetime, ask_after: datetime
) -> RenewalWindow:
    fresh = RenewalWindow(
        sha256,
        suggested.start,
        suggested.end,
        now,
        suggested.explanation,
        suggested.start,
        suggested.end,
        ask_after,
    )
    if before is None or before.first_start is None or before.first_end is None:
        return fresh
    return replace(fresh, first_start=before.first_start, first_end=before.first_end)
