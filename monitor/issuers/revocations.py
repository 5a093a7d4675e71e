"""Keep the revocation status of watched certificates up to date, with a bounded number of checks at once.

Probes never wait for it, and it judges no target: results go onto the board.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from monitor.http.fetch import Fetcher
from monitor.issuers.backoff import merge_attempts, wait
from monitor.issuers.revocation_checker import RevocationAnswer, RevocationChecker, RevocationRequest
from monitor.issuers.revocation_checks import RevocationCheck, revocation_checks
from monitor.issuers.texts import BUG
from monitor.issuers.verdict import unknown
from monitor.model import Anchors, Clock, Revocation, Snapshot
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Certificates checked at once."""

A_ROUND = 500
"""Certificates checked in one round at most; those that waited longest come first."""

NOT_RECORDED = 20.0
"""Seconds until a certificate is checked whose bytes, or whose issuer's, were not at hand."""

SHOWN_EVERY = 1.0
"""Seconds after which what was learned is shown while a long round goes on."""

Ders = Callable[[Sequence[str]], Awaitable[Mapping[str, bytes]]]
AnchorsFor = Callable[[tuple[str, ...]], Awaitable[Anchors]]
Show = Callable[[Mapping[str, Revocation]], None]


class Revocations:
    """The revocation status of each certificate and the time of its next check."""

    def __init__(self, fetcher: Fetcher, ders: Ders, anchors: AnchorsFor, clock: Clock) -> None:
        """Prepare to use this fetcher, functions that return certificate bytes and anchors, and the clock."""
        self.pool = ThreadPool("issuers", 1)
        self._checker = RevocationChecker(fetcher, self.pool, clock)
        self._ders = ders
        self._anchors = anchors
        self._clock = clock
        self._known: dict[str, Revocation] = {}
        self._due: dict[str, float] = {}
        self._shown_at = clock.monotonic()
        self._dirty = False

    def use(self, fetcher: Fetcher) -> None:
        """Switch to another fetcher; certificates of unknown status are due at once."""
        self._checker = RevocationChecker(fetcher, self.pool, self._clock)
        for sha256 in [one for one, known in self._known.items() if known.attempts]:
            self._due.pop(sha256, None)

    async def round(self, snapshot: Snapshot, show: Show) -> bool:
        """Check the certificates that are due, publish the results, and return whether more are due."""
        if not self._known and not any(state.target.policy.revocation for state in snapshot):
            return False
        checks = await self.pool.run(revocation_checks, snapshot, self._clock.now())
        self._forget(checks)
        now = self._clock.monotonic()
        due = sorted((s for s in checks if self._due.get(s, now) <= now), key=lambda s: self._due.get(s, 0.0))
        if due:
            await self._ask({sha256: checks[sha256] for sha256 in due[:A_ROUND]}, show)
        self._show(show)
        return len(due) > A_ROUND

    def _forget(self, checks: Mapping[str, RevocationCheck]) -> None:
        """Forget the certificates that no longer need a check."""
        for sha256 in [one for one in self._known if one not in checks]:
            del self._known[sha256]
            self._due.pop(sha256, None)
            self._dirty = True
        for sha256 in [one for one in self._due if one not in checks]:
            del self._due[sha256]

    async def _ask(self, checks: Mapping[str, RevocationCheck], show: Show) -> None:
        bytes_of = await self._bytes(checks)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(sha256: str, due: RevocationCheck) -> None:
            der, issuer = bytes_of.get(sha256), bytes_of.get(due.issuer.sha256)
            if der is None or issuer is None:
                # Not recorded yet, maybe never: it must neither delay others nor be due again at once.
                self._due[sha256] = self._clock.monotonic() + NOT_RECORDED
                return
            async with gate:
                request = RevocationRequest(der, issuer, due.sources, tuple(due.staples))
                answer = await self._checked(request, sha256)
            self._note(sha256, answer)
            if self._clock.monotonic() - self._shown_at >= SHOWN_EVERY:
                self._show(show)

        await asyncio.gather(*(one(sha256, entry) for sha256, entry in checks.items()))

    async def _checked(self, request: RevocationRequest, sha256: str) -> RevocationAnswer:
        try:
            return await self._checker.check(request)
        except Exception:
            # One unusual certificate must not block the checks of the others.
            log.exception("checking certificate %s for revocation failed with a bug of cert-monitor", sha256)
            return RevocationAnswer("", unknown(BUG))

    def _note(self, sha256: str, answer: RevocationAnswer) -> None:
        now = self._clock.now()
        known = merge_attempts(self._known.get(sha256), sha256, answer.source, answer.verdict, now)
        self._known[sha256] = known
        self._due[sha256] = self._clock.monotonic() + wait(known, now) / timedelta(seconds=1)
        self._dirty = True

    def _show(self, show: Show) -> None:
        if self._dirty:
            show(dict(self._known))
        self._dirty = False
        self._shown_at = self._clock.monotonic()

    async def _bytes(self, checks: Mapping[str, RevocationCheck]) -> dict[str, bytes]:
        """Return the DER bytes of certificates and issuers from the store, else from the anchors."""
        needed = set(checks) | {entry.issuer.sha256 for entry in checks.values()}
        found = dict(await self._ders(sorted(needed)))
        for trust in {e.trust for e in checks.values() if e.issuer.sha256 not in found}:
            anchors = await self._anchors(trust)
            found.update((one.certificate.sha256, one.der) for one in anchors.members)
        return found
