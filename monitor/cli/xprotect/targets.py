"""The endpoints of a server, by its roles or as configured and discovered; probes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitor.cli.check.configured import configured_targets
from monitor.cli.check.report import ReportElement
from monitor.config import Config, plan
from monitor.discovery import DiscoveryKind, XProtectSiteSettings
from monitor.errors import UsageError
from monitor.model import DiscoveredTarget, Target
from monitor.model.label_names import component_name
from monitor.model.message import raw_english
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.xprotect import Presets, host_endpoints
from monitor.xprotect.hosts import host as as_host
from monitor.xprotect.hosts import same_machine

GROUPS = {
    "server": "server certificate",
    "streaming_media": "streaming media certificate",
    "event_server": "event server and add-ons certificate",
    "mobile": "mobile streaming media certificate",
}
"""How the vendor's tool calls each certificate group."""


STORES = ("windows_report", "windows_remote", "windows_store")
"""The kinds of targets that have the certificate stores of a machine."""


def group_of(target: Target) -> str:
    """Return the name of the target's certificate group, or else that of its component."""
    component = raw_english(component_name(target.label("component")))
    return GROUPS.get(target.label("certificate_group")) or f"certificate of {component or 'this port'}"


def every_role(presets: Presets) -> tuple[str, ...]:
    """Return the roles of XProtect's own servers."""
    return tuple(
        role for role in presets.roles if any(preset.vms == "xprotect" for preset in presets.all_ports(role))
    )


def by_roles(  # noqa: PLR0913 - the last three are options of a command
    command: str,
    host: str,
    roles: Sequence[str],
    config: Config,
    *,
    trust: Sequence[str] = (),
    name: str = "",
    given: Sequence[str] = (),
) -> list[Target]:
    """Return a target for each port of some roles on a host, with the policies of the configuration.

    ``name`` is expected instead of the host's, ``given`` are further names that clients use. Raises
    ``UsageError`` for an invalid host or role, and for a role without a port to probe.
    """
    try:
        listed = host_endpoints(host, roles, config.presets)
        own = {"trust": list(trust)} if trust else {}
        entries = tuple(_entry(found, name, given, own) for found in listed.found)
    except ValueError as error:
        raise UsageError(f"{command}: {host}: {error}") from None
    if not entries:
        raise UsageError(f"{command}: {host}: {'; '.join(listed.notes) or 'these roles have no port'}")
    planned = plan(replace(config, targets=entries, discoveries=()), {})
    return [target for target in planned.targets if target.kind == "endpoint"]


def _entry(
    found: DiscoveredTarget, name: str, given: Sequence[str], own: dict[str, list[str]]
) -> EndpointSettings:
    keys = {
        "kind": "endpoint",
        "address": found.address,
        "server_name": name or found.server_name,
        "title": found.title,
        "preset": found.preset,
        "public_names": list(given),
    }
    return EndpointSettings.model_validate(keys | own)


def notes(host: str, roles: Sequence[str], presets: Presets) -> tuple[str, ...]:
    """Return notes about the ports of some roles that are not probed, and why."""
    return tuple(f"note: {note}" for note in host_endpoints(host, roles, presets).notes)


def known_with_stores(config: Config) -> tuple[list[Target], list[Target], list[ReportElement]]:
    """Return every endpoint, every target with stores, and what failed, as ``known`` does."""
    found, unreachable = configured_targets(config)
    endpoints = [target for target in found if target.kind == "endpoint"]
    return endpoints, [target for target in found if target.kind in STORES], unreachable


def known(config: Config) -> tuple[list[Target], list[ReportElement]]:
    """Return every configured and discovered endpoint, and an element for each discovery that failed."""
    found, unreachable = configured_targets(config)
    return [target for target in found if target.kind == "endpoint"], unreachable


def without_cameras(config: Config) -> Config:
    """Return a configuration without the devices of sites, whose discovery may take minutes."""
    sites = (_servers_of(one) for one in config.discoveries)
    return replace(config, discoveries=tuple(one for one in sites if one is not None))


def _servers_of(settings: DiscoveryKind) -> DiscoveryKind | None:
    if not isinstance(settings, XProtectSiteSettings):
        return settings
    rest = tuple(part for part in settings.include if part != "cameras")
    return settings.model_copy(update={"include": rest}) if rest else None


def of_host(host: str, targets: Iterable[Target]) -> list[Target]:
    """Return the targets of one machine by any of its names, short or full."""
    wanted = as_host(host) or host.lower()
    return [target for target in targets if any(_same(wanted, one) for one in _names(target))]


def _names(target: Target) -> tuple[str, ...]:
    return (target.host, target.server_name, *target.aliases)


def _same(one: str, other: str) -> bool:
    return one == other or same_machine(one, other)
