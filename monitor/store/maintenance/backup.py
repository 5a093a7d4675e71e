"""Back up a database while it is in use, and restore a backup while it is not.

A backup is one SQLite file in rollback mode: no log belongs to it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from shutil import copy2

from monitor.errors import NewerSchemaError, SystemBrokenError
from monitor.state_folder import is_server
from monitor.store.alerts.dropped import drop_pending
from monitor.store.database import Database
from monitor.store.schema import migrate, schema
from monitor.store.sqlite.dialect import SqliteDialect

_WAIT = 30.0
_LOGS = ("-wal", "-shm")
_OWN = (*_LOGS, ".lock")


def back_up(url: str, copy: Path, *, force: bool = False) -> int:
    """Copy the database at a URL to a file (0600), also while a daemon uses it; return the size in bytes.

    An existing file is replaced only with ``force``, and only by a copy that was verified. Raises
    ``SystemBrokenError`` with a sentence that says what to do.
    """
    database = _file(url)
    if not database.is_file():
        raise SystemBrokenError(
            f"there is no database {database} yet: check store.url, or start the daemon once"
        )
    if copy.name.removeprefix(database.name) in _OWN and copy.parent.absolute().samefile(database.parent):
        raise SystemBrokenError(f"{copy} belongs to the database itself: choose another file")
    if copy.exists() and (not force or not copy.is_file() or copy.samefile(database)):
        raise SystemBrokenError(f"{copy} exists: choose another file{'' if force else ' or add --force'}")
    with _unfinished(copy) as made, _explained(f"{database} could not be copied to {copy}"):
        _copy(database, made)
        _verify(made)
        if copy.exists() and not force:
            raise SystemBrokenError(f"{copy} exists: choose another file or add --force")
        made.replace(copy)
        return copy.stat().st_size


def restore(copy: Path, url: str, now: datetime) -> tuple[Path | None, int]:
    """Replace the database at a URL by a backup; return where the old one is now, and what was dropped.

    The number is that of the notifications that were still to be delivered. Raises ``SystemBrokenError``
    when a daemon is running or the backup cannot be used, ``NewerSchemaError`` when a newer version wrote it;
    the database is untouched then.
    """
    database = _file(url)
    if not copy.is_file():
        raise SystemBrokenError(f"there is no file {copy}")
    dialect = SqliteDialect(database)
    release = dialect.lock()
    try:
        dialect.prepare()
        if copy.samefile(database):
            raise SystemBrokenError(f"{copy} is the database itself, not a backup of it")
        with _unfinished(database) as made, _explained(f"the backup {copy} could not be restored"):
            _copy(copy, made)
            _verify(made)
            _check_schema(made, copy)
            dropped = _prepare(made, now)
            return _exchange(made, database, now), dropped
    finally:
        release()


def _file(url: str) -> Path:
    if is_server(url):
        raise SystemBrokenError(
            "the store is a PostgreSQL database: back it up with pg_dump --format=custom, and restore that "
            "with pg_restore while the service is stopped"
        )
    dialect = SqliteDialect.of(url)
    if dialect.in_memory:
        raise SystemBrokenError("a store in memory has no file: set store.url")
    return Path(dialect.location)


@contextmanager
def _unfinished(final: Path) -> Iterator[Path]:
    """Yield a new empty file (0600) beside the final one; what is left of it in the end is removed."""
    made = final.absolute().with_name(f"{final.name}.unfinished")
    try:
        _remove(made)
        os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise SystemBrokenError(f"{made} cannot be written: {error.strerror or error}") from error
    try:
        yield made
    finally:
        with suppress(OSError):
            _remove(made)


def _remove(file: Path) -> None:
    for end in ("", *_LOGS, "-journal"):
        file.with_name(file.name + end).unlink(missing_ok=True)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        bad = code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
        why = f"it is damaged or not an SQLite database (SQLite says: {error})" if bad else f"{error}"
        raise SystemBrokenError(f"{what}: {why}") from error
    except OSError as error:
        raise SystemBrokenError(f"{what}: {error.strerror or error}") from error


def _copy(source: Path, target: Path) -> None:
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=_WAIT)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.execute("PRAGMA trusted_schema = OFF")
        # All pages in one step are one consistent state; in WAL mode no writer waits for it.
        old.backup(new)
        new.execute("PRAGMA trusted_schema = OFF")
        new.execute("PRAGMA journal_mode = DELETE")


def _verify(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        [said] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise SystemBrokenError(
            f"the database is damaged, so that its copy is of no use: {' '.join(said.split())}"
        )


def _check_schema(file: Path, copy: Path) -> None:
    """Refuse what is not a backup of this version or an older one."""
    known = schema()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        # Cert-monitor has neither: they would run statements of whoever wrote the file.
        query = "SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"
        [programs] = connection.execute(query).fetchone()
        try:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            found = None
    if programs or found is None:
        raise SystemBrokenError(f"{copy} is not a backup of cert-monitor")
    if found[0] not in known.revisions:
        raise NewerSchemaError(
            f"{copy} was written by a newer cert-monitor: its schema is {found[0]}, this version knows "
            f"schemas up to {known.head}. Install the newer version first"
        )


def _prepare(file: Path, now: datetime) -> int:
    """Upgrade a copy to the present schema and drop what it had to deliver; return how many that were."""
    dialect, head = SqliteDialect(file), schema().head
    migrate(dialect, schema())
    file.with_name(f"{file.name}.before-{head}").unlink(missing_ok=True)  # the backup itself is that copy
    database = Database(dialect)
    try:
        dropped = database.write(drop_pending, now)
    finally:
        database.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return dropped


def _exchange(made: Path, database: Path, now: datetime) -> Path | None:
    """Put the new database in place; return the name of the old one, ``None`` where it was empty.

    The old one's log goes first: SQLite would apply it to the new file.
    """
    aside = database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    kept = aside if database.stat().st_size else None
    if kept:
        _keep(database, kept)
    for end in _LOGS:
        log = database.with_name(database.name + end)
        if log.exists():
            log.rename(aside.with_name(aside.name + end))
    made.replace(database)
    return kept


def _keep(database: Path, aside: Path) -> None:
    try:
        os.link(database, aside)  # the database has a file at its path at any time
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        copy2(database, aside)
