"""The kinds of configured things that yield targets; looks at no certificate and knows no source.

A new kind is one file, its entry in the union below, and its line in ``made``.
"""

from typing import Annotated

from pydantic import Field

from monitor.discovery.cidr import CidrSettings
from monitor.discovery.dns import Addresses, DnsDiscovery, DnsSettings
from monitor.discovery.file_sd import FileSdSettings
from monitor.discovery.found import Discovered, Discovery
from monitor.discovery.groups import with_policy
from monitor.discovery.http_sd import HttpSdSettings
from monitor.discovery.mx import MxSettings
from monitor.discovery.srv import SrvSettings
from monitor.discovery.windows_report import WindowsReportSettings
from monitor.discovery.xprotect import (
    SiteMemory,
    Surroundings,
    XProtectHostSettings,
    XProtectSiteSettings,
)

_Settings = (
    CidrSettings
    | DnsSettings
    | FileSdSettings
    | HttpSdSettings
    | MxSettings
    | SrvSettings
    | WindowsReportSettings
    | XProtectHostSettings
    | XProtectSiteSettings
)
DiscoveryKind = Annotated[_Settings, Field(discriminator="kind")]
DISCOVERIES = (
    CidrSettings,
    DnsSettings,
    FileSdSettings,
    HttpSdSettings,
    MxSettings,
    SrvSettings,
    WindowsReportSettings,
    XProtectHostSettings,
    XProtectSiteSettings,
)
"""Every settings class whose entries yield targets instead of being one."""


def asks(settings: _Settings) -> bool:
    """Return whether a configured entry has to ask somebody for its list."""
    return not isinstance(settings, XProtectHostSettings)


def made(
    settings: _Settings,
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
    if isinstance(settings, HttpSdSettings):
        return settings.discovery(trust, surroundings)
    if isinstance(settings, DnsSettings):
        return settings.discovery(surroundings.resolver)
    return settings.discovery()


__all__ = [
    "DISCOVERIES",
    "Addresses",
    "CidrSettings",
    "Discovered",
    "Discovery",
    "DiscoveryKind",
    "DnsDiscovery",
    "DnsSettings",
    "FileSdSettings",
    "HttpSdSettings",
    "MxSettings",
    "SiteMemory",
    "SrvSettings",
    "Surroundings",
    "WindowsReportSettings",
    "XProtectHostSettings",
    "XProtectSiteSettings",
    "asks",
    "made",
    "with_policy",
]
