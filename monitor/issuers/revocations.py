"""Find out whether watched certificates were revoked: who is due, how many at once, and what is known.

Looks never wait for it, and it judges no target: what it learns goes onto the board.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from monitor.http.fetch import Fetcher
from monitor.issuers.inquiry import Case, Inquirer, Told
from monitor.issuers.pace import noted, wait
from monitor.issuers.verdict import unknown
from monitor.issuers.wanted import Wanted, wanted
from monitor.model import Anchors, Clock, Revocation, Snapshot
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Certificates asked about at once."""

A_ROUND = 500
"""Certificates asked about in one round at most; those that waited longest come first."""

NOT_RECORDED = 20.0
"""Seconds until a certificate is asked about whose bytes, or whose issuer's, were not at hand."""

SHOWN_EVERY = 1.0
"""Seconds after which what was learned is shown while a long round goes on."""

Ders = Callable[[Sequence[str]], Awaitable[Mapping[str, bytes]]]
AnchorsFor = Callable[[tuple[str, ...]], Awaitable[Anchors]]
Show = Callable[[Mapping[str, Revocation]], None]


class Revocations:
    """Hold what is known of each certificate and when it is asked about again."""

    def __init__(self, fetcher: Fetcher, ders: Ders, anchors: AnchorsFor, clock: Clock) -> None:
        """Take what asks, what gives the bytes of certificates and anchors, and the clock."""
        self.pool = ThreadPool("issuers", 1)
        self._inquirer = Inquirer(fetcher, self.pool, clock)
        self._ders = ders
        self._anchors = anchors
        self._clock = clock
        self._known: dict[str, Revocation] = {}
        self._due: dict[str, float] = {}
        self._shown_at = clock.monotonic()
        self._dirty = False

    def use(self, fetcher: Fetcher) -> None:
        """Ask by another fetcher from now on; what could not be told is due at once."""
        self._inquirer = Inquirer(fetcher, self.pool, self._clock)
        for sha256 in [one for one, known in self._known.items() if known.attempts]:
            self._due.pop(sha256, None)

    async def round(self, snapshot: Snapshot, show: Show) -> bool:
        """Ask about those that are due, show what is learned, and return whether more are due."""
        if not self._known and not any(state.target.policy.revocation for state in snapshot):
            return False
        asking = await self.pool.run(wanted, snapshot, self._clock.now())
        self._forget(asking)
        now = self._clock.monotonic()
        due = sorted((s for s in asking if self._due.get(s, now) <= now), key=lambda s: self._due.get(s, 0.0))
        if due:
            await self._ask({sha256: asking[sha256] for sha256 in due[:A_ROUND]}, show)
        self._show(show)
        return len(due) > A_ROUND

    def _forget(self, asking: Mapping[str, Wanted]) -> None:
        """Forget what nobody wants to know any more."""
        for sha256 in [one for one in self._known if one not in asking]:
            del self._known[sha256]
            self._due.pop(sha256, None)
            self._dirty = True
        for sha256 in [one for one in self._due if one not in asking]:
            del self._due[sha256]

    async def _ask(self, asking: Mapping[str, Wanted], show: Show) -> None:
        bytes_of = await self._bytes(asking)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(sha256: str, entry: Wanted) -> None:
            der, issuer = bytes_of.get(sha256), bytes_of.get(entry.issuer.sha256)
            if der is None or issuer is None:
                # Not recorded yet, maybe never: it must neither keep others waiting nor be asked for at once.
                self._due[sha256] = self._clock.monotonic() + NOT_RECORDED
                return
            async with gate:
                told = await self._told(Case(der, issuer, entry.sources, tuple(entry.staples)), sha256)
            self._note(sha256, told)
            if self._clock.monotonic() - self._shown_at >= SHOWN_EVERY:
                self._show(show)

        await asyncio.gather(*(one(sha256, entry) for sha256, entry in asking.items()))

    async def _told(self, case: Case, sha256: str) -> Told:
        try:
            return await self._inquirer.ask(case)
        except Exception:
            # One odd certificate must not keep the others from being asked about.
            log.exception("asking about certificate %s ended in a bug of cert-monitor", sha256)
            return Told("", unknown("a bug of cert-monitor; see its log"))

    def _note(self, sha256: str, told: Told) -> None:
        now = self._clock.now()
        known = noted(self._known.get(sha256), sha256, told.source, told.verdict, now)
        self._known[sha256] = known
        self._due[sha256] = self._clock.monotonic() + wait(known, now) / timedelta(seconds=1)
        self._dirty = True

    def _show(self, show: Show) -> None:
        if self._dirty:
            show(dict(self._known))
        self._dirty = False
        self._shown_at = self._clock.monotonic()

    async def _bytes(self, asking: Mapping[str, Wanted]) -> dict[str, bytes]:
        """Return the DER bytes of certificates and issuers: from the record, else from the anchors."""
        needed = set(asking) | {entry.issuer.sha256 for entry in asking.values()}
        found = dict(await self._ders(sorted(needed)))
        for trust in {e.trust for e in asking.values() if e.issuer.sha256 not in found}:
            anchors = await self._anchors(trust)
            found.update((one.certificate.sha256, one.der) for one in anchors.members)
        return found
