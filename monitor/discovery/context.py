"""The services that a discovery needs; importing this must not load an HTTP client."""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitor.model import Anchors, Clock
from monitor.network.client_tls import client_context
from monitor.network.resolve import NameLookup
from monitor.threads import ThreadPool
from monitor.xprotect import Presets

AnchorsOf = Callable[[tuple[str, ...]], Awaitable[Anchors]]


@dataclass(frozen=True, slots=True)
class DiscoveryContext:
    """Services for discoveries.

    ``anchors`` returns the anchors for a resolved ``trust`` list; ``request_timeout`` is in seconds.
    """

    resolver: NameLookup
    anchors: AnchorsOf
    clock: Clock
    presets: Presets
    request_timeout: float = 30.0


class TrustedTls:
    """The TLS context of a discovery, made again only when its trusted CAs have changed."""

    def __init__(self, context: DiscoveryContext, trust: tuple[str, ...], pool: ThreadPool) -> None:
        """Take the resolved ``trust`` list, and the threads on which a context is made."""
        self._context = context
        self._trust = trust
        self._pool = pool
        self._last: tuple[str, ssl.SSLContext] | None = None

    async def current(self) -> ssl.SSLContext:
        """Return the context for the CAs as they are now."""
        anchors = await self._context.anchors(self._trust)
        if self._last is None or self._last[0] != anchors.key:
            self._last = (anchors.key, await self._pool.run(client_context, anchors))
        return self._last[1]
