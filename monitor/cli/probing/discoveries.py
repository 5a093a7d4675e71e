"""Run every configured discovery once, for commands that store nothing."""

import asyncio

from monitor.clock import SystemClock
from monitor.config import Config, trust_of
from monitor.discovery import DiscoveryContext, DiscoveryResult, make_discovery
from monitor.network.resolve import Resolver
from monitor.pipeline import TrustStoreCache
from monitor.sources.anchors import TrustStoreLoader


async def run_discoveries(config: Config) -> dict[str, DiscoveryResult]:
    """Return the result of each discovery by id, without those that make no requests."""
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
