"""What is wrong with zones in view of all files: unknown names, and targets that no agent can probe."""

import re
from collections.abc import Iterator, Sequence

from monitor.config.sections.zones import zones_of_workers
from monitor.config.settings import FileSettings
from monitor.config.validation.candidates import instead_of
from monitor.config.validation.parts import Part
from monitor.discovery import DISCOVERIES, DiscoverySettings, WindowsReportSettings
from monitor.documents import Keys
from monitor.errors import Problem
from monitor.settings import TargetSettings
from monitor.sources.files.settings import FilesSettings
from monitor.sources.windows_store import WindowsStoreSettings

_ABSOLUTE = re.compile(r"/|\\\\|[A-Za-z]:[/\\\\]")


def zone_problems(parts: Sequence[Part]) -> Iterator[Problem]:
    """Iterate over the problems of all files, each at the key that is to be changed."""
    zones = [name for _, settings in parts for name in settings.zones or {}]
    listening = any(settings.agents for _, settings in parts)
    queued = any(settings.workers for _, settings in parts)
    by_workers = {name for _, one in parts for name in zones_of_workers(one.zones or {})}
    for document, settings in parts:
        if by_workers.intersection(settings.zones or {}) and not queued:
            yield document.problem(("zones",), "there is no queue for workers; add workers with nats")
        if any(zone.agents for zone in (settings.zones or {}).values()) and not listening:
            message = "agents cannot reach this center; add agents with listen and cert_file"
            yield document.problem(("zones",), message)
        for index, target in enumerate(settings.targets):
            if target.zone and (message := _unknown(target.zone, zones) or _unfit(target)):
                yield document.problem(("targets", index, "zone"), message)
        for keys, _ in _elsewhere(settings):
            message = "belongs to the entry of a target, or of its discovery; remove it here"
            yield document.problem((*keys, "zone"), message)


def _unknown(name: str, zones: Sequence[str]) -> str:
    if name in zones:
        return ""
    if not zones:
        return f"there is no such zone (got {name!r}); add zones with its agents"
    return f"there is no such zone (got {name!r}); {instead_of(name, zones)}"


def _unfit(target: TargetSettings) -> str:
    """Return why an agent or a worker cannot probe a target, empty if it can."""
    if isinstance(target, WindowsReportSettings):
        return "reports are read where their folder is; write a target of kind windows_remote"
    if isinstance(target, WindowsStoreSettings):
        return "the stores of another machine are read by an agent over the network; use windows_remote"
    if isinstance(target, FilesSettings):
        relative = [path for path in target.paths if not _ABSOLUTE.match(path)]
        if relative:
            return f"paths in a zone are those of its agents, from the root on (got {relative[0]!r})"
    return ""


def _elsewhere(settings: FileSettings) -> Iterator[tuple[Keys, TargetSettings]]:
    """Iterate over the settings whose zone would mean nothing."""
    for name, module in settings.probe.modules.items() if settings.probe else ():
        if module.zone:
            yield ("probe", "modules", name), module
    for index, target in enumerate(settings.targets):
        if isinstance(target, DISCOVERIES) and isinstance(target, DiscoverySettings):
            access = target.machine_access()
            if access is not None and access.zone:
                yield ("targets", index, "windows"), access
