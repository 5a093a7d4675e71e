"""Everything specific to PostgreSQL: connections, transactions, the lock, errors and upserts.

Loaded only where a store URL asks for it, and so is psycopg.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
from sqlalchemy import Connection, Engine, Insert, QueuePool, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from monitor.errors import StoreFault, SystemBrokenError
from monitor.secrets import SecretReference, SecretUnavailableError
from monitor.store.dialect import DIALECT, PATIENCE, READS
from monitor.store.faults import Explanation
from monitor.store.postgresql.connection import (
    ANSWER_WITHIN,
    BoundedConnection,
    ConnectionLimits,
    ServerAddress,
)
from monitor.store.postgresql.faults import explain

SERVICE_LOCK = 0x63657274
"""The number of the advisory lock that one service holds ("cert")."""


UPGRADE_LOCK = SERVICE_LOCK + 1
"""The number of the lock of the one that upgrades."""


class PostgresqlDialect:
    """A database on a PostgreSQL server.

    One service uses it at a time, or several centers that know of each other: its connection holds an
    advisory lock, without which it writes nothing. A connection that is lost loses the lock with it, and the
    next one takes it again.
    """

    kind = "a PostgreSQL database"
    in_memory = False
    stays_readable = False
    backups = "a dump made with pg_dump"

    def __init__(
        self,
        url: str,
        password: SecretReference | None = None,
        *,
        shared: bool = False,
        within: timedelta | None = None,
    ) -> None:
        """Take a URL without a password, and where the password is stored; nothing is opened.

        ``shared`` is for one of several centers, ``within`` how long a statement may take.
        """
        self._address = ServerAddress(url, password)
        self._lock = f"SELECT pg_advisory_lock{'_shared' * shared}({SERVICE_LOCK})".encode()
        self._within = within or ANSWER_WITHIN
        parts = urlsplit(url)
        self._location = f"{parts.scheme}://{parts.netloc}{parts.path}"

    @classmethod
    def of(
        cls,
        url: str,
        password: SecretReference | None = None,
        *,
        shared: bool = False,
        within: timedelta | None = None,
    ) -> Self:
        """Return the dialect for a store URL; raise ``SystemBrokenError`` where libpq refuses it."""
        made = cls(url, password, shared=shared, within=within)
        made._address.check()
        return made

    @property
    def location(self) -> str:
        """Return the URL without its options, where a certificate or a key may be named."""
        return self._location

    def lock(self) -> Callable[[], None]:
        """Do nothing: each connection takes the lock itself, so that what is written is always locked."""
        return lambda: None

    def prepare(self) -> None:
        """Do nothing: the administrator of the server creates databases."""

    def engine(self, patience: timedelta = PATIENCE, *, migrating: bool = False) -> Engine:
        """Return an engine of one connection, which holds the lock."""
        limits = ConnectionLimits(patience, None if migrating else self._within)
        return self._engine(limits, self._take_lock)

    def reader(self) -> Engine:
        """Return an engine that only reads, also while a service uses the database."""
        return self._engine(ConnectionLimits(answer_within=None), _utf8).execution_options(**{READS: True})

    def beside(self) -> Engine:
        """Return an engine that writes beside the service that has the lock."""
        return self._engine(ConnectionLimits(), _utf8)

    def readers(self) -> Iterator[Engine]:
        """Yield nothing: a server that cannot be written to cannot be read either."""
        yield from ()

    def _engine(self, limits: ConnectionLimits, prepare: Callable[[BoundedConnection], None]) -> Engine:
        engine = create_engine(
            "postgresql+psycopg://",
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,  # a server that was restarted meanwhile is no error
            use_native_hstore=False,
            hide_parameters=True,  # mails would otherwise appear in exceptions and logs
            execution_options={DIALECT: self},
        )

        @event.listens_for(engine, "do_connect")
        def connect(
            _dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]
        ) -> BoundedConnection:
            return self._address.connect(limits, prepare, **options)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get(READS, False):
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

        return engine

    def _take_lock(self, connection: BoundedConnection) -> None:
        _utf8(connection)
        try:
            connection.execute(self._lock)
        except psycopg.errors.LockNotAvailable:
            raise SystemBrokenError(
                f"the store {self._location} is in use by another cert-monitor: stop that one first, or set "
                "another store.url for this one"
            ) from None

    def state(self) -> tuple[int, ...]:
        """Return nothing: a server is repaired by its administrator."""
        return ()

    def explain(self, error: Exception) -> Explanation | None:
        """Return why the server refused a statement, ``None`` for a wrong statement (a bug)."""
        match error:
            case SecretUnavailableError():
                return Explanation(StoreFault.DENIED, str(error))
            case DBAPIError():
                return explain(error.orig)
            case psycopg.Error():
                return explain(error)
        return None

    def check(self) -> None:
        """Do nothing: a server reports by itself when it cannot write."""

    def backup(self, revision: str) -> Path | None:  # noqa: ARG002 - as DatabaseDialect has it
        """Make no copy: the administrator of the server does; an upgrade is one transaction."""
        return None

    def lock_for_upgrade(self, connection: Connection, revision: str | None) -> None:
        """Let one center upgrade at a time, and only while no other one uses the old schema."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        alone = f"SELECT pg_try_advisory_xact_lock({SERVICE_LOCK})"
        if revision is not None and not connection.exec_driver_sql(alone).scalar():
            raise SystemBrokenError(
                f"the store {self._location} must be upgraded, and another center uses it: stop all centers, "
                "then start those of the new version"
            )

    def dangling_table(self, connection: Connection) -> str:  # noqa: ARG002 - as DatabaseDialect has it
        """Return nothing: the server checks foreign keys itself."""
        return ""

    def upsert(self, table: Table) -> Insert:
        """Return INSERT ... ON CONFLICT DO UPDATE."""
        return _upsert(table)

    def insert_missing(self, table: Table) -> Insert:
        """Return INSERT ... ON CONFLICT DO NOTHING."""
        return postgresql.insert(table).on_conflict_do_nothing()

    def number_after(self, connection: Connection, table: Table) -> None:
        """Let new rows be numbered after those that were copied with their numbers."""
        [key] = table.primary_key
        last = select(func.coalesce(func.max(key), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        connection.execute(select(func.setval(sequence, last, False)))

    def clock(self, connection: Connection) -> datetime | None:
        """Return the time of the server now, not at the begin of the transaction."""
        at: datetime | None = connection.scalar(select(func.clock_timestamp()))
        return at

    def damage(self, connection: Connection) -> Sequence[str]:  # noqa: ARG002 - as DatabaseDialect has it
        """Return nothing: the server says so itself where a row cannot be read."""
        return ()


def _utf8(connection: BoundedConnection) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise SystemBrokenError(
            f"the database of store.url has the encoding {encoding}: create it with ENCODING 'UTF8'"
        )


@cache
def _upsert(table: Table) -> Insert:
    new = postgresql.insert(table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: new.excluded[column.name] for column in table.c if not column.primary_key},
    )
