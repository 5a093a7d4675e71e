"""Ask ACME CAs when to renew the certificates on the board, on a timer of its own; no look waits for it."""

import ssl

from monitor.config import Config
from monitor.cycle import Board, TrustStoreCache
from monitor.http.fetch import Fetcher
from monitor.http.policy import EVERYWHERE
from monitor.issuers.renewal import Fetchers
from monitor.issuers.renewals import Renewals
from monitor.model import Anchors, Clock
from monitor.network.client_tls import client_context
from monitor.network.resolve import Resolver
from monitor.store import Store
from monitor.threads import ThreadPool

RENEW_EVERY = 30.0
"""Seconds between two rounds; most find nothing that is due."""

RENEW_PATIENCE = 3600.0
"""Seconds that a round may take: hundreds of certificates whose CA does not answer."""

_NAMES = 2


class AriLoop:
    """Keep the board's word of ACME CAs up to date, by the configuration in force."""

    def __init__(
        self, config: Config, store: Store, board: Board, trusted: TrustStoreCache, clock: Clock
    ) -> None:
        """Take the services; nothing is asked before the first round."""
        self._board = board
        self._trusted = trusted
        self._resolver = Resolver(_NAMES)
        self._settings = config.issuers
        self._verified_by: str | None = None
        nobody = self._fetchers(client_context(Anchors()))
        self._renewals = Renewals(nobody, config.issuers.acme, store, clock)

    @property
    def pools(self) -> tuple[ThreadPool, ...]:
        """Return the threads on which names are looked up and targets are looked through."""
        return self._resolver.pool, self._renewals.pool

    def use(self, config: Config) -> None:
        """Ask by another configuration from now on."""
        if config.issuers != self._settings:
            self._verified_by = None
        self._settings = config.issuers

    async def resume(self) -> None:
        """Show what was recorded, asking nobody."""
        await self._renewals.resume(self._board.snapshot, self._board.renewals)

    async def round(self) -> bool:
        """Ask about what is due and return whether there is more."""
        await self._trust()
        return await self._renewals.round(self._board.snapshot, self._board.renewals)

    async def _trust(self) -> None:
        """Verify CAs by the anchors as they are now, and ask those that the configuration names by now."""
        directories = self._settings.acme
        anchors = await self._trusted.anchors(self._settings.trust) if directories else Anchors()
        if anchors.key != self._verified_by:
            self._verified_by = anchors.key
            context = await self._renewals.pool.run(client_context, anchors)
            self._renewals.use(self._fetchers(context), directories)

    def _fetchers(self, context: ssl.SSLContext) -> Fetchers:
        configured = Fetcher(self._resolver, EVERYWHERE, context)
        return Fetchers(configured, Fetcher(self._resolver, self._settings.url_policy, context))
