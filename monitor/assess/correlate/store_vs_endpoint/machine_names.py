"""Compare the names and addresses of machines: full names certainly, short ones only where nothing differs.

It must not ask the network: whether two names mean one machine is known only from the configuration and from
what the machine itself says.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.addresses import LOCALHOST_NAMES, machine_name, read_ip

LOCAL = "localhost"
"""The one name for the monitor's own machine."""

_LOCAL = LOCALHOST_NAMES | {"127.0.0.1", "::1"}


def comparable(name: str) -> str:
    """Return a name or address in comparable form, every name of the monitor's own machine as ``LOCAL``."""
    text = machine_name(name)
    return LOCAL if text in _LOCAL else text


def _first_label(name: str) -> str:
    return name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class MachineNames:
    """The names and addresses of one machine or one endpoint, in comparable form.

    ``full`` are names with a domain; ``short`` are bare names and the first labels of full ones; ``local`` is
    the monitor's own machine; ``site`` is its label, where it has one.
    """

    full: frozenset[str]
    short: frozenset[str]
    addresses: frozenset[str]
    local: bool = False
    site: str = ""

    @classmethod
    def of(cls, names: Iterable[str], *, site: str = "", local: bool = False) -> "MachineNames":
        """Return names and addresses sorted; ``local``: it is the monitor's own, whatever its name."""
        known = {comparable(name) for name in names} - {""}
        own = local or LOCAL in known
        addresses = {name for name in known if read_ip(name) is not None}
        named = known - addresses - {LOCAL}
        return cls(
            frozenset(name for name in named if "." in name),
            frozenset(map(_first_label, named)),
            frozenset(addresses),
            own,
            site,
        )

    def match(self, other: "MachineNames") -> bool:
        """Return whether both are certainly one machine: a full name in common, or both are local."""
        return not self.full.isdisjoint(other.full) or (self.local and other.local)

    def match_by_address(self, other: "MachineNames") -> bool:
        """Return whether they have an address in common, which says nothing between two sites."""
        return not self.addresses.isdisjoint(other.addresses) and self._may_share_site(other)

    def match_by_short_name(self, other: "MachineNames") -> bool:
        """Return whether they have a short name in common and no full names that differ."""
        differ = bool(self.full and other.full)
        return not differ and not self.short.isdisjoint(other.short) and self._may_share_site(other)

    def _may_share_site(self, other: "MachineNames") -> bool:
        return not (self.site and other.site) or self.site == other.site
