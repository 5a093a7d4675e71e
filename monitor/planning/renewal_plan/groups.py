"""Group the ports of a site by machine and certificate group, and list what a plan leaves out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts import first_expiring_ca
from monitor.model import Certificate, Message, Path, Snapshot, TargetState, text
from monitor.planning.renewal_plan import texts

TOGETHER = timedelta(days=90)
"""What expires within this time after the first certificate is renewed on the same day."""
_ENDPOINT = "endpoint"
_ORDER = (
    "management_server",
    "api_gateway",
    "recording_server",
    "failover_recorder",
    "event_server",
    "mobile_server",
)
"""Components from the first to renew to the last; of several on a machine the first one names it."""


@dataclass(frozen=True, slots=True)
class Group:
    """The ports of one machine that one selection in Server Configurator concerns, at least one."""

    host: str
    server: str
    key: str
    states: tuple[TargetState, ...]

    @property
    def title(self) -> Message:
        """Return server and group for people."""
        target = self.states[0].target
        name = target.info.runbook.group or text(self.key or target.location)
        return texts.server_group(server=self.server, group=name)

    @property
    def components(self) -> tuple[str, ...]:
        """Return the components of its ports, each once."""
        return tuple(dict.fromkeys(component_of(state) for state in self.states))

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the path of every certificate that its ports serve."""
        return tuple(path for state in self.states for path in state.assessment.paths)

    @property
    def leaves(self) -> tuple[Certificate, ...]:
        """Return the certificates that its ports serve, each once."""
        served = (one.certificate for state in self.states for one in state.sightings if one.position == 0)
        return tuple(dict.fromkeys(served))

    @property
    def expires_at(self) -> datetime:
        """Return when the first of its certificates expires."""
        return min(leaf.not_after for leaf in self.leaves)

    def needs_ca_first(self, now: datetime) -> bool:
        """Return whether certificates that are issued now would outlive a CA above them."""
        return any(outlives_ca(path, now) for path in self.paths)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is renewed now, what is left for later, and what cannot be planned."""

    groups: tuple[Group, ...] = ()
    later: tuple[Group, ...] = ()
    unknown: tuple[Message, ...] = ()


def outlives_ca(path: Path, now: datetime) -> bool:
    """Return whether a certificate like the present one, issued now, would outlive a CA of its path."""
    ca = first_expiring_ca(path)
    return ca is not None and ca.not_after < now + path.leaf.lifetime


def component_of(state: TargetState) -> str:
    """Return the component of a port."""
    return state.target.info.component or state.target.label("component")


def rank_of(component: str) -> int:
    """Return the rank of a component in the order of renewing, the last one for others."""
    return _ORDER.index(component) if component in _ORDER else len(_ORDER)


def server_of(state: TargetState) -> str:
    """Return what people call the server of a port."""
    return state.target.info.server or state.target.host or state.target.location


def choose(snapshot: Snapshot, site: str, now: datetime) -> Chosen:
    """Return what a plan for a site is about, nothing where none of its ports serves a certificate."""
    states = [one for one in snapshot if _is_of(one, site)]
    ports = [one for one in states if not one.target.info.low_impact]
    devices = len(states) - len(ports)
    # Where groups are known, what has none is renewed by other means: a web site beside the video system.
    ports = [one for one in ports if one.target.label("certificate_group")] or ports
    shown = [one for one in ports if one.sightings and not one.idle_standby]
    groups = tuple(_grouped(shown))
    unknown = [*_not_shown(ports), *([texts.devices(count=devices)] if devices else ())]
    until = max(min((one.expires_at for one in groups), default=now), now) + TOGETHER
    due = [one.expires_at <= until or one.needs_ca_first(now) for one in groups]
    return Chosen(
        tuple(one for one, now_due in zip(groups, due, strict=True) if now_due),
        tuple(one for one, now_due in zip(groups, due, strict=True) if not now_due),
        tuple(unknown),
    )


def _is_of(state: TargetState, site: str) -> bool:
    target = state.target
    return target.kind == _ENDPOINT and target.label("site").casefold() == site.casefold()


def _grouped(states: Iterable[TargetState]) -> Iterator[Group]:
    found: dict[tuple[str, str], list[TargetState]] = {}
    for state in states:
        key = state.target.label("certificate_group")
        machine = state.target.host or server_of(state)
        found.setdefault((machine, key or state.target.location), []).append(state)
    for (host, _), some in found.items():
        some.sort(key=lambda one: (rank_of(component_of(one)), one.target.location))
        yield Group(host, server_of(some[0]), some[0].target.label("certificate_group"), tuple(some))


def _not_shown(ports: Iterable[TargetState]) -> Iterator[Message]:
    """Yield what is not in the plan because it serves no certificate, each server once."""
    plain: dict[str, list[str]] = {}
    hidden: dict[str, list[str]] = {}
    for state in ports:
        if state.sightings and not state.idle_standby:
            continue
        where = plain if state.encrypted is False else hidden
        where.setdefault(server_of(state), []).append(state.target.location)
    yield from (texts.not_encrypted(server=one, locations=tuple(at)) for one, at in sorted(plain.items()))
    yield from (texts.not_seen(server=one, locations=tuple(at)) for one, at in sorted(hidden.items()))
