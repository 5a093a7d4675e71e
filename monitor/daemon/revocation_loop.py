"""Ask issuers about the certificates on the board, on a timer of its own; no look ever waits for it."""

from monitor.config import Config
from monitor.cycle import Board, TrustStoreCache
from monitor.http.fetch import Fetcher
from monitor.issuers.revocations import Revocations
from monitor.model import Clock
from monitor.network.resolve import Resolver
from monitor.store import Store
from monitor.threads import ThreadPool

ASK_EVERY = 30.0
"""Seconds between two rounds; most find nothing that is due."""

ASK_PATIENCE = 3600.0
"""Seconds that a round may take: hundreds of certificates whose issuers do not answer."""

_NAMES = 8
"""Threads that look names up for issuers: names that hang must not hold up those of the schedule."""


class RevocationLoop:
    """Keep the board's word of issuers up to date, by the configuration in force."""

    def __init__(
        self, config: Config, store: Store, board: Board, trusted: TrustStoreCache, clock: Clock
    ) -> None:
        """Take the services; nothing is asked before the first round."""
        self._board = board
        self._resolver = Resolver(_NAMES)
        self._settings = config.issuers
        self._revocations = Revocations(self._fetcher(), store.ders, trusted.anchors, clock)

    @property
    def pools(self) -> tuple[ThreadPool, ...]:
        """Return the threads on which names are looked up and answers are read."""
        return self._resolver.pool, self._revocations.pool

    def use(self, config: Config) -> None:
        """Ask by another configuration from now on; what could not be told is asked anew."""
        if config.issuers != self._settings:
            self._settings = config.issuers
            self._revocations.use(self._fetcher())

    async def round(self) -> bool:
        """Ask about what is due and return whether there is more."""
        return await self._revocations.round(self._board.snapshot, self._board.revocations)

    def _fetcher(self) -> Fetcher:
        return Fetcher(self._resolver, self._settings.url_policy, None)
