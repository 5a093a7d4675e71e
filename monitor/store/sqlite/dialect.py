"""Everything specific to SQLite: files, connections, transactions, errors, backups and upserts."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

from sqlalchemy import (
    Connection,
    Engine,
    Insert,
    QueuePool,
    StaticPool,
    Table,
    create_engine,
    event,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from monitor.errors import StoreFault, StoreUnusableError, SystemBrokenError
from monitor.store.dialect import DIALECT, PATIENCE, READS, system_errors
from monitor.store.faults import RESTORE, Explanation, of_sqlite, of_system
from monitor.store.sqlite.damage import damage
from monitor.store.sqlite.files import DatabaseLock, identity, make_file, make_folder
from monitor.store.sqlite.reading import read_only_engines, reading_engine

_MILLISECOND = timedelta(milliseconds=1)

DAMAGE_CHECK_EACH = 5
"""The content is examined at each fifth check, and at each one while it is damaged."""


class SqliteDialect:
    """SQLite in a file, or in memory for ``None``.

    pysqlite's own transaction handling is switched off and every transaction that may write starts with BEGIN
    IMMEDIATE: otherwise two transactions that read, decide and write can both commit and one update is lost
    (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html, transactions with the sqlite3 driver).
    """

    kind = "an SQLite database"
    stays_readable = True

    def __init__(self, path: Path | None) -> None:
        """Prepare without opening anything."""
        self._path = path
        self._opened: tuple[int, int] | None = None
        self._checks_left = 0

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the dialect for a store URL; ``sqlite://`` is a database in memory.

        A relative path follows three slashes, an absolute one four (on Windows three and a drive letter).
        Raises ``SystemBrokenError`` for anything that is not SQLite on a plain path.
        """
        try:
            parts = make_url(url)
        except ArgumentError:
            raise SystemBrokenError(_advice(url)) from None
        if parts.drivername not in {"sqlite", "sqlite+pysqlite"} or parts.query or parts.host:
            raise SystemBrokenError(_advice(parts.render_as_string()))
        in_memory = not parts.database or parts.database == ":memory:"
        return cls(None if in_memory else Path(str(parts.database)).absolute())

    @property
    def location(self) -> str:
        """Return the path of the file."""
        return "in memory" if self._path is None else str(self._path)

    @property
    def in_memory(self) -> bool:
        """Return whether the database has no file."""
        return self._path is None

    @property
    def backups(self) -> str:
        """Return the name of backups without their revision."""
        return f"{self._file.name}.before-..."

    @property
    def _file(self) -> Path:
        if self._path is None:
            raise ValueError("a database in memory has no file")
        return self._path

    def lock(self) -> Callable[[], None]:
        """Lock the file, which need not exist yet; return a function that unlocks it."""
        make_folder(self._file)
        return DatabaseLock(self._file).release

    def prepare(self) -> None:
        """Create the file if it is missing."""
        make_file(self._file)

    def engine(self, patience: timedelta = PATIENCE, *, migrating: bool = False) -> Engine:
        """Return an engine in WAL mode that syncs to disk at each commit.

        Foreign keys are off while ``migrating``: a step that rebuilds a table would otherwise lose the rows
        that refer to it (https://sqlite.org/lang_altertable.html, section 7).
        """
        options: dict[str, Any] = {
            "hide_parameters": True,  # mails would otherwise appear in exceptions and logs
            "execution_options": {DIALECT: self},
        }
        if self._path is None:
            engine = create_engine(
                "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}, **options
            )
        else:
            url = URL.create("sqlite", database=str(self._path))
            engine = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0, **options)
        self._listen(engine, patience, foreign_keys=not migrating)
        return engine

    def reader(self) -> Engine:
        """Return an engine that only reads."""
        return reading_engine(self._file, {DIALECT: self, READS: True})

    def beside(self) -> Engine:
        """Return an engine like others: SQLite lets transactions take turns."""
        return self.engine()

    def readers(self) -> Iterator[Engine]:
        """Yield engines that read the file even where nothing can be written."""
        return read_only_engines(self._file, {DIALECT: self, READS: True})

    def state(self) -> tuple[int, ...]:
        """Return what changes when the file is replaced or written by others; empty where it is missing."""
        with suppress(OSError):
            found = self._file.stat()
            return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
        return ()

    def _listen(self, engine: Engine, patience: timedelta, *, foreign_keys: bool) -> None:
        @event.listens_for(engine, "connect")
        def connected(connection: sqlite3.Connection, _record: Any) -> None:
            connection.isolation_level = None
            connection.execute(f"PRAGMA busy_timeout = {patience // _MILLISECOND}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
            self._opened = None if self._path is None else identity(self._path)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            reads = connection.get_execution_options().get(READS, False)
            connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    def explain(self, error: Exception) -> Explanation | None:
        """Return why SQLite or the disk failed, ``None`` for a wrong statement (a bug)."""
        match error:
            case IntegrityError() | ProgrammingError() | InterfaceError():
                return None
            case DBAPIError():
                return of_sqlite(error.orig)
            case sqlite3.Error():
                return of_sqlite(error)
            case OSError():
                return Explanation(of_system(error), str(error))
        return None

    def check(self) -> None:
        """Raise ``StoreUnusableError`` when the open file is no longer the one at its path, or is damaged.

        SQLite keeps using a deleted file without an error (on Windows it cannot be deleted): everything
        recorded then is lost at the next start.
        """
        if self._path is None or self._opened is None:
            return
        with system_errors(self):
            now = identity(self._path)
        if now != self._opened:
            raise StoreUnusableError(
                f"the store {self._path} was {'replaced' if now else 'deleted'} while in use: what is "
                "recorded from now on is lost at the next start, and mails may be sent again; restart "
                "cert-monitor",
                StoreFault.REPLACED if now else StoreFault.DELETED,
            )
        self._check_content(self._path)

    def _check_content(self, path: Path) -> None:
        if self._checks_left > 0:
            self._checks_left -= 1
            return
        with system_errors(self):
            found = damage(path)
        if found:
            raise StoreUnusableError(f"the store {path} is damaged: {found}; {RESTORE}", StoreFault.DAMAGED)
        self._checks_left = DAMAGE_CHECK_EACH - 1

    def backup(self, revision: str) -> Path | None:
        """Copy the file atomically to ``FILE.before-REVISION``; return that path."""
        copy = self._file.with_name(f"{self._file.name}.before-{revision}")
        unfinished = copy.with_name(f"{copy.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(self._file)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
        return unfinished.replace(copy)

    def lock_for_upgrade(self, connection: Connection, revision: str | None) -> None:
        """Do nothing: the file is locked."""

    def dangling_table(self, connection: Connection) -> str:
        """Return a table whose foreign keys dangle, empty if there is none."""
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        return str(dangling[0]) if dangling else ""

    def upsert(self, table: Table) -> Insert:
        """Return INSERT ... ON CONFLICT DO UPDATE."""
        return _upsert(table)

    def insert_missing(self, table: Table) -> Insert:
        """Return INSERT ... ON CONFLICT DO NOTHING."""
        return sqlite.insert(table).on_conflict_do_nothing()

    def number_after(self, connection: Connection, table: Table) -> None:
        """Do nothing: SQLite goes on after the greatest number."""

    def clock(self, connection: Connection) -> datetime | None:  # noqa: ARG002 - as DatabaseDialect has it
        """Return nothing: its clock is ours."""
        return None

    def damage(self, connection: Connection) -> Sequence[str]:
        """Return what ``PRAGMA integrity_check`` finds."""
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
        return [] if said == ["ok"] else said


def _advice(url: str) -> str:
    return (
        f"store.url {url!r} names no SQLite file: write sqlite:////absolute/path/state.db "
        "(four slashes; on Windows sqlite:///C:/path/state.db)"
    )


@cache
def _upsert(table: Table) -> Insert:
    new = sqlite.insert(table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: new.excluded[column.name] for column in table.c if not column.primary_key},
    )
