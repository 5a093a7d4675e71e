"""The kinds of configured things that yield targets; looks at no certificate and knows no source.

A new kind is one file, its entry in the union below, and its line in ``made``.
"""

from typing import Annotated

from pydantic import Field

from monitor.discovery.dns import Addresses, DnsDiscovery, DnsSettings
from monitor.discovery.found import Discovered, Discovery
from monitor.discovery.xprotect import (
    SiteMemory,
    Surroundings,
    XProtectHostSettings,
    XProtectSiteSettings,
)

DiscoveryKind = Annotated[
    DnsSettings | XProtectHostSettings | XProtectSiteSettings, Field(discriminator="kind")
]
DISCOVERIES = (DnsSettings, XProtectHostSettings, XProtectSiteSettings)
"""Every settings class whose entries yield targets instead of being one."""


def asks(settings: DnsSettings | XProtectHostSettings | XProtectSiteSettings) -> bool:
    """Return whether a configured entry has to ask somebody for its list."""
    return not isinstance(settings, XProtectHostSettings)


def made(
    settings: DnsSettings | XProtectHostSettings | XProtectSiteSettings,
    trust: tuple[str, ...],
    surroundings: Surroundings,
    memory: SiteMemory | None = None,
) -> Discovery | None:
    """Return the discovery for a configured entry, ``None`` for one that needs to ask nobody.

    ``trust`` is the resolved list of anchors for the entry; ``memory`` outlives a reload.
    """
    if isinstance(settings, XProtectHostSettings):
        return None
    if isinstance(settings, XProtectSiteSettings):
        from monitor.discovery.xprotect.site import XProtectSite  # noqa: PLC0415 - loads an HTTP client

        return XProtectSite(settings, trust, surroundings, memory)
    return settings.discovery(surroundings.resolver)


__all__ = [
    "DISCOVERIES",
    "Addresses",
    "Discovered",
    "Discovery",
    "DiscoveryKind",
    "DnsDiscovery",
    "DnsSettings",
    "SiteMemory",
    "Surroundings",
    "XProtectHostSettings",
    "XProtectSiteSettings",
    "asks",
    "made",
]
