"""The notification log and the outbox, written in one transaction so that they always agree."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from json import dumps, loads
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from monitor.model import LogChange, Mail, NotificationRecord
from monitor.store.dialect import upsert
from monitor.store.facts import put_facts
from monitor.store.json_columns import recipients_json, recipients_of
from monitor.store.tables import mail, notification_log

LONGEST_WAIT = timedelta(hours=2)
"""Longer than delivery ever waits between two attempts."""

_FORGET = delete(notification_log).where(notification_log.c.key == bindparam("gone"))


def notification_records(connection: Connection) -> dict[str, NotificationRecord]:
    """Return every record of the notification log by key."""
    return {
        row.key: NotificationRecord(
            row.key,
            row.level,
            row.first_notified_at,
            row.last_notified_at,
            row.title,
            tuple(loads(row.locations)),
        )
        for row in connection.execute(select(notification_log))
    }


def notify(
    connection: Connection, changes: Sequence[LogChange], mails: Sequence[Mail], facts: Mapping[str, str]
) -> tuple[Mail, ...]:
    """Write the log changes, mails and facts of one alert pass; return the mails with their ids."""
    latest = {change.key: change.record for change in changes}
    if rows := [_record_row(key, value) for key, value in latest.items() if value is not None]:
        upsert(connection, notification_log, rows)
    if forget := [{"gone": key} for key, value in latest.items() if value is None]:
        connection.execute(_FORGET, forget)
    put_facts(connection, facts)
    return tuple(replace(item, id=_stored(connection, item)) for item in mails)


def _record_row(key: str, value: NotificationRecord) -> dict[str, Any]:
    return {
        "key": key,
        "level": value.level,
        "first_notified_at": value.first_notified_at,
        "last_notified_at": value.last_notified_at,
        "title": value.title,
        "locations": dumps(value.locations),
    }


def _stored(connection: Connection, item: Mail) -> int:
    done = connection.execute(
        insert(mail).values(
            message_id=item.message_id,
            subject=item.subject,
            message=item.message,
            recipients=recipients_json(item.recipients),
            created_at=item.created_at,
            next_attempt_at=item.next_attempt_at,
            attempts=item.attempts,
            last_error=item.last_error,
            finished_at=None if item.pending else item.next_attempt_at,
        )
    )
    (id_,) = done.inserted_primary_key or (0,)
    return int(id_)


def due_mails(connection: Connection, now: datetime, limit: int) -> tuple[Mail, ...]:
    """Return mails whose next attempt is due, longest overdue first.

    An attempt scheduled further ahead than the longest wait was written before the clock was set back: it is
    due as well.
    """
    due = or_(mail.c.next_attempt_at <= now, mail.c.next_attempt_at > now + LONGEST_WAIT)
    query = (
        select(mail)
        .where(mail.c.finished_at.is_(None), due)
        .order_by(mail.c.next_attempt_at, mail.c.id)
        .limit(limit)
    )
    return tuple(_mail(row) for row in connection.execute(query))


def _mail(row: Row[Any]) -> Mail:
    return Mail(
        message_id=row.message_id,
        subject=row.subject,
        message=row.message,
        recipients=recipients_of(row.recipients),
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        last_error=row.last_error,
        id=row.id,
    )


def mail_attempted(connection: Connection, item: Mail) -> None:
    """Write the state of a mail after an attempt; it is finished when no recipient is pending.

    ``next_attempt_at`` stands in for the time of the attempt: a delivery always sets it, to within an hour of
    the attempt, and mails are kept for days.
    """
    connection.execute(
        update(mail)
        .where(mail.c.id == item.id)
        .values(
            recipients=recipients_json(item.recipients),
            next_attempt_at=item.next_attempt_at,
            attempts=item.attempts,
            last_error=item.last_error,
            finished_at=None if item.pending else item.next_attempt_at,
        )
    )


def outbox(connection: Connection) -> tuple[int, datetime | None]:
    """Return the number of unfinished mails, and when the oldest of them was written."""
    query = select(func.count(), func.min(mail.c.created_at)).where(mail.c.finished_at.is_(None))
    count, oldest = connection.execute(query).one()
    return count, oldest
