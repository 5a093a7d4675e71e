"""Tell which names mean one machine: full names and addresses, short names only where nothing disagrees.

It must not ask the network: whether two names lead to one machine is known only from what was configured and
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
def plain(name: str) -> str:
    """Return a name or address as it is compared: case, a last dot, brackets and a zone do not count."""
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


def is_address(name: str) -> bool:
    """Return whether a plain name is an IP address."""
    return ":" in name or name.replace(".", "").isdigit()


def first_label(name: str) -> str:
    """Return the short form of a plain name that is no address."""
    return name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Names:
    """Hold what one machine, or one end of a connection, goes by; ``site`` is its label, if it has one.

    ``full`` are names with a domain; ``short`` are bare names and the first labels of full ones.
    """

    full: frozenset[str]
    short: frozenset[str]
    addresses: frozenset[str]
    local: bool = False
    site: str = ""

    @classmethod
    def of(cls, names: Iterable[str], *, site: str = "", local: bool = False) -> "Names":
        """Sort names and addresses; ``local``: it is the monitor's own machine, whatever it is called."""
        known = {plain(name) for name in names} - {""}
        own = local or LOCAL in known
        addresses = {name for name in known if is_address(name)}
        called = known - addresses - {LOCAL}
        return cls(
            frozenset(name for name in called if "." in name),
            frozenset(map(first_label, called)),
            frozenset(addresses),
            own,
            site,
        )

    def surely(self, other: "Names") -> bool:
        """Return whether both are surely one machine: a full name in common, or both are the monitor's."""
        return not self.full.isdisjoint(other.full) or (self.local and other.local)

    def by_address(self, other: "Names") -> bool:
        """Return whether an address in common speaks for one machine; of two sites it does not."""
        return not self.addresses.isdisjoint(other.addresses) and self._near(other)

    def by_short_name(self, other: "Names") -> bool:
        """Return whether a short name in common means one machine: never against full names that differ."""
        differ = bool(self.full and other.full)
        return not differ and not self.short.isdisjoint(other.short) and self._near(other)

    def _near(self, other: "Names") -> bool:
        return not (self.site and other.site) or self.site == other.site
