"""Ask every configured discovery once, for a command that keeps nothing."""

import asyncio

from monitor.clock import SystemClock
from monitor.config import Config, trust_of
from monitor.discovery import DiscoveryContext, DiscoveryResult, make_discovery
from monitor.network.resolve import Resolver
from monitor.pipeline import TrustStoreCache
from monitor.sources import TrustStoreLoader


async def run_discoveries(config: Config) -> dict[str, DiscoveryResult]:
    """Return what each discovery answers, by id; one that needs to ask nobody has no answer."""
    clock = SystemClock()
    trust_stores = TrustStoreCache(TrustStoreLoader().anchors, clock)
    context = DiscoveryContext(Resolver(), trust_stores.anchors, clock, config.presets)
    asking = {
        settings.id: discovery
        for settings in config.discoveries
        if (discovery := make_discovery(settings, trust_of(config, settings), context)) is not None
    }
    try:
        answers = await asyncio.gather(*(discovery.discover() for discovery in asking.values()))
    finally:
        for discovery in asking.values():
            await discovery.close()
    return dict(zip(asking, answers, strict=True))
