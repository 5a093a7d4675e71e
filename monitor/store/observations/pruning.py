"""Delete expired records, a few hundred rows at a time so that no writer waits long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, or_, select, update

from monitor.store.chunks import SIZE, chunks
from monitor.store.columns.types import storable
from monitor.store.observations.outcomes import forget_outcomes
from monitor.store.tables import alert, certificate, history, notification, outcome, target

KEEP_CONTENT = timedelta(days=7)
"""How long the content of a finished notification is kept; the rest of its row stays longer."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The number of rows that one slice removed, and the certificate before the next slice (empty: done)."""

    removed: int
    after: str


def forget_targets(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Remove targets that are no longer configured, and their outcomes; end their history, and keep it."""
    for some in chunks(map(storable, ids)):
        forget_outcomes(connection, some)
        connection.execute(delete(target).where(target.c.id.in_(some)))
        connection.execute(
            update(history)
            .where(history.c.target_id.in_(some), history.c.ended_at.is_(None))
            .values(ended_at=now)
        )


def prune_history(connection: Connection, before: datetime) -> int:
    """Remove a slice of the history entries that ended before an instant; return how many."""
    return _delete(connection, history, history.c.ended_at < before)


def prune_outcomes(connection: Connection, before: datetime) -> int:
    """Remove a slice of the outcomes that ended before an instant; return how many."""
    return _delete(connection, outcome, outcome.c.ended_at < before)


def prune_notifications(connection: Connection, before: datetime) -> int:
    """Remove a slice of the notifications that were finished before an instant; return how many."""
    return _delete(connection, notification, notification.c.finished_at < before)


def prune_alerts(connection: Connection, before: datetime) -> int:
    """Remove a slice of the alerts that were over before an instant; return how many."""
    return _delete(connection, alert, alert.c.resolved_at < before)


def _delete(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    some = select(table.c.id).where(condition).limit(SIZE)
    return connection.execute(delete(table).where(table.c.id.in_(some))).rowcount


def empty_notifications(connection: Connection, before: datetime) -> int:
    """Clear the content of a slice of the notifications finished before an instant; return how many."""
    filled = or_(notification.c.payload != "", notification.c.rendered.is_not(None))
    some = select(notification.c.id).where(notification.c.finished_at < before, filled).limit(SIZE)
    emptied = update(notification).where(notification.c.id.in_(some)).values(payload="", rendered=None)
    return connection.execute(emptied).rowcount


def prune_certificates(connection: Connection, after: str) -> Slice:
    """Remove the certificates of one slice that no history entry refers to."""
    some = connection.scalars(
        select(certificate.c.sha256)
        .where(certificate.c.sha256 > after)
        .order_by(certificate.c.sha256)
        .limit(SIZE)
    ).all()
    if not some:
        return Slice(0, "")
    recorded = exists().where(history.c.sha256 == certificate.c.sha256)
    removed = connection.execute(
        delete(certificate).where(certificate.c.sha256.in_(some), ~recorded)
    ).rowcount
    return Slice(removed, some[-1] if len(some) == SIZE else "")
