"""What is available on one machine beside what its ports serve, as plain values.

It must not judge, and must not decide which endpoint belongs to which machine.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from monitor.addresses import split_location
from monitor.model import Binding, Certificate, Machine, StoreEntry, TargetState, qualified

MY = "LocalMachine/My"

_PERSONAL = frozenset({"my", "webhosting"})


@dataclass(frozen=True, slots=True)
class AvailableCertificate:
    """A certificate on a machine: in one of its stores, or in a file (``entry`` is then ``None``)."""

    certificate: Certificate
    location: str
    entry: StoreEntry | None = None

    @property
    def container(self) -> str:
        """Return the store or the path, as a sentence names it."""
        return self.entry.store if self.entry else self.location

    @property
    def personal(self) -> bool:
        """Return whether services use certificates from there: a personal store, or any file."""
        return self.entry is None or is_personal(self.entry.store)


@dataclass(frozen=True, slots=True)
class ServedLeaf:
    """The leaf that an endpoint of a machine served when it was last reached.

    ``certain`` is false where only a short name or an address assigns the endpoint to this machine.
    """

    state: TargetState
    location: str
    certificate: Certificate
    certain: bool = True

    @property
    def current(self) -> bool:
        """Return whether the last probe received it, so that it is served now."""
        state = self.state
        if state.up or state.probed_at is None or not state.failures:
            return bool(state.up)
        return not any(failure.location in ("", self.location) for failure in state.failures)

    @property
    def recent(self) -> bool:
        """Return whether it is current, or its endpoint has not been unreachable for long."""
        return self.current or (self.state.probed_at is not None and self.state.unreachable is None)

    @property
    def port(self) -> int:
        """Return the port, 0 where the location names none."""
        _, number = split_location(host_and_port(self.location))
        return int(number) if number.isdecimal() else 0


@dataclass
class MachineView:
    """What one probe of a machine's stores (or of files on it) gave, and what its ports served.

    ``host`` is one name for the machine, the same in all views of it: its full name, where it has one.
    ``full_names`` are all its names with a domain.
    """

    state: TargetState
    host: str
    full_names: frozenset[str]
    available: tuple[AvailableCertificate, ...]
    served: list[ServedLeaf] = field(default_factory=list)

    @property
    def qualified_host(self) -> str:
        """Return the host with its zone, for what names the machine in a key."""
        return qualified(self.host, self.state.target.zone)

    @property
    def machine(self) -> Machine | None:
        """Return what the stores say beside their certificates; ``None`` for files."""
        return self.state.machine

    @cached_property
    def _by_name(self) -> Mapping[str, list[AvailableCertificate]]:
        found: dict[str, list[AvailableCertificate]] = defaultdict(list)
        for one in self.available:
            for name in names_of(one.certificate):
                found[name].append(one)
        return found

    def sharing_a_name(self, certificate: Certificate) -> list[AvailableCertificate]:
        """Return each available certificate with a name in common with this one, this one included."""
        several = (self._by_name.get(name, ()) for name in names_of(certificate))
        return list({id(one): one for one in chain.from_iterable(several)}.values())

    @cached_property
    def by_thumbprint(self) -> Mapping[str, list[AvailableCertificate]]:
        """Return the available certificates by thumbprint; one may be in several stores."""
        found: dict[str, list[AvailableCertificate]] = defaultdict(list)
        for one in self.available:
            found[one.certificate.sha1].append(one)
        return found

    @cached_property
    def thumbprints(self) -> Mapping[str, frozenset[str]]:
        """Return by store (in lower case) every thumbprint in it, those of archived certificates too."""
        found: dict[str, set[str]] = defaultdict(set)
        for entry in self.machine.entries if self.machine else ():
            found[entry.store.lower()].add(entry.thumbprint.upper())
        return {store: frozenset(prints) for store, prints in found.items()}

    def bindings_on(self, port: int) -> list[Binding]:
        """Return what http.sys has bound to a port, nothing where that could not be seen."""
        bindings = self.machine.bindings if self.machine else None
        return [binding for binding in bindings or () if binding.port == port]

    def read_completely(self, store: str) -> bool:
        """Return whether a store was read to its end, so that what was not found there is missing.

        While the machine is unreachable its last known stores count.
        """
        machine, wanted = self.machine, store.lower()
        if machine is None or wanted not in map(str.lower, machine.stores):
            return False
        location = f"{machine.host}/{wanted}".lower()
        return not any(f"{f.location.lower()}/".startswith(f"{location}/") for f in self.state.failures)


def names_of(certificate: Certificate) -> frozenset[str]:
    """Return the subject alternative names in comparable form, without any the subject."""
    names = {name.lower() for name in certificate.dns_names} | set(certificate.ip_addresses)
    return frozenset(names or {certificate.subject.casefold()})


def host_and_port(location: str) -> str:
    """Return ``host:port`` of a location that may name the requested key type too (``a:443 (RSA)``)."""
    return location.partition(" (")[0]


def is_personal(store: str) -> bool:
    """Return whether services use certificates from a store."""
    location, _, name = store.lower().rpartition("/")
    return name in _PERSONAL and not location.startswith("currentuser")
