"""The synchronous core: one open database, and transactions on it that happen wholly or not at all.

It belongs to one thread at a time; ``Store`` is the way in for everybody else.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine

from monitor.errors import SystemBrokenError
from monitor.store.dialect import PATIENCE, READS, Dialect, explained
from monitor.store.facts import put_facts, read_fact
from monitor.store.sqlite import SqliteDialect
from monitor.store.tables import metadata

P = ParamSpec("P")
T = TypeVar("T")


def dialect_for(url: str) -> Dialect:
    """Return the dialect of the database that a store URL names; raise ``SystemBrokenError`` if none does."""
    return SqliteDialect.of(url)


class Database:
    """Run functions that take a connection, each in a transaction of its own."""

    def __init__(
        self, dialect: Dialect, patience: timedelta = PATIENCE, release: Callable[[], None] | None = None
    ) -> None:
        """Use a database, of which ``release`` ends the lock; open nothing yet."""
        self._dialect = dialect
        self._engine = dialect.engine(patience)
        self._reader = self._engine.execution_options(**{READS: True})
        self._release = release

    @classmethod
    def open(cls, url: str, *, app_version: str, patience: timedelta = PATIENCE) -> Self:
        """Open, create or upgrade the database that a URL names, alone.

        Raises ``NewerSchemaError`` or ``SystemBrokenError`` with a sentence that says what to do.
        """
        dialect = dialect_for(url)
        if dialect.in_memory:
            database = cls(dialect)
            database.write(metadata.create_all)
            return database
        release = dialect.lock()
        try:
            return cls._opened(dialect, release, app_version, patience)
        except BaseException:
            release()
            raise

    @classmethod
    def _opened(
        cls, dialect: Dialect, release: Callable[[], None], app_version: str, patience: timedelta
    ) -> Self:
        # Importing Alembic takes longer than everything else here, and a store in memory needs none of it.
        from monitor.store.schema import WRITTEN_BY, migrate, schema  # noqa: PLC0415

        migrate(dialect, schema())
        database = cls(dialect, patience, release)
        if database.read(read_fact, WRITTEN_BY) != app_version:
            database.write(put_facts, {WRITTEN_BY: app_version})
        return database

    def read(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function reads; it sees one state of the database throughout."""
        return self._run(self._reader, act, *args, **kwargs)

    def write(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function answers after its changes are safe on disk; an exception undoes them all."""
        return self._run(self._engine, act, *args, **kwargs)

    def _run(
        self, engine: Engine, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            with explained(self._dialect), engine.begin() as connection:
                return act(connection, *args, **kwargs)
        except SystemBrokenError:
            # A new connection for the next call: this one may hold a file that was replaced meanwhile.
            if not self._dialect.in_memory:
                self._engine.dispose()
            raise

    def check(self) -> None:
        """Raise ``SystemBrokenError`` when what is written now would be lost."""
        self._dialect.check()

    def close(self) -> None:
        """Close the database and let another process have it."""
        self._engine.dispose()
        if self._release is not None:
            self._release()
            self._release = None
