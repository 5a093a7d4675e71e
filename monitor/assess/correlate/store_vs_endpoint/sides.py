"""Hold what lies ready on a machine beside what its ports serve; judges nothing and joins nothing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from monitor.assess.correlate.store_vs_endpoint.hosts import LOCAL, Names, plain
from monitor.model import Binding, Certificate, Kept, Machine, TargetState

MY = "LocalMachine/My"

_PERSONAL = frozenset({"my", "webhosting"})


@dataclass(frozen=True, slots=True)
class Held:
    """Hold one certificate that lies ready on a machine: in one of its stores, or in a file (no ``kept``)."""

    certificate: Certificate
    place: str
    kept: Kept | None = None

    @property
    def where(self) -> str:
        """Return the store or the path, as a sentence names it."""
        return self.kept.store if self.kept else self.place

    @property
    def personal(self) -> bool:
        """Return whether services take their certificates from there."""
        return self.kept is None or is_personal(self.kept.store)


@dataclass(frozen=True, slots=True)
class Served:
    """Hold one leaf that an endpoint of a machine showed when it was last seen.

    ``certain`` is false where only a short name or an address speaks for this machine.
    """

    state: TargetState
    place: str
    certificate: Certificate
    certain: bool = True

    @property
    def answers(self) -> bool:
        """Return whether the last look met it: the certificate is the one that is served now."""
        state = self.state
        if state.up or state.looked_at is None or not state.failures:
            return bool(state.up)
        return not any(failure.place in ("", self.place) for failure in state.failures)

    @property
    def counts(self) -> bool:
        """Return whether what it served is still to go by: it answers, or fell silent only just now."""
        return self.answers or (self.state.looked_at is not None and self.state.blind is None)

    @property
    def port(self) -> int:
        """Return the port, 0 where the place names none."""
        number = seat(self.place).rpartition(":")[2]
        return int(number) if number.isdecimal() else 0


@dataclass
class Side:
    """Hold what one look at a machine's stores (or at files of it) gave, and what its ports served."""

    state: TargetState
    names: Names
    held: tuple[Held, ...]
    served: list[Served] = field(default_factory=list)

    @property
    def machine(self) -> Machine | None:
        """Return what the stores told; ``None`` for files."""
        return self.state.machine

    @property
    def host(self) -> str:
        """Return one word for the machine, the same in all looks at it: its full name, if it has one."""
        host = self.state.machine.host if self.state.machine else self.state.target.host
        called = plain(host)
        if called in self.names.full:
            return called
        return min(self.names.full, default=called) or LOCAL

    @cached_property
    def _by_name(self) -> Mapping[str, list[Held]]:
        found: dict[str, list[Held]] = defaultdict(list)
        for held in self.held:
            for name in names_of(held.certificate):
                found[name].append(held)
        return found

    def related(self, certificate: Certificate) -> list[Held]:
        """Return what lies there with some name of a certificate, each once, that certificate too."""
        several = (self._by_name.get(name, ()) for name in names_of(certificate))
        return list({id(held): held for held in chain.from_iterable(several)}.values())

    @cached_property
    def by_thumbprint(self) -> Mapping[str, list[Held]]:
        """Return the certificates in stores by thumbprint; one may lie in several stores."""
        found: dict[str, list[Held]] = defaultdict(list)
        for held in self.held:
            found[held.certificate.sha1].append(held)
        return found

    @cached_property
    def thumbprints(self) -> Mapping[str, frozenset[str]]:
        """Return by store every thumbprint in it, archived ones too; names of stores in lower case."""
        found: dict[str, set[str]] = defaultdict(set)
        for kept in self.machine.kept if self.machine else ():
            found[kept.store.lower()].add(kept.thumbprint.upper())
        return {store: frozenset(prints) for store, prints in found.items()}

    def bindings_on(self, port: int) -> list[Binding]:
        """Return what http.sys has bound to a port, nothing where that could not be seen."""
        bindings = self.machine.bindings if self.machine else None
        return [binding for binding in bindings or () if binding.port == port]

    def whole(self, store: str) -> bool:
        """Return whether this store was read to its end, so that what is not there is missing.

        While the machine cannot be reached its last known stores count: they were what they were.
        """
        machine, wanted = self.machine, store.lower()
        if machine is None or wanted not in map(str.lower, machine.stores):
            return False
        place = f"{machine.host}/{wanted}".lower()
        return not any(f"{f.place.lower()}/".startswith(f"{place}/") for f in self.state.failures)


def names_of(certificate: Certificate) -> frozenset[str]:
    """Return the alternative names as they are compared, else the subject."""
    names = {name.lower() for name in certificate.dns_names} | set(certificate.ip_addresses)
    return frozenset(names or {certificate.subject.casefold()})


def seat(place: str) -> str:
    """Return ``host:port`` of a place that may name the type of key asked for too (``a:443 (RSA)``)."""
    return place.partition(" (")[0]


def is_personal(store: str) -> bool:
    """Return whether a store is one that services take their certificates from."""
    location, _, name = store.lower().rpartition("/")
    return name in _PERSONAL and not location.startswith("currentuser")
