"""The machines that a site's discovery found, whose stores a ``windows`` block reads; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.addresses import HostPort, machine_name
from monitor.model import DiscoveredTarget

_CAMERA = "camera."
# These labels describe the service at a port, not the machine.
_OF_A_PORT = frozenset({"component", "certificate_group"})


@dataclass(frozen=True, slots=True)
class DiscoveredMachine:
    """One machine: the host it was first found at, its other names, and the labels its endpoints share."""

    host: str
    aliases: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    def merged(self, other: "DiscoveredMachine") -> "DiscoveredMachine":
        """Return this machine merged with a duplicate."""
        names = dict.fromkeys((*self.aliases, other.host, *other.aliases))
        names.pop(self.host, None)
        shared = tuple(label for label in self.labels if label in other.labels)
        return DiscoveredMachine(self.host, tuple(names), shared)


def machines(found: Iterable[DiscoveredTarget]) -> tuple[DiscoveredMachine, ...]:
    """Return the machine of each endpoint once, in their order; cameras are left out.

    A host that is an alias of exactly one machine is that machine. An alias of several machines is none of
    them: one public address may belong to many.
    """
    known: dict[str, DiscoveredMachine] = {}
    for one in filter(None, map(_machine, found)):
        known[one.host] = known[one.host].merged(one) if one.host in known else one
    for host in tuple(known):
        owners = [other.host for other in known.values() if host in other.aliases]
        if len(owners) == 1:
            known[owners[0]] = known[owners[0]].merged(known.pop(host))
    return tuple(known.values())


def _machine(found: DiscoveredTarget) -> DiscoveredMachine | None:
    if found.kind != "endpoint" or found.preset.startswith(_CAMERA):
        return None
    try:
        host = HostPort.parse(found.address).host
    except ValueError:
        return None  # its error is reported where it becomes an endpoint
    aliases = dict.fromkeys(map(machine_name, found.aliases))
    labels = tuple(label for label in found.labels if label[0] not in _OF_A_PORT)
    return DiscoveredMachine(host, tuple(name for name in aliases if name != host), labels)
