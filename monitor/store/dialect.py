"""What the store needs of a kind of database beyond SQLAlchemy Core; everything else here suits any of them.

SQLite is the only kind so far (``sqlite.py``). Another one is a class beside it, a line where ``database.py``
chooses, and its keywords in ``partial``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import BigInteger, Connection, Engine, Insert, Integer, Table, text

from monitor.errors import SystemBrokenError

PATIENCE = timedelta(seconds=5)
"""How long a statement waits for another process (a backup, the sqlite3 shell) to release the database."""

READS = "monitor_reads"
"""Execution option of connections whose transactions only read."""

DIALECT = "monitor_dialect"
"""Execution option of every connection: its ``Dialect``."""

# SQLite numbers rows by itself only where the type is INTEGER; elsewhere that has 32 bits.
RowId = BigInteger().with_variant(Integer, "sqlite")
"""The type of a number that the database gives to each new row."""

NEVER_REUSED: dict[str, Any] = {"sqlite_autoincrement": True}
"""Keywords of a table whose row numbers are given once, also after the row was removed."""


def partial(condition: str) -> dict[str, Any]:
    """Return the keywords of an index that holds only the rows of which a condition is true."""
    return {"sqlite_where": text(condition)}


class Dialect(Protocol):
    """One database, named by a store URL, and what its kind does differently."""

    @property
    def location(self) -> str:
        """Return where it is, as sentences say it after "the store"."""

    @property
    def kind(self) -> str:
        """Return what it is, such as ``an SQLite database``."""

    @property
    def in_memory(self) -> bool:
        """Return whether it is empty at each start and lives in one connection."""

    @property
    def backups(self) -> str:
        """Return what the copies are called that were made before upgrades."""

    def lock(self) -> Callable[[], None]:
        """Prepare the database and keep other processes from using it; return what ends that.

        Raises ``SystemBrokenError`` when that is not possible or another process uses it.
        """

    def engine(self, patience: timedelta = PATIENCE, *, migrating: bool = False) -> Engine:
        """Return an engine of one connection; nothing is opened yet.

        Transactions that may write exclude each other from their beginning. ``migrating`` lets a step rebuild
        a table that other rows refer to.
        """

    def why_broken(self, error: Exception) -> str | None:
        """Return why the database does not work and what to do; ``None`` for an error that is our bug."""

    def check(self) -> None:
        """Raise ``SystemBrokenError`` when what is written now would be lost."""

    def backup(self, revision: str) -> Path | None:
        """Copy the database before an upgrade to a revision, whole or not at all; return where to."""

    def dangling_table(self, connection: Connection) -> str:
        """Return a table with rows that refer to none after an upgrade, empty when there is no such table."""

    def upsert(self, table: Table) -> Insert:
        """Return the statement that inserts rows and replaces those whose primary key is there already."""

    def insert_missing(self, table: Table) -> Insert:
        """Return the statement that inserts only the rows whose keys are not there yet."""


@contextmanager
def explained(dialect: Dialect) -> Iterator[None]:
    """Turn what the database or the disk refuses into ``SystemBrokenError``; bugs pass."""
    try:
        yield
    except Exception as error:
        why = dialect.why_broken(error)
        if why is None:
            raise
        raise SystemBrokenError(f"the store {dialect.location} does not work: {why}") from error


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of all columns, and replace those whose primary key is there already."""
    connection.execute(_dialect_of(connection).upsert(table), rows)


def put_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose keys are not there yet."""
    connection.execute(_dialect_of(connection).insert_missing(table), rows)


def _dialect_of(connection: Connection) -> Dialect:
    dialect: Dialect = connection.get_execution_options()[DIALECT]
    return dialect
