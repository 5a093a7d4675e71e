"""Build the views of machines: which endpoints are ports of which machine, by names and addresses.

An endpoint of another zone is never a port of a machine. It must not judge. Nothing is built where no machine
and no certificate file is watched.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.addresses import split_location
from monitor.assess.correlate.store_vs_endpoint.machine_names import LOCAL, MachineNames, comparable
from monitor.assess.correlate.store_vs_endpoint.machine_view import (
    AvailableCertificate,
    MachineView,
    ServedLeaf,
    host_and_port,
)
from monitor.assess.correlate.store_vs_endpoint.machines import has_certificates
from monitor.model import Snapshot, TargetState

_MONITORS_OWN = "windows_store"


def machine_views(snapshot: Snapshot) -> list[MachineView]:
    """Return each watched machine with what its ports serve; none where no machine is known."""
    machines = [_machine(state) for state in snapshot.states.values() if has_certificates(state)]
    if machines:
        _assign_endpoints(machines, snapshot)
    return [machine.view for machine in machines]


@dataclass(frozen=True, slots=True)
class _Machine:
    """A machine to which endpoints are assigned by its names."""

    names: MachineNames
    view: MachineView


_Claims = list[tuple[MachineNames, ServedLeaf]]


def _machine(state: TargetState) -> _Machine:
    target, machine = state.target, state.machine
    site = target.label("site")
    if machine is None:
        names = MachineNames.of((target.host,), site=site, local=not target.host)
        return _Machine(names, _view(state, target.host, names, _leaves_in_files(state)))
    # Each machine has loopback names; only those of the monitor's own say which machine it is.
    known = (machine.host, *machine.names, target.host, *target.aliases)
    given = [name for name in known if comparable(name) != LOCAL]
    names = MachineNames.of(given, site=site, local=target.kind == _MONITORS_OWN)
    entries = {entry.location: entry for entry in machine.entries}
    # A stored certificate may be followed by its issuers, which are in other stores.
    stored = (sighting for sighting in state.sightings if sighting.position == 0)
    available = tuple(
        AvailableCertificate(s.certificate, s.location, entries[s.location])
        for s in stored
        if s.location in entries
    )
    return _Machine(names, _view(state, machine.host, names, available))


def _leaves_in_files(state: TargetState) -> tuple[AvailableCertificate, ...]:
    leaves = {path.leaf.sha256 for path in state.assessment.paths}
    return tuple(
        AvailableCertificate(one.certificate, one.location)
        for one in state.sightings
        if one.certificate.sha256 in leaves and not one.certificate.is_ca
    )


def _view(
    state: TargetState, host: str, names: MachineNames, available: tuple[AvailableCertificate, ...]
) -> MachineView:
    name = comparable(host)
    if name not in names.full:
        name = min(names.full, default=name) or LOCAL
    return MachineView(state, name, names.full, available)


def _assign_endpoints(machines: list[_Machine], snapshot: Snapshot) -> None:
    zones: dict[str, list[_Machine]] = defaultdict(list)
    for machine in machines:
        zones[machine.view.state.target.zone].append(machine)
    indexes = {zone: _MachineIndex(several) for zone, several in zones.items()}
    for state in snapshot.states.values():
        target = state.target
        if target.kind == "endpoint" and target.zone in indexes and state.sightings:
            indexes[target.zone].assign(state)
    for index in indexes.values():
        index.assign_by_short_names()


class _MachineIndex:
    """Machines of one zone by their names, so that not each endpoint is compared with each machine."""

    def __init__(self, machines: Iterable[_Machine]) -> None:
        self._by_name: dict[str, list[_Machine]] = defaultdict(list)
        self._by_short_name: dict[str, list[_Machine]] = defaultdict(list)
        self._short_name_claims: dict[int, tuple[_Machine, _Claims]] = {}
        for machine in machines:
            own = {LOCAL} if machine.names.local else set()
            for name in machine.names.full | machine.names.addresses | own:
                self._by_name[name].append(machine)
            for name in machine.names.short:
                self._by_short_name[name].append(machine)

    def assign(self, state: TargetState) -> None:
        """Assign what an endpoint served to its machines; what only a short name assigns waits."""
        target = state.target
        for sighting in state.sightings:
            if sighting.position == 0:
                # Each address of a name is a location, and may be a machine, of its own.
                names = (target.host, *target.aliases)
                if (
                    sighting.location != target.location
                    and (where := host_and_port(sighting.location)) != target.location
                ):
                    names = (split_location(where)[0],)
                if self._knows(names):
                    known = MachineNames.of(names, site=target.label("site"))
                    self._assign(known, ServedLeaf(state, sighting.location, sighting.certificate))

    def _knows(self, names: tuple[str, ...]) -> bool:
        # Cheap, since it is asked for every endpoint; only the few that pass are compared in full.
        for name in names:
            known = comparable(name)
            if known in self._by_name or known.partition(".")[0] in self._by_short_name:
                return True
        return False

    def _assign(self, names: MachineNames, served: ServedLeaf) -> None:
        own = {LOCAL} if names.local else set()
        certain = _distinct(m for name in names.full | own for m in self._by_name.get(name, ()))
        if certain:
            for machine in certain:
                machine.view.served.append(served)
            return
        possible = _distinct(m for name in names.addresses for m in self._by_name.get(name, ()))
        near = [machine for machine in possible if names.match_by_address(machine.names)]
        if near:
            _assign_to_one(near, served)
            return
        for machine in _distinct(m for name in names.short for m in self._by_short_name.get(name, ())):
            if names.match_by_short_name(machine.names):
                claims = self._short_name_claims.setdefault(id(machine), (machine, []))[1]
                claims.append((names, served))

    def assign_by_short_names(self) -> None:
        """Assign what waits to the one machine that claims it, if its endpoints' full names agree."""
        claiming: dict[int, tuple[ServedLeaf, list[_Machine]]] = {}
        for machine, claims in self._short_name_claims.values():
            if len({name for names, _ in claims for name in names.full}) <= 1:
                for _, served in claims:
                    claiming.setdefault(id(served), (served, []))[1].append(machine)
        for served, machines in claiming.values():
            _assign_to_one(machines, served)


def _assign_to_one(machines: list[_Machine], served: ServedLeaf) -> None:
    """Assign it to views of one machine; where two machines claim it, neither gets it."""
    first = machines[0].names
    if all(_are_one(first, machine.names) for machine in machines):
        for machine in machines:
            uncertain = ServedLeaf(served.state, served.location, served.certificate, certain=False)
            machine.view.served.append(uncertain)


def _are_one(one: MachineNames, other: MachineNames) -> bool:
    return one is other or one.match(other) or one.match_by_short_name(other)


def _distinct(machines: Iterator[_Machine]) -> list[_Machine]:
    return list({id(machine): machine for machine in machines}.values())
