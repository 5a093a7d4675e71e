"""The endpoints of one server whose roles are configured by hand."""

from collections.abc import Iterator, Sequence

from monitor.addresses import join_host_port
from monitor.xprotect import hosts
from monitor.xprotect.presets import Preset, Presets
from monitor.xprotect.site import SiteList
from monitor.xprotect.site_endpoint import SiteEndpoint


def host_endpoints(
    host: str, roles: Sequence[str], presets: Presets, *, name: str = "", site: str = ""
) -> SiteList:
    """Return the endpoints of a server with some roles, each port once.

    A shared port belongs to the role named first. Notes name the ports of these roles that are not watched,
    and why. Raises ``ValueError`` for an invalid host and for an unknown role.
    """
    where = hosts.host(host)
    if not where:
        raise ValueError(f"must be a DNS name or an IP address (got {host!r})")
    unknown = [role for role in roles if role not in presets.roles]
    if unknown:
        raise ValueError(f"roles are {', '.join(presets.roles)} (got {unknown[0]!r})")
    endpoints: dict[int, SiteEndpoint] = {}
    for preset in (preset for role in roles for preset in presets.watched_ports(role)):
        endpoints.setdefault(preset.port, SiteEndpoint(preset, name, where, preset.port))
    every = [preset for role in dict.fromkeys(roles) for preset in presets.all_ports(role)]
    return SiteList(
        tuple(endpoint.discovered_target(site) for endpoint in endpoints.values()),
        tuple(_notes(where, every, set(endpoints))),
    )


def _notes(where: str, presets: list[Preset], watched: set[int]) -> Iterator[str]:
    for preset in presets:
        what = f"{preset.name}, {preset.certificate}, {join_host_port(where, preset.port)}"
        if not preset.probeable:
            yield f"{what}: certificates inside {preset.protocol} are not supported yet"
        elif not preset.by_default and preset.port not in watched:
            switch = f"presets.roles.{preset.role}.ports.{preset.key.partition('.')[2]}.by_default"
            yield f"{what}: not watched by default ({switch}: true watches it)"
