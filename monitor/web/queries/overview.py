"""The content of the first page: urgent alerts, counts by state, next expiries, latest changes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from monitor.alerts.decision import NotificationItem, NotifyReason, UpcomingExpiry
from monitor.alerts.notifications.inventory import upcoming_expiries
from monitor.alerts.summarize import Summary, TargetCounts, count_targets, summarize, targets_in_need
from monitor.model import (
    AlertGroup,
    AlertLevel,
    AlertRecord,
    AlertState,
    Check,
    Silence,
    SilenceKind,
    Snapshot,
)
from monitor.web.queries.scope import TargetScope, locations_of

_MOST_UPCOMING = 5
_MOST_NEW = 8
NEW_WITHIN = timedelta(days=7)
URGENT = frozenset(AlertLevel) - {AlertLevel.WARNING}


@dataclass(frozen=True, slots=True)
class OngoingSilence:
    """An acknowledgement or a silence with what it is about: the title of its alert, or its matchers."""

    silence: Silence
    title: str = ""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What is counted over all targets.

    ``checked`` are the oldest and the newest last check of a target, ``None`` before any; ``upcoming`` are
    the certificates that expire next.
    """

    counts: TargetCounts
    checked: tuple[datetime, datetime] | None
    upcoming: tuple[UpcomingExpiry, ...]


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many alerts are notified, by level, and how many are held in which way."""

    levels: Mapping[AlertLevel, int]
    acknowledged: int
    silenced: int
    waiting: int

    @property
    def urgent(self) -> int:
        """Return how many alerts are critical or expired and not held."""
        return sum(count for level, count in self.levels.items() if level in URGENT)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page; ``opened`` are the alerts of the last days, newest first."""

    summary: Summary[NotificationItem]
    alerts: AlertCounts
    targets: TargetCounts
    checked: tuple[datetime, datetime] | None
    upcoming: tuple[UpcomingExpiry, ...]
    opened: tuple[AlertGroup, ...]
    held: tuple[OngoingSilence, ...]


def target_facts(snapshot: Snapshot, now: datetime) -> TargetFacts:
    """Return what is counted over all targets; at 100,000 it takes tenths of a second."""
    counts = count_targets(snapshot, targets_in_need(snapshot.alerts))
    return TargetFacts(counts, _checked(snapshot), _upcoming(snapshot, now))


def overview(snapshot: Snapshot, facts: TargetFacts, silences: Sequence[Silence], now: datetime) -> Overview:
    """Return what the first page says of a snapshot; ``silences`` are those that last."""
    return Overview(
        summary=summarize([as_item(one) for one in snapshot.alerts if one.state is AlertState.ACTIVE]),
        alerts=count_alerts(snapshot.alerts),
        targets=facts.counts,
        checked=facts.checked,
        upcoming=facts.upcoming,
        opened=_opened(snapshot.alerts, now),
        held=tuple(_held(silences, snapshot.alerts)),
    )


def count_alerts(alerts: Sequence[AlertGroup]) -> AlertCounts:
    """Return the counts of the alerts of the board."""
    states = Counter(one.state for one in alerts)
    levels = Counter(one.level for one in alerts if one.state is AlertState.ACTIVE)
    return AlertCounts(
        {level: levels[level] for level in reversed(AlertLevel)},
        states[AlertState.ACKNOWLEDGED],
        states[AlertState.SILENCED],
        states[AlertState.WAITING],
    )


def visible(
    records: Iterable[AlertRecord], snapshot: Snapshot, scope: TargetScope
) -> tuple[AlertRecord, ...]:
    """Return the alerts that are over and were about nothing but targets which may be seen."""
    if scope.everything:
        return tuple(records)
    known = {location for state in snapshot for location in locations_of(state)}
    return tuple(one for one in records if one.locations and known.issuperset(one.locations))


def as_item(group: AlertGroup) -> NotificationItem:
    """Return an alert of the board in the form that a notification of it has."""
    checks = (group.check,) if isinstance(group.check, Check) else ()
    return NotificationItem(
        NotifyReason.FIRST,
        group.level,
        checks,
        group.title,
        messages=group.messages,
        locations=group.locations,
        certificate=group.certificate,
        low_impact=group.low_impact,
        alert_id=group.id,
        since=group.since,
    )


def _checked(snapshot: Snapshot) -> tuple[datetime, datetime] | None:
    instants = [state.probed_at for state in snapshot if state.probed_at is not None]
    return (min(instants), max(instants)) if instants else None


def _upcoming(snapshot: Snapshot, now: datetime) -> tuple[UpcomingExpiry, ...]:
    return tuple(islice(upcoming_expiries(snapshot, after=now), _MOST_UPCOMING))


def _opened(alerts: Iterable[AlertGroup], now: datetime) -> tuple[AlertGroup, ...]:
    recent = (one for one in alerts if now - one.since <= NEW_WITHIN)
    return tuple(sorted(recent, key=lambda one: one.since, reverse=True)[:_MOST_NEW])


def _held(silences: Iterable[Silence], alerts: Iterable[AlertGroup]) -> Iterable[OngoingSilence]:
    titles = {group.id: group.title for group in alerts}
    for one in silences:
        if one.kind is SilenceKind.SILENCE:
            yield OngoingSilence(one)
        elif one.alert_id in titles:
            yield OngoingSilence(one, titles[one.alert_id])
