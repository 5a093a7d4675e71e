"""What differs between kinds of databases beyond SQLAlchemy Core; the rest of the store suits any of them.

There are SQLite (``sqlite``) and PostgreSQL (``postgresql``). To add one, write a class like them, add
a line in ``database.dialect_for`` and add its keywords in ``partial``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import BigInteger, Connection, Engine, Insert, Integer, Table, text

from monitor.errors import StoreUnusableError
from monitor.store.faults import Explanation

PATIENCE = timedelta(seconds=5)
"""How long a statement waits for another process (a backup, the sqlite3 shell) to release the database."""

READS = "monitor_reads"
"""Execution option of connections whose transactions only read."""

DIALECT = "monitor_dialect"
"""Execution option of every connection: its ``DatabaseDialect``."""

# SQLite numbers rows by itself only where the type is INTEGER; elsewhere that has 32 bits.
RowId = BigInteger().with_variant(Integer, "sqlite")
"""The type of a number that the database gives to each new row."""


def partial(condition: str) -> dict[str, Any]:
    """Return the keyword arguments of a partial index over the rows that meet a condition."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class DatabaseDialect(Protocol):
    """The database that a store URL names, and the operations that depend on its kind."""

    @property
    def location(self) -> str:
        """Return the location of the database, as messages show it after "the store"."""

    @property
    def kind(self) -> str:
        """Return the kind of database for messages, such as ``an SQLite database``."""

    @property
    def in_memory(self) -> bool:
        """Return whether the database is in memory: empty at each start, and lost with its connection."""

    @property
    def stays_readable(self) -> bool:
        """Return whether a database that fails can still be read, so that a copy in memory can replace it."""

    @property
    def backups(self) -> str:
        """Return the name of the backups that are made before upgrades."""

    def lock(self) -> Callable[[], None]:
        """Lock the database against other processes; return a function that unlocks it.

        Raises ``StoreUnusableError`` when the disk does not let us, and ``SystemBrokenError`` when locks do
        not work or another process uses the database.
        """

    def prepare(self) -> None:
        """Create the database if it is missing."""

    def engine(self, patience: timedelta = PATIENCE, *, migrating: bool = False) -> Engine:
        """Return an engine of one connection; nothing is opened yet.

        Transactions that may write exclude each other from their beginning. ``migrating`` lets a step rebuild
        a table that other rows refer to.
        """

    def reader(self) -> Engine:
        """Return an engine that only reads, for as long as that takes, also while a service writes."""

    def beside(self) -> Engine:
        """Return an engine that writes beside a service that has the lock."""

    def readers(self) -> Iterator[Engine]:
        """Yield engines that read the database even where nothing can be written, the best one first."""

    def state(self) -> tuple[int, ...]:
        """Return what changes when the database is replaced or repaired; empty where there is none."""

    def explain(self, error: Exception) -> Explanation | None:
        """Return why the database does not work and what to do; ``None`` for an error that is a bug."""

    def check(self) -> None:
        """Raise ``StoreUnusableError`` when anything written now would be lost."""

    def backup(self, revision: str) -> Path | None:
        """Copy the database atomically before an upgrade to a revision; return the path of the copy."""

    def lock_for_upgrade(self, connection: Connection, revision: str | None) -> None:
        """Lock the database against other upgrades until the end of the transaction.

        Raises ``SystemBrokenError`` where others use the old ``revision``; ``None`` is an empty database.
        """

    def dangling_table(self, connection: Connection) -> str:
        """Return a table whose foreign keys dangle after an upgrade, empty if there is none."""

    def upsert(self, table: Table) -> Insert:
        """Return a statement that inserts rows and replaces those whose primary key exists."""

    def insert_missing(self, table: Table) -> Insert:
        """Return a statement that inserts only the rows whose keys do not exist yet."""

    def number_after(self, connection: Connection, table: Table) -> None:
        """Let new rows be numbered after those that were copied into a table with their numbers."""

    def clock(self, connection: Connection) -> datetime | None:
        """Return the time of a server, by which all that use it can go; ``None`` where there is none."""

    def damage(self, connection: Connection) -> Sequence[str]:
        """Return a sentence for each damage beside what shows when rows are read."""


@contextmanager
def system_errors(dialect: DatabaseDialect) -> Iterator[None]:
    """Turn errors of the database or the disk into ``StoreUnusableError``; let bugs through."""
    try:
        yield
    except Exception as error:
        why = dialect.explain(error)
        if why is None:
            raise
        raise StoreUnusableError(f"the store {dialect.location} failed: {why.sentence}", why.fault) from error


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with all columns, and replace those whose primary key exists."""
    connection.execute(_dialect_of(connection).upsert(table), rows)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose keys do not exist yet."""
    connection.execute(_dialect_of(connection).insert_missing(table), rows)


def let_number(connection: Connection, table: Table) -> None:
    """Let new rows be numbered after those that were copied into a table with their numbers."""
    _dialect_of(connection).number_after(connection, table)


def clock_of_server(connection: Connection) -> datetime | None:
    """Return the time of the database's server, ``None`` where the database is on this machine."""
    return _dialect_of(connection).clock(connection)


def _dialect_of(connection: Connection) -> DatabaseDialect:
    dialect: DatabaseDialect = connection.get_execution_options()[DIALECT]
    return dialect
