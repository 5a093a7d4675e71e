"""The rows of the list of silences: those that last and those that ended lately."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from monitor.alerts.routing.matching import matches_target
from monitor.model import Matcher, Silence, SilenceKind, Snapshot
from monitor.web.queries.lists.listing import Facet, Listing
from monitor.web.queries.lists.row_words import joined, one_value
from monitor.web.queries.scope import TargetScope

ENDED_WITHIN = timedelta(days=30)
STATES = ("lasting", "ended")
_NEVER = datetime.max.replace(tzinfo=UTC)
_OF_ALERTS = frozenset({"check", "level"})


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """An acknowledgement with the title of its alert, if that is open, or a silence with its matchers."""

    silence: Silence
    title: str
    states: tuple[str, ...]
    types: tuple[str, ...]
    persons: tuple[str, ...]
    order: tuple[int, float]
    text: str


SILENCES: Listing[SilenceRow] = Listing(
    facets=(
        Facet("state", attrgetter("states"), STATES),
        Facet("type", attrgetter("types"), tuple(SilenceKind)),
        Facet("by", attrgetter("persons")),
    ),
    sorts={
        "state": attrgetter("order"),
        "starts": lambda row: row.silence.starts_at,
        "ends": lambda row: row.silence.ended_at or row.silence.ends_at,
    },
    text=attrgetter("text"),
)
"""The list of silences."""


def silence_rows(
    silences: Iterable[Silence], snapshot: Snapshot, scope: TargetScope, now: datetime
) -> tuple[SilenceRow, ...]:
    """Return a row for each silence that is about something in a scope."""
    titles = {key.id: group.title for group in snapshot.alerts for key in group.alerts}
    titles |= {group.id: group.title for group in snapshot.alerts}
    return tuple(_row(one, titles, now) for one in visible_silences(silences, snapshot, scope))


def visible_silences(
    silences: Iterable[Silence], snapshot: Snapshot, scope: TargetScope
) -> Iterator[Silence]:
    """Yield the silences about what a scope shows; ``snapshot`` is narrowed to it.

    Their matchers keep the values that something visible has.
    """
    if scope.everything:
        yield from silences
        return
    ids = {key.id for group in snapshot.alerts for key in group.alerts}
    ids |= {group.id for group in snapshot.alerts}
    for one in silences:
        if one.kind is SilenceKind.ACKNOWLEDGE:
            if one.alert_id in ids:
                yield one
        elif any(matches_target(one.matchers, state.target) for state in snapshot):
            yield replace(one, matchers=tuple(_narrowed(matcher, snapshot) for matcher in one.matchers))


def _narrowed(matcher: Matcher, snapshot: Snapshot) -> Matcher:
    if matcher.name in _OF_ALERTS or len(matcher.values) == 1:
        return matcher
    values = (Matcher(matcher.name, (value,)) for value in matcher.values)
    shown = (one for one in values if any(matches_target((one,), state.target) for state in snapshot))
    return Matcher(matcher.name, tuple(value for one in shown for value in one.values))


def _row(one: Silence, titles: dict[str, str], now: datetime) -> SilenceRow:
    over = one.ended_at or (one.ends_at if one.ends_at and one.ends_at <= now else None)
    end = over or one.ends_at or _NEVER
    title = titles.get(one.alert_id, "")
    matched = (word for matcher in one.matchers for word in (matcher.name, *matcher.values))
    return SilenceRow(
        one,
        title,
        one_value("ended" if over else "lasting"),
        one_value(one.kind.value),
        one_value(one.by),
        # What lasts first, the next end before; then what ended last.
        (1, -end.timestamp()) if over else (0, end.timestamp()),
        joined((one.id, one.alert_id, title, one.reason, one.by, *matched)),
    )
