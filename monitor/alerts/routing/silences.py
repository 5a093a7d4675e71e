"""Which alerts are kept back now, because somebody acknowledged or silenced them, and what ends that."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.alerts.alert import Alert
from monitor.alerts.routing.matching import matches_all
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertRecord,
    AlertState,
    Silence,
    SilenceEnd,
    SilenceKind,
    Snapshot,
)

_SHOWN_FIRST = (AlertState.WAITING, AlertState.SILENCED, AlertState.ACKNOWLEDGED)
"""Which state a group has whose alerts have several: the one that ends first by itself."""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """The alerts that are not notified now and why, and the silences that end with this pass.

    ``acknowledged`` are the acknowledgements that keep alerts back, by their keys.
    """

    states: Mapping[AlertKey, AlertState]
    acknowledged: Mapping[AlertKey, Silence] = field(default_factory=dict)
    ended: tuple[Silence, ...] = ()


def kept_back(
    silences: Iterable[Silence],
    groups: Iterable[AlertGroup],
    alerts: Iterable[Alert],
    snapshot: Snapshot,
    now: datetime,
) -> KeptBack:
    """Return the alerts that are suppressed; one that is acknowledged and silenced counts as acknowledged."""
    by_id = {group.id: group for group in groups}
    alerts = list(alerts)
    states: dict[AlertKey, AlertState] = {}
    acknowledged: dict[AlertKey, Silence] = {}
    ended: list[Silence] = []
    for silence in silences:
        if silence.ended_at is not None:
            continue
        if (why := _end(silence, by_id, now)) is not None:
            ended.append(replace(silence, ended_at=now, ended_by=why.value))
        elif silence.kind is SilenceKind.ACKNOWLEDGE:
            acknowledged |= dict.fromkeys(by_id[silence.alert_id].alerts, silence)
        elif silence.active(now):
            for key in _silenced(silence, alerts, snapshot):
                states.setdefault(key, AlertState.SILENCED)
    states |= dict.fromkeys(acknowledged, AlertState.ACKNOWLEDGED)
    return KeptBack(states, acknowledged, tuple(one for one in ended if not one.configured))


def with_waiting(kept: KeptBack, waiting: Iterable[AlertKey]) -> KeptBack:
    """Return what is kept back, with what waits for the end of a renewal day; people come first."""
    return replace(kept, states={**dict.fromkeys(waiting, AlertState.WAITING), **kept.states})


def released(records: Mapping[AlertKey, AlertRecord], kept: KeptBack) -> frozenset[AlertKey]:
    """Return the alerts that were kept back at the last pass and are not any more."""
    return frozenset(
        key
        for key, record in records.items()
        if record.state is not AlertState.ACTIVE and key not in kept.states
    )


def is_silenced(alert: Alert, silences: Iterable[Silence], snapshot: Snapshot, now: datetime) -> bool:
    """Return whether a silence keeps an alert back, also one that is not on the board."""
    return any(
        one.kind is SilenceKind.SILENCE and one.active(now) and matches_all(one.matchers, alert, snapshot)
        for one in silences
    )


def with_state(groups: Iterable[AlertGroup], kept: KeptBack) -> Iterator[AlertGroup]:
    """Yield the groups, those whose alerts are all kept back with the reason."""
    for group in groups:
        states = {kept.states.get(key, AlertState.ACTIVE) for key in group.alerts} if kept.states else set()
        if not states or AlertState.ACTIVE in states:
            yield group
        else:
            yield replace(group, state=next(one for one in _SHOWN_FIRST if one in states))


def _end(silence: Silence, groups: Mapping[str, AlertGroup], now: datetime) -> SilenceEnd | None:
    if silence.ends_at is not None and now >= silence.ends_at:
        return SilenceEnd.TIME
    if silence.kind is SilenceKind.SILENCE:
        return None
    group = groups.get(silence.alert_id)
    if group is None:
        return SilenceEnd.RESOLVED
    if silence.level is not None and group.level.rank > silence.level.rank:
        return SilenceEnd.WORSE
    other = group.certificate is not None and group.certificate.sha256 != silence.certificate
    return SilenceEnd.CERTIFICATE if silence.certificate and other else None


def _silenced(silence: Silence, alerts: Iterable[Alert], snapshot: Snapshot) -> Iterator[AlertKey]:
    for alert in alerts:
        if matches_all(silence.matchers, alert, snapshot):
            yield from (key for key, _ in alert.members())
