"""Whether a matter that is wrong now is to be told now, and how told-state remembers it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.alerts.decision import Rung, Why
from monitor.alerts.keys import NETWORK
from monitor.alerts.matter import Matter
from monitor.model import LogChange, NotificationRecord

_MOST_LOCATIONS = 1000
# Once one reminder is due, those due within this share of their interval come along: a mail a day with ten
# entries is read, ten mails are not.
_COMES_ALONG = 0.25


def due(
    matters: Iterable[Matter], told: Mapping[str, NotificationRecord], now: datetime
) -> list[tuple[Matter, Why]]:
    """Return the matters to tell now, each with its reason."""
    matters = list(matters)
    reasons = [(matter, _why(matter, told, now, share=1.0)) for matter in matters]
    if any(why is Why.REMINDER for _, why in reasons):
        reasons = [(matter, _why(matter, told, now, share=1.0 - _COMES_ALONG)) for matter in matters]
    return [(matter, why) for matter, why in reasons if why is not None]


def remember(matter: Matter, told: Mapping[str, NotificationRecord], now: datetime) -> Iterator[LogChange]:
    """Yield the changes by which a matter counts as told now, down to its present rung."""
    before = _rows(matter, told)
    rung = _lowest([matter.rung, *(Rung(row.rung) for row in before)])
    for key, locations in _keys(matter):
        row = told.get(key)
        first = row.first_notified_at if row else now
        yield LogChange(
            key, NotificationRecord(key, rung.value, first, now, matter.title, _joined(row, locations))
        )


def keep_up(matter: Matter, told: Mapping[str, NotificationRecord]) -> Iterator[LogChange]:
    """Yield the changes for a told matter that shows in more places than it did, without telling it."""
    rows = _rows(matter, told)
    first = min(row.first_notified_at for row in rows)
    last = max(row.last_notified_at for row in rows)
    rung = _lowest(Rung(row.rung) for row in rows)
    for key, locations in _keys(matter):
        row = told.get(key)
        joined = _joined(row, locations)
        if row is None or joined != row.locations:
            kept = row or NotificationRecord(key, rung.value, first, last, matter.title)
            yield LogChange(key, replace(kept, locations=joined))


def _why(
    matter: Matter, told: Mapping[str, NotificationRecord], now: datetime, *, share: float
) -> Why | None:
    rows = _rows(matter, told)
    if not rows:
        return Why.FIRST
    if matter.rung.rank > max(Rung(row.rung).rank for row in rows):
        return Why.WORSE
    waited = now - max(row.last_notified_at for row in rows)
    return Why.REMINDER if waited >= matter.remind_every * share else None


def _rows(matter: Matter, told: Mapping[str, NotificationRecord]) -> list[NotificationRecord]:
    # A fallen network is judged by its own row alone: hosts told one by one before do not speak for it.
    keys = [matter.key] if matter.key == NETWORK else [matter.key, *matter.marks]
    return [told[key] for key in dict.fromkeys(keys) if key in told]


def _keys(matter: Matter) -> Iterator[tuple[str, tuple[str, ...]]]:
    if matter.key not in matter.marks:
        yield matter.key, () if matter.key == NETWORK else matter.locations
    yield from matter.marks.items()


def _lowest(rungs: Iterable[Rung]) -> Rung:
    return max(rungs, key=lambda rung: rung.rank)


def _joined(row: NotificationRecord | None, locations: tuple[str, ...]) -> tuple[str, ...]:
    before = row.locations if row else ()
    return tuple(dict.fromkeys(before + locations))[:_MOST_LOCATIONS]
