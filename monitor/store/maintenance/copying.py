"""Copy everything from one database to another one, of the same kind or of another, in one transaction."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Table, delete, func, insert, select

from monitor.errors import SystemBrokenError
from monitor.secrets import SecretReference
from monitor.store.database import Database, dialect_for
from monitor.store.dialect import DatabaseDialect, let_number, system_errors
from monitor.store.tables import fact, history, lease, metadata, outcome

AT_ONCE = 1000
"""How many rows are read and written together."""

# Who acts is agreed upon anew in each database.
TABLES = tuple(table for table in metadata.sorted_tables if table is not lease)
_NUMBERED = (history, outcome)

Counts = Mapping[str, int]
"""The number of rows of each table by its name."""


def copy_store(
    source: str,
    target: str,
    *,
    app_version: str,
    source_password: SecretReference | None = None,
    target_password: SecretReference | None = None,
) -> Counts:
    """Copy a store to an empty one and return what was copied; both are created or upgraded as at a start.

    Both are locked meanwhile: what a service recorded after the copy would be lost. Raises
    ``SystemBrokenError`` where one is in use, the target is not empty, or a row is missing in the end; the
    target stays empty then.
    """
    if source == target:
        raise SystemBrokenError("source and target are the same database")
    with (
        closing(Database.open(source, app_version=app_version, password=source_password)),
        closing(Database.open(target, app_version=app_version, password=target_password)) as copy,
        reading(dialect_for(source, source_password)) as connection,
    ):
        return copy.write(fill, connection)


def fill(target: Connection, source: Connection) -> Counts:
    """Copy all rows into an empty database of the present schema; return their numbers."""
    expected = row_counts(source)
    _check_empty(target)
    target.execute(delete(fact))
    for table in TABLES:
        _copy(source, target, table)
    for table in _NUMBERED:
        let_number(target, table)
    _compare(expected, row_counts(target))
    return expected


def row_counts(connection: Connection) -> Counts:
    """Return the number of rows of each table."""
    return {one.name: connection.scalar(select(func.count()).select_from(one)) or 0 for one in TABLES}


@contextmanager
def reading(dialect: DatabaseDialect) -> Iterator[Connection]:
    """Yield a connection that sees one state of a database, also while a service uses it.

    Raises ``SystemBrokenError`` where the database has another schema than this version.
    """
    from monitor.store.schema import is_current  # noqa: PLC0415 - loads Alembic

    engine = dialect.reader()
    try:
        with system_errors(dialect), engine.begin() as connection:
            if not is_current(connection, dialect):
                raise SystemBrokenError(
                    f"{dialect.location} has no records of this version: start the service once"
                )
            yield connection
    finally:
        engine.dispose()


def _check_empty(target: Connection) -> None:
    found = {name: number for name, number in row_counts(target).items() if number}
    # One fact is the version that opened it last.
    if found.keys() - {fact.name} or found.get(fact.name, 0) > 1:
        raise SystemBrokenError(f"the target is not empty ({_written(found)}): name an empty database")


def _copy(source: Connection, target: Connection, table: Table) -> None:
    rows = source.execute(select(table), execution_options={"yield_per": AT_ONCE}).mappings()
    for some in rows.partitions():
        target.execute(insert(table), [dict(row) for row in some])


def _compare(expected: Counts, found: Counts) -> None:
    wrong = {name: number for name, number in found.items() if expected[name] != number}
    if wrong:
        raise SystemBrokenError(f"not every row arrived ({_written(wrong)}): nothing is copied")


def _written(counts: Counts) -> str:
    return ", ".join(f"{name}: {number}" for name, number in counts.items())
