"""Bring a database file to the schema of this version, after a copy; refuse what is newer or not ours.

The steps are in ``migrations``. Alembic runs them in one transaction: a step that fails leaves the file
as it was.
"""

import logging
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError

from monitor.errors import NewerSchemaError, SystemBrokenError
from monitor.store.engine import connect, explained
from monitor.store.tables import fact

log = logging.getLogger(__name__)

# At each start it would say that it assumes non-transactional DDL, which is not so here.
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)

MIGRATIONS = Path(__file__).with_name("migrations")

WRITTEN_BY = "app_version"
"""The fact that tells which version of cert-monitor opened a file last."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Hold the known revisions, newest first."""

    steps: Path
    revisions: Sequence[str]

    @property
    def head(self) -> str:
        """Return the newest revision."""
        return self.revisions[0]


def schema(steps: Path = MIGRATIONS) -> Schema:
    """Return the revisions in a folder of steps."""
    script = ScriptDirectory(steps)
    return Schema(steps, [step.revision for step in script.walk_revisions()])


def migrate(path: Path, known: Schema) -> None:
    """Bring a file to the newest revision, copying it first when it is not new.

    Raises ``NewerSchemaError`` when a newer cert-monitor wrote it, ``SystemBrokenError`` when it is not ours
    or cannot be used.
    """
    # Foreign keys are off: a step that rebuilds a table would otherwise lose the rows that refer to it
    # (https://sqlite.org/lang_altertable.html, section 7).
    engine = connect(path, foreign_keys=False)
    try:
        with explained(f"the store {path}"):
            with engine.begin() as connection:
                found = _revision(connection, path, known)
            if found == known.head:
                return
            copy = _copy(path, known.head) if found is not None else None
            with engine.begin() as connection:
                _upgrade(connection, path, known)
        if copy is not None:
            log.info(
                "upgraded %s from schema %s to %s; the file as it was is %s", path, found, known.head, copy
            )
    finally:
        engine.dispose()


def _revision(connection: Connection, path: Path, known: Schema) -> str | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise SystemBrokenError(
            f"{path} is an SQLite database of another program (it has a table {tables[0]}): "
            "name another file in store.url"
        )
    if found not in known.revisions:
        raise NewerSchemaError(
            f"{path} was written by a newer cert-monitor{_writer(connection)}: its schema is {found}, "
            f"this version knows schemas up to {known.head}. Install the newer version again, or restore the "
            f"copy that was made before the upgrade ({path.name}.before-...), or name another store.url"
        )
    return found


def _writer(connection: Connection) -> str:
    try:
        version = connection.scalar(select(fact.c.value).where(fact.c.key == WRITTEN_BY))
    except DBAPIError:  # that schema need not have this table
        return ""
    return f" ({version})" if version else ""


def _upgrade(connection: Connection, path: Path, known: Schema) -> None:
    config = Config(attributes={"connection": connection})
    # The value passes through configparser, where % starts a reference.
    config.set_main_option("script_location", str(known.steps).replace("%", "%%"))
    command.upgrade(config, "head")
    if dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise SystemBrokenError(
            f"upgrading {path} would lose rows of table {dangling[0]}: please report this"
        )


def _copy(path: Path, revision: str) -> Path:
    """Copy a database to ``FILE.before-REVISION``, whole or not at all; return where it is."""
    copy = path.with_name(f"{path.name}.before-{revision}")
    unfinished = path.with_name(f"{copy.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
    return unfinished.replace(copy)
