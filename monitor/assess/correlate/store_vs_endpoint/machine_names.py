"""Compare the names and addresses of machines: full names certainly, short ones only where nothing differs.

It must not ask the network: whether two names mean one machine is known only from the configuration and from
what the machine itself says.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LOCAL = "localhost"
"""The one name for the monitor's own machine."""

_LOCAL = frozenset({LOCAL, "localhost.localdomain", "ip6-localhost", "127.0.0.1", "::1"})


@lru_cache(maxsize=1 << 17)
def comparable(name: str) -> str:
    """Return a name or address in comparable form, without case, final dot, brackets and zone."""
    text = name.strip().removeprefix("[").removesuffix("]").lower().removesuffix(".")
    if text[-1:].isdigit() or ":" in text:
        text = _address(text.partition("%")[0])
    elif not text.isascii():
        text = _encoded(text)
    return LOCAL if text in _LOCAL else text


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    return str(getattr(address, "ipv4_mapped", None) or address)


def _encoded(text: str) -> str:
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        return text


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()


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
        addresses = {name for name in known if _is_address(name)}
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
