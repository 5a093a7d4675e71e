"""The kinds of targets: their settings, and the source that probes each.

A new kind is one file and its three entries here.
"""

from typing import Annotated

from pydantic import Field

from monitor.model import Policy, Source, Target
from monitor.network.resolve import NameLookup
from monitor.settings import PolicySettings
from monitor.sources.endpoint import EndpointSettings, EndpointSource
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.files import FilesSettings, FilesSource
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes import KubernetesSettings, KubernetesSource
from monitor.sources.kubernetes.settings import Cluster
from monitor.sources.windows_remote.settings import DEFAULT_POLICY, RemoteMachine, WindowsRemoteSettings
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.sources.windows_report import ReportFile, WindowsReportFile, WindowsReportSource
from monitor.sources.windows_store import LocalStores, WindowsStoreSettings, WindowsStoreSource

TargetKind = Annotated[
    EndpointSettings | FilesSettings | KubernetesSettings | WindowsRemoteSettings | WindowsStoreSettings,
    Field(discriminator="kind"),
]

SourceSettings = Annotated[
    Endpoint | Files | Cluster | RemoteMachine | ReportFile | LocalStores, Field(discriminator="kind")
]
"""What each kind of source has to know of a target; ``kind`` distinguishes them when read as data."""

DiscoveredKind = EndpointSettings | WindowsReportFile
DISCOVERED_KINDS: dict[str, type[DiscoveredKind]] = {
    "endpoint": EndpointSettings,
    "windows_report": WindowsReportFile,
}
"""What discoveries may find, and the settings that its keys are."""


def sources(resolver: NameLookup) -> dict[str, Source]:
    """Return the source of each kind of target; endpoints resolve names with ``resolver``."""
    return {
        "endpoint": EndpointSource(resolver),
        "files": FilesSource(),
        "kubernetes": KubernetesSource(),
        "windows_remote": WindowsRemoteSource(resolver),
        "windows_report": WindowsReportSource(),
        "windows_store": WindowsStoreSource(),
    }


def targets_of(settings: TargetKind, policy: Policy) -> tuple[Target, ...]:
    """Return the targets of one configured entry: one, or one for each machine in it."""
    if isinstance(settings, WindowsRemoteSettings):
        return settings.targets(policy)
    return (settings.target(policy),)


def default_policy(settings: TargetKind) -> PolicySettings | None:
    """Return the policy defaults of a kind that differ from ``defaults``, which suit endpoints."""
    # PowerShell takes seconds to start, and a cluster has pages of megabytes.
    return DEFAULT_POLICY if isinstance(settings, KubernetesSettings | WindowsRemoteSettings) else None
