"""Everything that can be probed: one file or package for each kind, listed in ``kinds``, and the anchors."""

from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.endpoint import EndpointSettings, EndpointSource
from monitor.sources.files import FilesSettings, FilesSource
from monitor.sources.kinds import (
    DISCOVERED_KINDS,
    DiscoveredKind,
    SourceSettings,
    TargetKind,
    default_policy,
    sources,
    targets_of,
)
from monitor.sources.kubernetes import KubernetesSettings, KubernetesSource
from monitor.sources.windows_remote.settings import WindowsRemoteSettings
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.sources.windows_report import WindowsReportFile, WindowsReportSource
from monitor.sources.windows_store import WindowsStoreSettings, WindowsStoreSource

__all__ = [
    "DISCOVERED_KINDS",
    "DiscoveredKind",
    "EndpointSettings",
    "EndpointSource",
    "FilesSettings",
    "FilesSource",
    "KubernetesSettings",
    "KubernetesSource",
    "SourceSettings",
    "TargetKind",
    "TrustStoreLoader",
    "WindowsRemoteSettings",
    "WindowsRemoteSource",
    "WindowsReportFile",
    "WindowsReportSource",
    "WindowsStoreSettings",
    "WindowsStoreSource",
    "default_policy",
    "sources",
    "targets_of",
]
