"""Connections to SQLite as the store needs them, and sentences for what SQLite refuses.

pysqlite's own transaction handling is switched off and every transaction that may write starts with BEGIN
IMMEDIATE: otherwise two transactions that read, decide and write can both commit and one update is lost
(https://docs.sqlalchemy.org/en/21/dialects/sqlite.html, transactions with the sqlite3 driver).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, StaticPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from monitor.errors import SystemBrokenError

PATIENCE = timedelta(seconds=5)
"""How long a statement waits for another process (a backup, the sqlite3 shell) to let go of the file."""

READS = "monitor_reads"
_MICRO = timedelta(milliseconds=1)

_LOCKED = "another program holds it locked; end that program (a backup, an open sqlite3 shell)"
# The primary result code is the low byte (https://sqlite.org/rescode.html).
_WHY = {
    sqlite3.SQLITE_FULL: "the disk or the file's size limit is full; free some space",
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: "it cannot be written to; check owner and mode, and that the disk is writable",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the owner and mode of its folder",
    sqlite3.SQLITE_PERM: "access is denied; check its owner and mode",
    sqlite3.SQLITE_IOERR: "the disk reported an error; check the disk and the system's log",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore it from a backup, or move it away to start afresh",
    sqlite3.SQLITE_NOTADB: "it is not an SQLite database; name another file in store.url, or restore it",
}


def connect(path: Path | None, *, patience: timedelta = PATIENCE, foreign_keys: bool = True) -> Engine:
    """Return an engine of one connection on a file, or on memory for ``None``; nothing is opened yet."""
    if path is None:
        engine = create_engine(
            "sqlite://",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
    else:
        engine = create_engine(
            URL.create("sqlite", database=str(path)),
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,  # mails would otherwise stand in exceptions and logs
        )
    _listen(engine, patience, foreign_keys=foreign_keys)
    return engine


def _listen(engine: Engine, patience: timedelta, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {patience // _MICRO}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(READS, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what SQLite or the disk refuses into ``SystemBrokenError``; wrong statements are bugs and pass."""
    try:
        yield
    except (IntegrityError, ProgrammingError, InterfaceError):
        raise
    except DBAPIError as error:
        raise SystemBrokenError(f"{where} does not work: {_why(error.orig)}") from error
    except sqlite3.Error as error:
        raise SystemBrokenError(f"{where} does not work: {_why(error)}") from error
    except OSError as error:
        raise SystemBrokenError(f"{where} does not work: {error}") from error


def _why(error: BaseException | None) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return f"SQLite says: {error}"
    said = _WHY.get(code & 0xFF)
    return f"{said} (SQLite says: {error})" if said else f"SQLite says: {error}"
