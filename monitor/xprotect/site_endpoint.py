"""One endpoint that a site announces, before what was said of it in several ways is put together."""

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
    """Hold one endpoint: what it is, where, and under which other hosts it is known.

    ``given`` are hosts that clients are told to use for it; ``known`` are other hosts of the machine.
    """

    preset: Preset
    name: str
    host: str
    port: int
    given: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    stands_in_for: tuple[str, ...] = ()
    site: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return every host in it."""
        return (self.host, *self.given, *self.known, *self.stands_in_for)

    def under(self, full: Mapping[str, str]) -> "SiteEndpoint":
        """Return the location under the full names of its hosts; short ones that clients get stay given."""
        if full.keys().isdisjoint(self.hosts):
            return self
        return replace(
            self,
            host=full.get(self.host, self.host),
            given=(self.host, *self.given),
            known=tuple(full.get(name, name) for name in self.known) + self.known,
            stands_in_for=tuple(dict.fromkeys(full.get(name, name) for name in self.stands_in_for)),
        )

    def elsewhere(self) -> "SiteEndpoint":
        """Return this endpoint without hosts that mean another machine here, under another host if any."""
        if not any(map(is_local, self.hosts)):
            return self
        known = tuple(name for name in self.known if not is_local(name))
        return replace(
            self,
            host=known[0] if known and is_local(self.host) else self.host,
            given=tuple(name for name in self.given if not is_local(name)),
            known=known,
            stands_in_for=tuple(name for name in self.stands_in_for if not is_local(name)),
        )

    def joined(self, other: "SiteEndpoint") -> "SiteEndpoint":
        """Return this place with the hosts that another way to the same one knows."""
        return replace(
            self,
            given=self.given + other.given,
            known=self.known + other.known,
            stands_in_for=tuple(dict.fromkeys(self.stands_in_for + other.stands_in_for)),
        )

    def found(self, site: str, vms: str = "") -> DiscoveredTarget:
        """Return the location as a discovery hands it out; its own host is no public name or alias.

        ``site`` and ``vms`` are labels where the location and its preset say nothing themselves.
        """
        given = tuple(name for name in dict.fromkeys(self.given) if name != self.host)
        known = tuple(name for name in dict.fromkeys((*given, *self.known)) if name != self.host)
        part = self.preset.part
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
                standby=part.standby,
                plain_possible=part.plain_possible,
                stands_in_for=self.stands_in_for,
                public_names=tuple(name for name in given if not is_ip(name)),
                key_type=part.key_type,
            ),
            name=display(self.name.strip(), LONGEST_NAME),
        )
