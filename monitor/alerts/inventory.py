"""The one mail that ends the first pass: what is watched, what needs action, what cannot be seen."""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.alerts.blindness import collect_blindness, fallen_together, host_of, title_of_all
from monitor.alerts.decision import Decision, Ending, Inventory, Moment, Rung, Silent, Why
from monitor.alerts.due import remember
from monitor.alerts.keys import INVENTORY, unreachable
from monitor.alerts.matter import Matter, spot_of
from monitor.alerts.order import as_entries, worst_first
from monitor.alerts.renewal import all_renewals, told_renewal
from monitor.model import Check, LogChange, NotificationRecord, Path, Snapshot, TargetState

SOONEST = 20


def take_inventory(moment: Moment, matters: Mapping[str, Matter]) -> Decision:
    """Return the inventory, with everything in it marked as told."""
    snapshot = moment.snapshot
    silent = [s for s in snapshot.states.values() if s.up is False and not s.target.traits.standby]
    never_seen = [
        s for s in snapshot.states.values() if s.unreachable and s.unreachable.check is Check.NEVER_SEEN
    ]
    needing = [matter for matter in matters.values() if matter.check is not Check.NEVER_SEEN]
    inventory = Inventory(
        watched=len(snapshot),
        need_action=len({target_id for m in needing for target_id, _ in m.spots}),
        unreachable=len(silent),
        not_probed=moment.situation.never_probed,
        entries=worst_first(as_entries([(matter, Why.INVENTORY) for matter in needing], needing)),
        soonest=tuple(_soonest(snapshot)),
        silent=tuple(_hosts(silent)),
        never_seen=tuple(_hosts(never_seen)),
    )
    marks = {change.key: change for change in _marks(moment, matters, silent)}
    return Decision(inventory=inventory, changes=tuple(marks.values()))


def _marks(moment: Moment, matters: Mapping[str, Matter], silent: list[TargetState]) -> Iterator[LogChange]:
    snapshot, told, now = moment.snapshot, moment.told, moment.now
    # When most of the network is silent its hosts are left to the blind rule, which tells them as one and
    # takes them back as one; marked one by one they would come back in one mail each.
    as_one = {state.target.id for state in fallen_together(silent, len(snapshot))}
    for state in silent:
        if state.target.id in as_one:
            continue
        key = unreachable(state.target.id)
        title, where = spot_of(state).title, state.target.where
        yield LogChange(key, NotificationRecord(key, Rung.WARNING.value, now, now, title, (where,)))
    for matter in [*matters.values(), *collect_blindness(snapshot, told).values()]:
        yield from remember(matter, told, now)
    for key, entry in (all_renewals(snapshot) if moment.situation.notify_all_renewals else {}).items():
        yield LogChange(key, told_renewal(key, entry, now))
    yield LogChange(INVENTORY, NotificationRecord(INVENTORY, Rung.WARNING.value, now, now))


def _soonest(snapshot: Snapshot) -> Iterator[Ending]:
    """Yield the certificates whose paths end first, each once."""
    ends: dict[str, tuple[datetime, TargetState, Path]] = {}
    for state in snapshot.states.values():
        for path in state.assessment.paths:
            ends_at, sha256 = path.not_after, path.leaf.sha256
            if sha256 not in ends or ends_at < ends[sha256][0]:
                ends[sha256] = ends_at, state, path
    for ends_at, state, path in heapq.nsmallest(SOONEST, ends.values(), key=lambda end: end[0]):
        yield Ending(ends_at, spot_of(state).title, path.location, path.leaf)


def _hosts(silent: list[TargetState]) -> Iterator[Silent]:
    hosts: dict[str, list[TargetState]] = {}
    for state in silent:
        hosts.setdefault(host_of(state), []).append(state)
    for host, states in hosts.items():
        titles = [spot_of(state).title for state in states]
        title = titles[0] if len(titles) == 1 else title_of_all(titles, host)
        reasons = dict.fromkeys(reason for state in states for reason in _reasons(state))
        yield Silent(title, tuple(state.target.where for state in states), "; ".join(reasons))


def _reasons(state: TargetState) -> list[str]:
    if state.unreachable is not None and state.unreachable.check is Check.NEVER_SEEN:
        return [state.unreachable.sentence]
    return [f"{failure.reason}: {failure.detail}" for failure in state.failures[:3]]
