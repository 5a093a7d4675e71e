"""Renewal days: the frozen plan, the steps as they are now, and what happened, which only grows.

They are never pruned: their protocols are small, and an audit asks for them years later.
"""

from collections.abc import Sequence
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from monitor.model import DayEvent, DayEventKind, RenewalDay
from monitor.model.message_json import from_json, to_json
from monitor.store.dialect import upsert
from monitor.store.renewals.steps import step_json, step_of
from monitor.store.tables import renewal_day as days
from monitor.store.tables import renewal_event as events
from monitor.store.tables import renewal_step as steps


def renewal_days(connection: Connection, most: int, *, ended: bool = True) -> tuple[RenewalDay, ...]:
    """Return the days that were started last, the newest first; without ``ended`` those that are open."""
    wanted = select(days).order_by(days.c.started_at.desc(), days.c.id).limit(most)
    if not ended:
        wanted = wanted.where(days.c.ended_at.is_(None))
    return tuple(_day(connection, row) for row in connection.execute(wanted).all())


def renewal_day(connection: Connection, day_id: str) -> tuple[RenewalDay, tuple[DayEvent, ...]] | None:
    """Return one day with all that happened, ``None`` where there is none."""
    row = connection.execute(select(days).where(days.c.id == day_id)).first()
    if row is None:
        return None
    found = select(events).where(events.c.day_id == day_id).order_by(events.c.number)
    return _day(connection, row), tuple(map(_event, connection.execute(found)))


def put_renewal_day(connection: Connection, day: RenewalDay, happened: Sequence[DayEvent]) -> None:
    """Write a day as it is now, and add what happened."""
    upsert(connection, days, [_row(day)])
    rows = [
        {"day_id": day.id, "position": position, "step": dumps(step_json(step))}
        for position, step in enumerate(day.steps)
    ]
    if rows:
        upsert(connection, steps, rows)
    last = connection.scalar(select(func.max(events.c.number)).where(events.c.day_id == day.id)) or 0
    if happened:
        connection.execute(
            insert(events), [_event_row(day.id, last + at, one) for at, one in enumerate(happened, start=1)]
        )


def _day(connection: Connection, row: Row[Any]) -> RenewalDay:
    own = select(steps.c.step).where(steps.c.day_id == row.id).order_by(steps.c.position)
    return RenewalDay(
        id=row.id,
        site=row.site,
        version=row.version,
        plan=row.plan,
        started_at=row.started_at,
        started_by=row.started_by,
        work_began_at=row.work_began_at,
        steps=tuple(step_of(loads(one)) for one in connection.scalars(own)),
        paused_at=row.paused_at,
        stopped_at=row.stopped_at,
        stopped_step=row.stopped_step or "",
        stopped_why=from_json(loads(row.stopped_why)) if row.stopped_why else None,
        ended_at=row.ended_at,
        ended_by=row.ended_by or "",
    )


def _row(day: RenewalDay) -> dict[str, Any]:
    return {
        "id": day.id,
        "site": day.site,
        "version": day.version,
        "plan": day.plan,
        "started_at": day.started_at,
        "started_by": day.started_by,
        "work_began_at": day.work_began_at,
        "paused_at": day.paused_at,
        "stopped_at": day.stopped_at,
        "stopped_step": day.stopped_step or None,
        "stopped_why": dumps(to_json(day.stopped_why)) if day.stopped_why else None,
        "ended_at": day.ended_at,
        "ended_by": day.ended_by or None,
    }


def _event(row: Row[Any]) -> DayEvent:
    message = from_json(loads(row.message))
    return DayEvent(row.at, DayEventKind(row.kind), message, row.step_id, row.by)


def _event_row(day_id: str, number: int, one: DayEvent) -> dict[str, Any]:
    return {
        "day_id": day_id,
        "number": number,
        "at": one.at,
        "kind": one.kind.value,
        "step_id": one.step_id,
        "by": one.by,
        "message": dumps(to_json(one.message)),
    }
