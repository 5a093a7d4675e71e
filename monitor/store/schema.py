"""Upgrade a database to the schema of this version, after a backup; refuse newer and foreign ones.

The steps are in ``migrations``. Alembic runs them in one transaction: a step that fails leaves the database
as it was.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError

from monitor.errors import NewerSchemaError, SystemBrokenError
from monitor.store.dialect import PATIENCE, DatabaseDialect, system_errors
from monitor.store.tables import fact

log = logging.getLogger(__name__)

# At each start it would log that it assumes non-transactional DDL, which is not the case here.
logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)

MIGRATIONS = Path(__file__).with_name("migrations")

WRITTEN_BY = "app_version"
"""The fact with the version of cert-monitor that opened a file last."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The known revisions, newest first."""

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


def migrate(dialect: DatabaseDialect, known: Schema, patience: timedelta = PATIENCE) -> None:
    """Upgrade a database to the newest revision, after a backup unless it is new.

    Raises ``NewerSchemaError`` when a newer cert-monitor wrote it, ``SystemBrokenError`` when it belongs to
    another program or cannot be used.
    """
    engine = dialect.engine(patience, migrating=True)
    try:
        with system_errors(dialect):
            with engine.begin() as connection:
                found = _revision(connection, dialect, known)
            if found == known.head:
                return
            copy = dialect.backup(known.head) if found is not None else None
            with engine.begin() as connection:
                dialect.lock_for_upgrade(connection, found)
                if _revision(connection, dialect, known) == known.head:
                    return
                _upgrade(connection, dialect, known)
        if copy is not None:
            log.info(
                "upgraded %s from schema %s to %s; a copy of the old file is %s",
                dialect.location,
                found,
                known.head,
                copy,
            )
    finally:
        engine.dispose()


def is_current(connection: Connection, dialect: DatabaseDialect) -> bool:
    """Return whether a database has the schema of this version; raises like ``migrate``."""
    known = schema()
    return _revision(connection, dialect, known) == known.head


def _revision(connection: Connection, dialect: DatabaseDialect, known: Schema) -> str | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise SystemBrokenError(
            f"{dialect.location} is {dialect.kind} of another program (it has a table {tables[0]}): "
            "choose another one in store.url"
        )
    if found not in known.revisions:
        raise NewerSchemaError(
            f"{dialect.location} was written by a newer cert-monitor{_writer(connection)}: its schema is "
            f"{found}, this version knows schemas up to {known.head}. Install the newer version again, or "
            f"restore the copy that was made before the upgrade ({dialect.backups}), or name another "
            "store.url"
        )
    return found


def _writer(connection: Connection) -> str:
    try:
        version = connection.scalar(select(fact.c.value).where(fact.c.key == WRITTEN_BY))
    except DBAPIError:  # that schema need not have this table
        return ""
    return f" ({version})" if version else ""


def _upgrade(connection: Connection, dialect: DatabaseDialect, known: Schema) -> None:
    config = Config(attributes={"connection": connection})
    # The value goes through configparser, where % starts a reference.
    config.set_main_option("script_location", str(known.steps).replace("%", "%%"))
    command.upgrade(config, "head")
    if table := dialect.dangling_table(connection):
        raise SystemBrokenError(
            f"upgrading {dialect.location} would lose rows of table {table}: please report this"
        )
