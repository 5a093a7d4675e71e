"""Examine a whole database without writing to it, also while a service uses it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Connection, exists, func, select

from monitor.secrets import SecretReference
from monitor.store.database import dialect_for
from monitor.store.maintenance.copying import AT_ONCE, TABLES, reading
from monitor.store.tables import certificate, history, notification, notification_alert

_REFERENCES: tuple[tuple[Column[str], Column[str]], ...] = (
    (history.c.sha256, certificate.c.sha256),
    (notification_alert.c.notification_id, notification.c.id),
)


@dataclass(frozen=True, slots=True)
class StoreReport:
    """Where a database is, its schema, the number of rows of each table, and what is wrong with it."""

    location: str
    schema: str
    counts: Mapping[str, int]
    problems: tuple[str, ...]


def check_store(url: str, password: SecretReference | None = None) -> StoreReport:
    """Read every row of a database and return what was found.

    Raises ``NewerSchemaError`` or ``SystemBrokenError`` where it cannot be opened or has another schema.
    """
    from monitor.store.schema import schema  # noqa: PLC0415 - loads Alembic

    dialect = dialect_for(url, password)
    with reading(dialect) as connection:
        problems = (*dialect.damage(connection), *_dangling(connection))
        return StoreReport(dialect.location, schema().head, _read(connection), problems)


def _read(connection: Connection) -> Mapping[str, int]:
    """Read every row and return the numbers of rows by table."""
    found = {}
    for table in TABLES:
        rows = connection.execute(select(table), execution_options={"yield_per": AT_ONCE})
        found[table.name] = sum(len(some) for some in rows.partitions())
    return found


def _dangling(connection: Connection) -> list[str]:
    """Return a sentence for each table with rows that refer to rows that are missing."""
    found = []
    for column, wanted in _REFERENCES:
        lost = select(func.count()).select_from(column.table).where(~exists().where(wanted == column))
        if number := connection.scalar(lost):
            found.append(f"{number} rows of {column.table.name} refer to no row of {wanted.table.name}")
    return found
