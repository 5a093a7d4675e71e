"""The steps of a site: its CA first, then each server and group, with what the ports serve now."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from json import dumps

from monitor.model import DayPort, DayStep, Snapshot, TargetState

CA, SWITCH = "ca", "switch"
MOST_PORTS = 2000
"""Nobody renews more in one go, and a page of them could not be read."""

_ID_LENGTH, _VERSION_LENGTH = 12, 12
_ENDPOINT = "endpoint"
_RECORDER = "recording_server"
_ORDER = ("event_server", "management_server", _RECORDER, "failover_recorder", "mobile_server")
"""Components in the order of switching; one recorder comes before all others of its kind."""


def site_steps(snapshot: Snapshot, site: str) -> tuple[DayStep, ...]:
    """Return the steps of a site, none where nothing of it serves a certificate, or far too much does."""
    ports = [state for state in snapshot if _is_port(state, site)]
    # Where groups are known, what has none is renewed by other means: a web site beside the video system.
    ports = [state for state in ports if state.target.label("certificate_group")] or ports
    if len(ports) > MOST_PORTS:
        return ()
    groups: dict[tuple[str, str], list[TargetState]] = {}
    for state in sorted(ports, key=_place):
        groups.setdefault((server_of(state), state.target.label("certificate_group")), []).append(state)
    if not groups:
        return ()
    ca = DayStep(step_id(CA, "", ""), CA, "CA")
    return (ca, *_after_pilot([_switch(*key, some, ca) for key, some in groups.items()]))


def version_of(steps: Iterable[DayStep]) -> str:
    """Return what changes when the steps or the certificates of their ports do."""
    facts = [
        (step.id, step.needs, [(port.target_id, port.old_sha256) for port in step.ports]) for step in steps
    ]
    return sha256(dumps(facts).encode()).hexdigest()[:_VERSION_LENGTH]


def step_id(kind: str, server: str, group: str) -> str:
    """Return the id of a step, the same in every plan of a site."""
    return sha256(dumps((kind, server, group)).encode()).hexdigest()[:_ID_LENGTH]


def day_port(state: TargetState, component: str = "") -> DayPort:
    """Return a port with the certificate that it serves now."""
    target = state.target
    named = component or target.info.component or target.label("component")
    old = next((one.certificate for one in state.sightings if one.position == 0), None)
    if old is None:
        return DayPort(target.id, target.location, named)
    return DayPort(target.id, target.location, named, old.sha256, old.sha1, old.not_before)


def server_of(state: TargetState) -> str:
    """Return what people call the server of a port."""
    return state.target.info.server or state.target.host or state.target.location


def _is_port(state: TargetState, site: str) -> bool:
    target = state.target
    return (
        target.kind == _ENDPOINT
        and target.label("site").casefold() == site.casefold()
        and not target.info.low_impact
        and not target.traits.standby
        and bool(state.sightings)
    )


def _place(state: TargetState) -> tuple[int, str, str]:
    component = state.target.label("component")
    place = _ORDER.index(component) if component in _ORDER else len(_ORDER)
    return place, server_of(state), state.target.location


def _switch(server: str, group: str, states: list[TargetState], ca: DayStep) -> DayStep:
    ports = tuple(map(day_port, states))
    components = dict.fromkeys(state.target.label("component") for state in states)
    named = ", ".join(filter(None, (*components, group)))
    return DayStep(step_id(SWITCH, server, group), SWITCH, server, named, group, (ca.id,), ports)


def _after_pilot(steps: list[DayStep]) -> Iterator[DayStep]:
    """Yield the steps, those of all other recorders after those of the first one."""
    recorders = [one for one in steps if _RECORDER in one.component]
    first = recorders[0].server if recorders else ""
    pilot = tuple(one.id for one in recorders if one.server == first)
    for one in steps:
        waits = _RECORDER in one.component and one.server != first
        yield replace(one, needs=(*one.needs, *pilot)) if waits else one
