"""Acknowledged alerts and silences."""

from collections.abc import Sequence
from datetime import datetime
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, Row, delete, false, or_, select

from monitor.model import AlertLevel, Matcher, Silence, SilenceKind
from monitor.store.dialect import upsert
from monitor.store.tables import silence


def silences(connection: Connection, *, ended_after: datetime | None = None) -> tuple[Silence, ...]:
    """Return what has not ended, the earliest first; with ``ended_after`` what ended since, too."""
    row = silence.c
    recent = false() if ended_after is None else row.ended_at > ended_after
    shown = or_(row.ended_at.is_(None), recent)
    rows = connection.execute(select(silence).where(shown).order_by(row.starts_at, row.id))
    return tuple(map(_silence, rows))


def acknowledgements(connection: Connection, alert_id: str, most: int) -> tuple[Silence, ...]:
    """Return the acknowledgements of one alert, also those that ended, the latest first."""
    row = silence.c
    of_this = (row.alert_id == alert_id, row.kind == SilenceKind.ACKNOWLEDGE.value)
    rows = connection.execute(select(silence).where(*of_this).order_by(row.starts_at.desc()).limit(most))
    return tuple(map(_silence, rows))


def put_silences(connection: Connection, changed: Sequence[Silence]) -> None:
    """Write silences, new ones and those that changed."""
    if rows := [_row(one) for one in changed]:
        upsert(connection, silence, rows)


def prune_silences(connection: Connection, before: datetime) -> int:
    """Remove what ended before an instant; return how many."""
    row = silence.c
    return connection.execute(
        delete(silence).where(row.ended_at.is_not(None), row.ended_at < before)
    ).rowcount


def _row(one: Silence) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "matchers": dumps({matcher.name: matcher.values for matcher in one.matchers}),
        "alert_id": one.alert_id or None,
        "certificate": one.certificate or None,
        "level": one.level.value if one.level else None,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "reason": one.reason,
        "by": one.by,
        "ended_at": one.ended_at,
        "ended_by": one.ended_by or None,
    }


def _silence(row: Row[Any]) -> Silence:
    return Silence(
        id=row.id,
        kind=SilenceKind(row.kind),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
        by=row.by,
        matchers=tuple(Matcher(name, tuple(values)) for name, values in loads(row.matchers).items()),
        alert_id=row.alert_id or "",
        certificate=row.certificate or "",
        level=AlertLevel(row.level) if row.level else None,
        ended_at=row.ended_at,
        ended_by=row.ended_by or "",
    )
