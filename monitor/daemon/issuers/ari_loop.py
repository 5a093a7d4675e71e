"""Ask ACME CAs when to renew the certificates on the board (RFC 9773); no probe ever waits for it."""

import ssl

from monitor.config import Config
from monitor.http.fetch import Fetcher
from monitor.http.policy import EVERYWHERE
from monitor.issuers.ari_client import Fetchers
from monitor.issuers.renewals import Renewals
from monitor.model import Anchors, Clock
from monitor.network.client_tls import client_context
from monitor.network.resolve import Resolver
from monitor.pipeline import Board, TrustStoreCache
from monitor.store import Store
from monitor.threads import ThreadPool

_RESOLVER_THREADS = 2


class AriLoop:
    """Keep the renewal windows on the board up to date, by the configuration in force."""

    def __init__(
        self, config: Config, store: Store, board: Board, trust_stores: TrustStoreCache, clock: Clock
    ) -> None:
        """Take the services; nothing is asked before the first round."""
        self._board = board
        self._trust_stores = trust_stores
        self._resolver = Resolver(_RESOLVER_THREADS)
        self._settings = config.issuers
        self._verified_by: str | None = None
        without_trust = self._fetchers(client_context(Anchors()))
        self._renewals = Renewals(without_trust, config.issuers.acme, store, clock)

    @property
    def pools(self) -> tuple[ThreadPool, ...]:
        """Return the threads on which names are resolved and targets are searched."""
        return self._resolver.pool, self._renewals.pool

    def use(self, config: Config) -> None:
        """Follow another configuration from the next round on."""
        if config.issuers != self._settings:
            self._verified_by = None
        self._settings = config.issuers

    async def resume(self) -> None:
        """Put the recorded windows on the board without asking anybody."""
        await self._renewals.resume(self._board.snapshot, self._board.set_renewals)

    async def round(self) -> bool:
        """Ask about what is due and return whether there is more."""
        await self._follow()
        return await self._renewals.round(self._board.snapshot, self._board.set_renewals)

    async def _follow(self) -> None:
        """Use the current anchors and the CAs of the current configuration."""
        directories = self._settings.acme
        anchors = await self._trust_stores.anchors(self._settings.trust) if directories else Anchors()
        if anchors.key != self._verified_by:
            self._verified_by = anchors.key
            context = await self._renewals.pool.run(client_context, anchors)
            self._renewals.use(self._fetchers(context), directories)

    def _fetchers(self, context: ssl.SSLContext) -> Fetchers:
        configured = Fetcher(self._resolver, EVERYWHERE, context)
        return Fetchers(configured, Fetcher(self._resolver, self._settings.url_policy, context))
