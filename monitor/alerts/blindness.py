"""What cannot be seen: one matter per silent host, or a single one when much fell silent at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from monitor.alerts.decision import Rung
from monitor.alerts.keys import NETWORK, unreachable
from monitor.alerts.matter import ALARMING, Matter, remind_every, spot_of
from monitor.model import Check, FailureReason, NotificationRecord, Severity, Snapshot, TargetState

_FEWEST = 5
_BEGINS_ABOVE = 0.20
# It ends at half of that, so that a share that hovers around the limit does not tell twice an hour.
_ENDS_AT = 0.10
_OF_A_NETWORK = frozenset(
    {
        FailureReason.DNS,
        FailureReason.REFUSED,
        FailureReason.UNREACHABLE,
        FailureReason.TIMEOUT,
        FailureReason.CLOSED,
        FailureReason.PROXY,
    }
)
# What else has one cause for many: a share that is gone, a password that was changed.
_SHARED = _OF_A_NETWORK | {
    FailureReason.NOT_FOUND,
    FailureReason.PERMISSION,
    FailureReason.UNREADABLE,
    FailureReason.UNAUTHORIZED,
    FailureReason.FORBIDDEN,
}


def unreachable_states(snapshot: Snapshot) -> list[TargetState]:
    """Return the targets for which the unreachable finding is due."""
    return [
        state
        for state in snapshot.states.values()
        if state.unreachable is not None
        and state.unreachable.check is Check.UNREACHABLE
        and state.unreachable.severity in ALARMING
    ]


def host_of(state: TargetState) -> str:
    """Return what falls silent together with this target."""
    return state.target.host or state.target.where


def title_of_all(titles: Iterable[str], host: str) -> str:
    """Return what several targets of a host are called together: what comes before the first comma in each.

    "Recording Server Recorder 01, server certificate, port 9001" is one of "Recording Server Recorder 01".
    """
    shared = {title.partition(",")[0] for title in titles}
    return shared.pop() if len(shared) == 1 else host


def collect_blindness(snapshot: Snapshot, told: Mapping[str, NotificationRecord]) -> dict[str, Matter]:
    """Return the matters of everything that cannot be seen, by key."""
    unreachable = unreachable_states(snapshot)
    together = fallen_together(unreachable, len(snapshot), going_on=NETWORK in told)
    as_one = {state.target.id for state in together}
    hosts: dict[str, Matter] = {}
    for state in unreachable:
        if state.target.id not in as_one:
            _add(hosts, state)
    matters = {matter.key: matter for matter in hosts.values()}
    return matters | ({NETWORK: _network(together, len(snapshot))} if together else {})


def fallen_together(silent: list[TargetState], watched: int, *, going_on: bool = False) -> list[TargetState]:
    """Return those of the silent targets that are told as one, none where they are few.

    What answers, but not as it should, is broken by itself: many of that kind would otherwise keep every
    host that falls silent later from being told.
    """
    shared = [state for state in silent if _may_be_shared(state)]
    return shared if _are_many(len(shared), watched, going_on=going_on) else []


def _may_be_shared(state: TargetState) -> bool:
    return not state.failures or any(failure.reason in _SHARED for failure in state.failures)


def _are_many(unreachable: int, watched: int, *, going_on: bool) -> bool:
    if going_on:
        return unreachable > watched * _ENDS_AT
    return unreachable >= _FEWEST and unreachable > watched * _BEGINS_ABOVE


def _network(states: list[TargetState], watched: int) -> Matter:
    matter = Matter(
        key=NETWORK,
        group=NETWORK,
        check=Check.UNREACHABLE,
        rung=Rung.WARNING,
        remind_every=timedelta.max,
        title=f"{len(states)} of {watched} targets",
        sentences=dict.fromkeys(_why(states, watched)),
    )
    for state in states:
        _gather(matter, state)
        matter.marks[unreachable(state.target.id)] = ()
    return matter


def _why(unreachable: list[TargetState], watched: int) -> Iterator[str]:
    """Say how many are silent, and why where something else than the network keeps some of them so."""
    said = f"{len(unreachable)} of {watched} targets cannot be looked at"
    failures = [state.failures[0] for state in unreachable if state.failures]
    others = sum(failure.reason not in _OF_A_NETWORK for failure in failures)
    yield said if others * 2 > len(unreachable) else f"{said}: is the monitor's own network down?"
    examples = {failure.reason: failure.detail for failure in reversed(failures)} if others else {}
    for reason, count in Counter(failure.reason for failure in failures).most_common(len(examples)):
        yield f"{reason} ({count}), such as: {examples[reason]}"


def _add(hosts: dict[str, Matter], state: TargetState) -> None:
    host, key = host_of(state), unreachable(state.target.id)
    matter = hosts.get(host)
    if matter is None:
        matter = hosts[host] = Matter(
            key=key,
            group=f"{Check.UNREACHABLE} {host}",
            check=Check.UNREACHABLE,
            rung=Rung.WARNING,
            remind_every=timedelta.max,
            title=state.target.info.title or state.target.where,
        )
    else:
        matter.title = title_of_all((matter.title, spot_of(state).title), host)
    _gather(matter, state)
    matter.marks[key] = (state.target.where,)
    if state.unreachable is not None:
        matter.sentences[state.unreachable.sentence] = None


def _gather(matter: Matter, state: TargetState) -> None:
    severity = state.unreachable.severity if state.unreachable else Severity.WARNING
    if severity is Severity.CRITICAL:
        matter.rung = Rung.CRITICAL
    matter.remind_every = min(matter.remind_every, remind_every(state, severity))
    matter.spots[state.target.id, state.target.where] = spot_of(state)
