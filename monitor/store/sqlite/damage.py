"""A cheap search for damage in an open SQLite file: its header, its size, and the small tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

SMALL_TABLES = ("alert", "notification_log", "receiver_state", "fact")
_WAIT = 5.0


def damage(path: Path) -> str:
    """Return what is wrong with a database file that this process has open, empty for nothing.

    A new connection has no cache, and after a checkpoint it reads the file, not the log. The file is never
    opened by other means: closing it would cancel the locks that SQLite holds on it
    (https://sqlite.org/howtocorrupt.html, section 2.2). Raises ``sqlite3.Error`` for a damaged header.
    """
    with closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_WAIT)
    ) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        _, in_log, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        # While another program reads, part of the file may still be in the log only.
        return (_too_short(connection, path) if in_log == copied else "") or _damaged_table(connection)


def _too_short(connection: sqlite3.Connection, path: Path) -> str:
    [size] = connection.execute("PRAGMA page_size").fetchone()
    [pages] = connection.execute("PRAGMA page_count").fetchone()
    found = path.stat().st_size
    return f"it has {found} bytes instead of {size * pages}" if found < size * pages else ""


def _damaged_table(connection: sqlite3.Connection) -> str:
    for table in SMALL_TABLES:
        [said] = connection.execute(f"PRAGMA quick_check({table})").fetchmany(1)[0]
        if said != "ok":
            return f"table {table}: {' '.join(str(said).split())}"
    return ""
