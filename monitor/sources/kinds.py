"""The kinds of targets: the settings of each, and the values that its source needs.

A new kind is one file, its entries in the two unions here, and its source in ``registry``.
"""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from monitor.model import Policy, Target, qualified
from monitor.settings import PolicySettings
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.files.settings import Files, FilesSettings
from monitor.sources.kubernetes.settings import Cluster, KubernetesSettings
from monitor.sources.windows_remote.settings import DEFAULT_POLICY, RemoteMachine, WindowsRemoteSettings
from monitor.sources.windows_report import ReportFile, WindowsReportFile
from monitor.sources.windows_store import LocalStores, WindowsStoreSettings

TargetKind = Annotated[
    EndpointSettings | FilesSettings | KubernetesSettings | WindowsRemoteSettings | WindowsStoreSettings,
    Field(discriminator="kind"),
]

SourceSettings = Annotated[
    Endpoint | Files | Cluster | RemoteMachine | ReportFile | LocalStores, Field(discriminator="kind")
]
"""The values that each kind of source needs; ``kind`` distinguishes them when they are read as data."""

DiscoveredKind = EndpointSettings | WindowsReportFile
DISCOVERED_KINDS: dict[str, type[DiscoveredKind]] = {
    "endpoint": EndpointSettings,
    "windows_report": WindowsReportFile,
}
"""The kinds of targets that discoveries may find, and their settings."""


def targets_of(settings: TargetKind, policy: Policy) -> tuple[Target, ...]:
    """Return the targets of one configured entry: one, or one for each machine in it."""
    if isinstance(settings, WindowsRemoteSettings):
        targets = settings.targets(policy)
    else:
        targets = (settings.target(policy),)
    return tuple(in_zone(target, settings.zone) for target in targets) if settings.zone else targets


def in_zone(target: Target, zone: str) -> Target:
    """Return a target as one of a zone, the target itself outside of any."""
    return replace(target, id=qualified(target.id, zone), zone=zone) if zone else target


def default_policy(settings: TargetKind) -> PolicySettings | None:
    """Return the policy defaults of a kind that differ from ``defaults``, which suit endpoints."""
    # PowerShell takes seconds to start, and a cluster has pages of megabytes.
    return DEFAULT_POLICY if isinstance(settings, KubernetesSettings | WindowsRemoteSettings) else None
