"""Ask issuers whether the certificates on the board are revoked; no probe ever waits for it."""

from monitor.config import Config
from monitor.http.fetch import Fetcher
from monitor.issuers.revocations import Revocations
from monitor.model import Clock
from monitor.network.client_tls import unverified_context
from monitor.network.resolve import Resolver
from monitor.pipeline import Board, TrustStoreCache
from monitor.store import Store
from monitor.threads import ThreadPool

_RESOLVER_THREADS = 8
"""A resolver of its own: slow names of issuers must not delay those of the schedule."""


class RevocationLoop:
    """Keep the revocation statuses on the board up to date, by the configuration in force."""

    def __init__(
        self, config: Config, store: Store, board: Board, trust_stores: TrustStoreCache, clock: Clock
    ) -> None:
        """Take the services; nothing is asked before the first round."""
        self._board = board
        self._resolver = Resolver(_RESOLVER_THREADS)
        self._settings = config.issuers
        self._revocations = Revocations(self._fetcher(), store.ders, trust_stores.anchors, clock)

    @property
    def pools(self) -> tuple[ThreadPool, ...]:
        """Return the threads on which names are resolved and answers are read."""
        return self._resolver.pool, self._revocations.pool

    def use(self, config: Config) -> None:
        """Follow another configuration from now on; what was left unknown is asked again."""
        if config.issuers != self._settings:
            self._settings = config.issuers
            self._revocations.use(self._fetcher())

    async def round(self) -> bool:
        """Ask about what is due and return whether there is more."""
        return await self._revocations.round(self._board.snapshot, self._board.set_revocations)

    def _fetcher(self) -> Fetcher:
        return Fetcher(self._resolver, self._settings.url_policy, unverified_context())
