"""One site as a map: its servers with their ports, who stands in for whom, and its devices."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.active.unreachable import host_of
from monitor.model import AlertLevel, Snapshot, TargetState

NOT_CHECKED, UNREACHABLE, STANDBY, OK = "not_checked", "unreachable", "standby", "ok"
_ORDER = ("expired", "critical", UNREACHABLE, "warning", NOT_CHECKED, STANDBY, OK)
"""States from the worst to the best."""


@dataclass(frozen=True, slots=True)
class SitePort:
    """One target of a server, or one device; ``state`` is its worst level, else how its last check went."""

    target_id: str
    title: str
    location: str
    component: str
    group: str
    state: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Server:
    """One machine; ``stands_in_for`` are the hosts that it takes over from."""

    name: str
    host: str
    components: tuple[str, ...]
    ports: tuple[SitePort, ...]
    stands_in_for: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class SiteMap:
    """One site, its worst server first; ``devices`` are those of low impact, such as cameras."""

    name: str
    servers: tuple[Server, ...]
    devices: tuple[SitePort, ...]
    states: Mapping[str, int]

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the ids of all targets."""
        ports = [port for server in self.servers for port in server.ports]
        return tuple(port.target_id for port in (*ports, *self.devices))


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """The name of a site, and how many of its targets are in which state, worst first."""

    name: str
    targets: int
    states: Mapping[str, int]


def site_map(snapshot: Snapshot, name: str) -> SiteMap | None:
    """Return the map of a site, ``None`` if no target has that label."""
    wanted, levels = name.casefold(), _levels(snapshot)
    states = [state for state in snapshot if state.target.label("site").casefold() == wanted]
    if not states:
        return None
    hosts: dict[str, list[TargetState]] = {}
    devices = []
    for state in states:
        if state.target.info.low_impact:
            devices.append(_port(state, levels))
        else:
            hosts.setdefault(host_of(state), []).append(state)
    servers = [_server(host, some, levels) for host, some in hosts.items()]
    ports = [*devices, *(port for server in servers for port in server.ports)]
    return SiteMap(
        states[0].target.label("site"),
        tuple(sorted(servers, key=lambda one: (_rank(one.state), one.name))),
        tuple(sorted(devices, key=lambda one: (_rank(one.state), one.title))),
        _counted(port.state for port in ports),
    )


def sites(snapshot: Snapshot) -> tuple[SiteSummary, ...]:
    """Return every site, the one with the worst state first."""
    levels = _levels(snapshot)
    found: dict[str, list[TargetState]] = {}
    for state in snapshot:
        if name := state.target.label("site"):
            found.setdefault(name.casefold(), []).append(state)
    several = [
        SiteSummary(some[0].target.label("site"), len(some), _counted(_state(one, levels) for one in some))
        for some in found.values()
    ]
    return tuple(sorted(several, key=lambda one: (min(map(_rank, one.states)), one.name)))


def _levels(snapshot: Snapshot) -> dict[str, AlertLevel]:
    """Return the worst level of each target with an alert that is about more than being unreachable."""
    levels: dict[str, AlertLevel] = {}
    for group in snapshot.alerts:
        for target_id in group.targets:
            if target_id not in levels or levels[target_id].rank < group.level.rank:
                levels[target_id] = group.level
    return levels


def _server(host: str, states: list[TargetState], levels: Mapping[str, AlertLevel]) -> Server:
    ports = sorted((_port(one, levels) for one in states), key=lambda one: one.location)
    names = dict.fromkeys(one.target.info.server for one in states if one.target.info.server)
    components = dict.fromkeys(port.component for port in ports if port.component)
    stands_in = dict.fromkeys(name for one in states for name in one.target.traits.stands_in_for)
    worst = min((port.state for port in ports), key=_rank)
    return Server(next(iter(names), host), host, tuple(components), tuple(ports), tuple(stands_in), worst)


def _port(state: TargetState, levels: Mapping[str, AlertLevel]) -> SitePort:
    target = state.target
    return SitePort(
        target.id,
        target.info.title or target.location,
        target.location,
        target.info.component or target.label("component"),
        target.label("certificate_group"),
        _state(state, levels),
        state.assessment.not_after,
    )


def _state(state: TargetState, levels: Mapping[str, AlertLevel]) -> str:
    if state.up is None:
        return NOT_CHECKED
    if not state.up and not state.idle_standby:
        return UNREACHABLE
    level = levels.get(state.target.id)
    if state.idle_standby and level is AlertLevel.WARNING:
        return STANDBY
    return level.value if level else STANDBY if state.idle_standby else OK


def _counted(states: Iterable[str]) -> dict[str, int]:
    counts = Counter(states)
    return {name: counts[name] for name in _ORDER if counts[name]}


def _rank(state: str) -> int:
    return _ORDER.index(state)
