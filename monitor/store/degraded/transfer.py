"""Carry what notifications depend on from a database to another one, and back: all tables but the large ones.

States of targets, certificates, history and outcomes stay where they are: nothing records them meanwhile.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, insert, select

from monitor.store.dialect import upsert
from monitor.store.tables import (
    access_token,
    alert,
    discovery,
    fact,
    lease,
    notification,
    notification_alert,
    notification_log,
    receiver_state,
    renewal,
    renewal_day,
    renewal_event,
    renewal_log,
    renewal_step,
    silence,
)

Rows: TypeAlias = Mapping[Table, Sequence[Mapping[str, Any]]]
"""The rows of each table."""

Keys: TypeAlias = Mapping[Table, frozenset[tuple[Any, ...]]]
"""The primary keys of rows of each table."""

# A notification comes before the alerts that it is about.
TABLES = (
    alert,
    notification_log,
    renewal_log,
    receiver_state,
    notification,
    notification_alert,
    silence,
    access_token,
    lease,
    fact,
    discovery,
    renewal,
    renewal_day,
    renewal_step,
    renewal_event,
)


def rows_in_use(connection: Connection) -> Rows:
    """Return the rows that decisions and deliveries depend on; finished notifications are left out."""
    return {table: _rows(connection, _in_use(table)) for table in TABLES}


def all_rows(connection: Connection) -> Rows:
    """Return all rows of these tables."""
    return {table: _rows(connection, select(table)) for table in TABLES}


def put_in(connection: Connection, rows: Rows) -> None:
    """Write the rows into an empty database."""
    for table in TABLES:
        if some := rows.get(table):
            connection.execute(insert(table), some)


def keys_of(rows: Rows) -> Keys:
    """Return the primary keys of rows."""
    return {table: frozenset(_key(table, row) for row in some) for table, some in rows.items()}


def put_back(connection: Connection, rows: Rows, before: Keys) -> None:
    """Bring a database up to date: the rows read from it had the keys ``before`` and are ``rows`` now.

    What was never read from it stays, unless ``rows`` has it as well.
    """
    now = keys_of(rows)
    for table in reversed(TABLES):
        for key in before.get(table, frozenset()) - now.get(table, frozenset()):
            connection.execute(delete(table).where(_has_key(table, key)))
    for table in TABLES:
        if some := rows.get(table):
            upsert(connection, table, some)


def _in_use(table: Table) -> Select[Any]:
    if table is notification:
        return select(notification).where(notification.c.finished_at.is_(None))
    if table is notification_alert:
        unfinished = notification.c.finished_at.is_(None)
        return select(notification_alert).join(notification).where(unfinished)
    return select(table)


def _rows(connection: Connection, query: Select[Any]) -> Sequence[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _has_key(table: Table, key: tuple[Any, ...]) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
