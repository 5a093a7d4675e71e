"""The steps of a plan that select a new certificate: one for each machine and certificate group."""

from collections.abc import Iterable, Iterator

from monitor.alerts import NEW_THUMBPRINT, RENEW_AT_PORT, filled_steps, names_to_request
from monitor.model import Check, DayPort, DayStep, Message, Path, Snapshot, Target, TargetState, text
from monitor.model.label_names import component_name
from monitor.model.message import raw_english
from monitor.planning.renewal_plan import texts
from monitor.planning.renewal_plan.groups import Group, component_of
from monitor.planning.renewal_plan.ids import SWITCH, step_id
from monitor.planning.renewal_plan.order import doubt
from monitor.planning.renewal_plan.plan import PlannedStep

_SAID_BY_PLAN = frozenset({"preset.texts.verify", "preset.texts.verify_port", "preset.texts.guide"})
"""Steps of presets that a plan says in its own way: how to verify, and the order of servers."""


def switch(group: Group, needs: tuple[str, ...], snapshot: Snapshot, *, pilot: bool) -> PlannedStep:
    """Return the step of a group."""
    info, new = group.states[0].target.info, _new_thumbprint(group, snapshot)
    # As the product's own tool calls it; what is ticked off is named in one language for everybody.
    called = (info.runbook.group,) if info.runbook.group else map(component_name, group.components)
    named = ", ".join(map(raw_english, called))
    unsure = doubt(group)
    return PlannedStep(
        DayStep(
            step_id(SWITCH, group.host, group.key or group.states[0].target.location),
            SWITCH,
            group.server,
            named,
            group.key,
            needs,
            tuple(map(day_port, group.states)),
            new,
        ),
        group.title,
        host=group.host,
        pilot=pilot,
        confirmed=unsure is None,
        expires_at=group.expires_at,
        names=tuple(_names(group)),
        thumbprint=new,
        impact=info.runbook.impact,
        interruption=info.runbook.interruption,
        remarks=tuple(_remarks(group, unsure, new)),
        instructions=tuple(_instructions(group, new)),
        verification=tuple(_verification(group, new)),
        link=info.runbook.link,
    )


def day_port(state: TargetState) -> DayPort:
    """Return a port with the certificate that it serves now."""
    target, named = state.target, component_of(state)
    old = next((one.certificate for one in state.sightings if one.position == 0), None)
    if old is None:
        return DayPort(target.id, target.location, named)
    return DayPort(target.id, target.location, named, old.sha256, old.sha1, old.not_before)


def _new_thumbprint(group: Group, snapshot: Snapshot) -> str:
    """Return the thumbprint of the newer certificate that is on the machine for all ports, if it is one."""
    found = {
        finding.instead
        for state in group.states
        for finding in snapshot.correlated.get(state.target.id, ())
        if finding.check is Check.NOT_DEPLOYED and finding.instead
    }
    return found.pop() if len(found) == 1 else ""


def _names(group: Group) -> Iterator[str]:
    known: dict[str, None] = {}
    for target, path in _uses(group):
        known |= dict.fromkeys(names_to_request(target, path.leaf))
    yield from known


def _uses(group: Group) -> Iterable[tuple[Target, Path]]:
    return ((state.target, path) for state in group.states for path in state.assessment.paths)


def _remarks(group: Group, unsure: Message | None, new: str) -> Iterator[Message]:
    if unsure is not None:
        yield unsure
    if len(group.leaves) > 1:
        yield texts.SEVERAL
    if new:
        yield texts.ready(thumbprint=new)


def _instructions(group: Group, new: str) -> Iterator[Message]:
    """Yield the steps of the ports' presets, each once and like ones together, with the names of all."""
    names, said = tuple(_names(group)), dict[str, dict[Message, None]]()
    for target, path in _uses(group):
        runbook = target.info.runbook
        steps = (runbook.switch if new else runbook.steps) or RENEW_AT_PORT
        wanted = tuple(one for one in steps if one.code not in _SAID_BY_PLAN)
        for step in filled_steps(wanted, target, path, names, new):
            said.setdefault(step.code, {})[step] = None
    for alike in said.values():
        yield from alike


def _verification(group: Group, new: str) -> Iterator[Message]:
    if group.key:
        yield texts.verify_expected(host=group.host, thumbprint=text(new) if new else NEW_THUMBPRINT)
    else:
        yield from (texts.verify_port(location=one.target.location) for one in group.states)
    yield texts.LOOK if group.key else texts.LOOK_AT_CLIENTS
