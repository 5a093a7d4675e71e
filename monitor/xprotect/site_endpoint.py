"""One endpoint that a site announces, before duplicates are merged."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.addresses import is_ip, join_host_port
from monitor.model import DiscoveredTarget, TargetTraits
from monitor.parse.display import display
from monitor.xprotect.hosts import is_local
from monitor.xprotect.presets import Preset
from monitor.xprotect.target_info import LONGEST_NAME, title


@dataclass(frozen=True, slots=True)
class SiteEndpoint:
    """One endpoint: its preset, its location and its other hosts.

    ``public_names`` are hosts that clients use for it; ``aliases`` are other hosts of the machine.
    """

    preset: Preset
    name: str
    host: str
    port: int
    public_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    stands_in_for: tuple[str, ...] = ()
    site: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return every host of the endpoint."""
        return (self.host, *self.public_names, *self.aliases, *self.stands_in_for)

    def with_full_names(self, full: Mapping[str, str]) -> "SiteEndpoint":
        """Return the endpoint with full names for its hosts; short public names are kept as well."""
        if full.keys().isdisjoint(self.hosts):
            return self
        return replace(
            self,
            host=full.get(self.host, self.host),
            public_names=(self.host, *self.public_names),
            aliases=tuple(full.get(name, name) for name in self.aliases) + self.aliases,
            stands_in_for=tuple(dict.fromkeys(full.get(name, name) for name in self.stands_in_for)),
        )

    def without_local_hosts(self) -> "SiteEndpoint":
        """Return the endpoint without machine-local hosts, under another host if there is one."""
        if not any(map(is_local, self.hosts)):
            return self
        known = tuple(name for name in self.aliases if not is_local(name))
        return replace(
            self,
            host=known[0] if known and is_local(self.host) else self.host,
            public_names=tuple(name for name in self.public_names if not is_local(name)),
            aliases=known,
            stands_in_for=tuple(name for name in self.stands_in_for if not is_local(name)),
        )

    def merge_with(self, other: "SiteEndpoint") -> "SiteEndpoint":
        """Return this endpoint merged with the hosts of a duplicate."""
        return replace(
            self,
            public_names=self.public_names + other.public_names,
            aliases=self.aliases + other.aliases,
            stands_in_for=tuple(dict.fromkeys(self.stands_in_for + other.stands_in_for)),
        )

    def discovered_target(
        self, site: str, vms: str = "", account: str = "", version: str = ""
    ) -> DiscoveredTarget:
        """Return the endpoint as a discovered target; its host is not repeated as public name or alias.

        ``site`` and ``vms`` are labels used if the endpoint and its preset have none. ``account`` is the one
        of the management server's service, ``version`` that of the site.
        """
        own = self.preset.vms == "xprotect" and not self.site
        given = tuple(name for name in dict.fromkeys(self.public_names) if name != self.host)
        known = tuple(name for name in dict.fromkeys((*given, *self.aliases)) if name != self.host)
        traits = self.preset.traits
        labels = {
            "component": self.preset.component,
            "certificate_group": self.preset.certificate_group,
            "site": self.site or site,
            "vms": self.preset.vms or vms,
        }
        return DiscoveredTarget(
            address=join_host_port(self.host, self.port),
            server_name=self.host,
            labels=tuple(sorted((name, value) for name, value in labels.items() if value)),
            title=title(self.preset, self.name, self.host, self.port),
            aliases=known,
            preset=self.preset.key,
            traits=TargetTraits(
                standby=traits.standby,
                plain_possible=traits.plain_possible,
                stands_in_for=self.stands_in_for,
                public_names=tuple(name for name in given if not is_ip(name)),
                key_type=traits.key_type,
            ),
            name=display(self.name.strip(), LONGEST_NAME),
            account=account if own and self.preset.component == "management_server" else "",
            product_version=version if own else "",
        )
