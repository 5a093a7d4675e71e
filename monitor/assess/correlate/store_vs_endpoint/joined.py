"""Bring together what lies ready on machines and what their ports serve.

It must not judge: each question does that on its own. Nothing is built where nothing lies anywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from monitor.assess.correlate.store_vs_endpoint.hosts import LOCAL, Names, plain
from monitor.assess.correlate.store_vs_endpoint.sides import Held, Served, Side, seat
from monitor.model import Snapshot, TargetState

# Files that are watched because we use them ourselves say nothing about who serves what.
_OUR_OWN = frozenset({"trust", "client_cert"})
_MONITORS_OWN = "windows_store"


def sides(snapshot: Snapshot) -> list[Side]:
    """Return what lies on each machine, with what its ports serve; empty where no machine is known."""
    found = [_side(state) for state in snapshot.states.values() if _lies_somewhere(state)]
    if found:
        _join(found, snapshot)
    return found


def _lies_somewhere(state: TargetState) -> bool:
    if state.machine is not None:
        return True
    return state.target.kind == "files" and bool(state.sightings) and state.target.origin not in _OUR_OWN


def _side(state: TargetState) -> Side:
    machine, target = state.machine, state.target
    if machine is None:
        leaves = (path.leaf for path in state.assessment.paths)
        heads = {leaf.sha256 for leaf in leaves}
        files = tuple(
            Held(one.certificate, one.place)
            for one in state.sightings
            if one.certificate.sha256 in heads and not one.certificate.is_ca
        )
        names = Names.of((target.host,), site=target.label("site"), local=not target.host)
        return Side(state, names, files)
    kept = {one.place: one for one in machine.kept}
    # Behind a stored certificate its issuers may be seen: they lie in other stores.
    stored = (sighting for sighting in state.sightings if sighting.position == 0)
    held = tuple(Held(s.certificate, s.place, kept[s.place]) for s in stored if s.place in kept)
    # Each machine has these of its own; only of ours they tell something.
    told = (machine.host, *machine.names, target.host, *target.aliases)
    given = [name for name in told if plain(name) != LOCAL]
    site = target.label("site")
    return Side(state, Names.of(given, site=site, local=target.kind == _MONITORS_OWN), held)


def _join(found: list[Side], snapshot: Snapshot) -> None:
    roll = _Roll(found)
    for state in snapshot.states.values():
        if state.target.kind == "endpoint" and state.sightings:
            roll.enter(state)
    roll.enter_by_short_names()


class _Roll:
    """Find the sides of an endpoint by its names, without comparing each with each."""

    def __init__(self, found: Iterable[Side]) -> None:
        self._sure: dict[str, list[Side]] = defaultdict(list)
        self._short: dict[str, list[Side]] = defaultdict(list)
        self._perhaps: dict[int, tuple[Side, list[tuple[Names, Served]]]] = {}
        for side in found:
            own = {LOCAL} if side.names.local else set()
            for name in side.names.full | side.names.addresses | own:
                self._sure[name].append(side)
            for name in side.names.short:
                self._short[name].append(side)

    def enter(self, state: TargetState) -> None:
        """Give what an endpoint served to each machine that it is surely, and keep what is perhaps."""
        target = state.target
        for sighting in state.sightings:
            if sighting.position == 0:
                # Of a name with several addresses each is a place, and may be a machine, of its own.
                names = (target.host, *target.aliases)
                if sighting.place != target.where and (where := seat(sighting.place)) != target.where:
                    names = (where.rpartition(":")[0],)
                if self._knows(names):
                    known = Names.of(names, site=target.label("site"))
                    self._enter(known, Served(state, sighting.place, sighting.certificate))

    def _knows(self, names: tuple[str, ...]) -> bool:
        # Asked of every endpoint there is; what it lets through is looked at closely.
        for name in names:
            called = plain(name)
            if called in self._sure or called.partition(".")[0] in self._short:
                return True
        return False

    def _enter(self, names: Names, served: Served) -> None:
        own = {LOCAL} if names.local else set()
        sure = _each(s for name in names.full | own for s in self._sure.get(name, ()))
        if sure:
            for side in sure:
                side.served.append(served)
            return
        near = _each(s for n in names.addresses for s in self._sure.get(n, ()) if names.by_address(s.names))
        if near:
            _enter_one(near, served)
            return
        for side in _each(s for n in names.short for s in self._short.get(n, ())):
            if names.by_short_name(side.names):
                self._perhaps.setdefault(id(side), (side, []))[1].append((names, served))

    def enter_by_short_names(self) -> None:
        """Give what is perhaps a machine's to it where no other machine and no other full name claims it."""
        claims: dict[int, tuple[Served, list[Side]]] = {}
        for side, several in self._perhaps.values():
            if len({name for names, _ in several for name in names.full}) <= 1:
                for _, served in several:
                    claims.setdefault(id(served), (served, []))[1].append(side)
        for served, claiming in claims.values():
            _enter_one(claiming, served)


def _enter_one(claiming: list[Side], served: Served) -> None:
    """Give it to the sides where all are one machine; two machines with one name or address get nothing."""
    first = claiming[0].names
    if all(_same(first, side.names) for side in claiming):
        for side in claiming:
            side.served.append(Served(served.state, served.place, served.certificate, certain=False))


def _same(one: Names, other: Names) -> bool:
    return one is other or one.surely(other) or one.by_short_name(other)


def _each(found: Iterator[Side]) -> list[Side]:
    return list({id(side): side for side in found}.values())
