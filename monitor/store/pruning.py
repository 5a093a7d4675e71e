"""Delete expired records, a few hundred rows at a time so that no writer waits long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, select, update

from monitor.store.chunks import SIZE, chunks
from monitor.store.tables import certificate, history, mail, storable, target

KEEP_MESSAGE = timedelta(days=7)
"""How long the text of a finished mail is kept; its row (to whom, when, what became of it) stays longer."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The number of rows that one slice removed, and the certificate before the next slice (empty: done)."""

    removed: int
    after: str


def forget_targets(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Remove targets that are no longer configured; end their history entries and keep them."""
    for some in chunks(map(storable, ids)):
        connection.execute(delete(target).where(target.c.id.in_(some)))
        connection.execute(
            update(history)
            .where(history.c.target_id.in_(some), history.c.ended_at.is_(None))
            .values(ended_at=now)
        )


def prune_history(connection: Connection, before: datetime) -> int:
    """Remove a slice of the history entries that ended before an instant; return how many."""
    return _delete(connection, history, history.c.ended_at < before)


def prune_mails(connection: Connection, before: datetime) -> int:
    """Remove a slice of the mails that were finished before an instant; return how many."""
    return _delete(connection, mail, mail.c.finished_at < before)


def _delete(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    some = select(table.c.id).where(condition).limit(SIZE)
    return connection.execute(delete(table).where(table.c.id.in_(some))).rowcount


def empty_mails(connection: Connection, before: datetime) -> int:
    """Clear the text of a slice of the mails that were finished before an instant; return how many."""
    some = select(mail.c.id).where(mail.c.finished_at < before, mail.c.message != b"").limit(SIZE)
    return connection.execute(update(mail).where(mail.c.id.in_(some)).values(message=b"")).rowcount


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
    spoken_of = exists().where(history.c.sha256 == certificate.c.sha256)
    removed = connection.execute(
        delete(certificate).where(certificate.c.sha256.in_(some), ~spoken_of)
    ).rowcount
    return Slice(removed, some[-1] if len(some) == SIZE else "")
