"""The kinds of discovery, each a configured source of targets; probes nothing and knows no target source.

A new kind is one file, its entry in the union below, and its line in ``make_discovery``.
"""

from typing import Annotated

from pydantic import Field

from monitor.discovery.base import Discovery, DiscoveryMemory, DiscoveryResult
from monitor.discovery.cidr import CidrSettings
from monitor.discovery.context import DiscoveryContext
from monitor.discovery.dns import DnsDiscovery, DnsSettings
from monitor.discovery.file_sd import FileSdSettings
from monitor.discovery.groups import LONGEST_LIST, MOST_TARGETS, with_policy
from monitor.discovery.http_sd import HttpSdSettings
from monitor.discovery.mx import MxSettings
from monitor.discovery.settings import DiscoverySettings
from monitor.discovery.srv import SrvSettings
from monitor.discovery.windows_report import WindowsReportSettings
from monitor.discovery.xprotect import XProtectHostSettings, XProtectSiteSettings
from monitor.discovery.xprotect.resources import NEEDED_RIGHTS

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


def make_discovery(
    settings: _Settings,
    trust: tuple[str, ...],
    context: DiscoveryContext,
    memory: DiscoveryMemory | None = None,
) -> Discovery | None:
    """Return the discovery for a configured entry, ``None`` for one that makes no requests.

    ``trust`` is the resolved list of anchors for the entry; ``memory`` is the result of ``settings.memory``
    and outlives a reload.
    """
    if isinstance(settings, XProtectHostSettings):
        return None
    if isinstance(settings, XProtectSiteSettings):
        from monitor.discovery.xprotect.site import XProtectSite  # noqa: PLC0415 - loads an HTTP client

        return XProtectSite(settings, trust, context, memory)
    if isinstance(settings, HttpSdSettings):
        from monitor.discovery.http_sd.discovery import HttpSd  # noqa: PLC0415 - loads an HTTP client

        return HttpSd(settings, trust, context)
    if isinstance(settings, DnsSettings):
        return settings.discovery(context.resolver)
    return settings.discovery()


__all__ = [
    "DISCOVERIES",
    "LONGEST_LIST",
    "MOST_TARGETS",
    "NEEDED_RIGHTS",
    "CidrSettings",
    "Discovery",
    "DiscoveryContext",
    "DiscoveryKind",
    "DiscoveryMemory",
    "DiscoveryResult",
    "DiscoverySettings",
    "DnsDiscovery",
    "DnsSettings",
    "FileSdSettings",
    "HttpSdSettings",
    "MxSettings",
    "SrvSettings",
    "WindowsReportSettings",
    "XProtectHostSettings",
    "XProtectSiteSettings",
    "make_discovery",
    "with_policy",
]
