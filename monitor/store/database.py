"""The synchronous core of the store: one open database and transactions on it.

Only one thread may use it at a time; other rooms use ``Store``.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine

from monitor.errors import SystemBrokenError
from monitor.secrets import SecretReference
from monitor.state_folder import is_server
from monitor.store.dialect import PATIENCE, READS, DatabaseDialect, system_errors
from monitor.store.facts import put_facts, read_fact
from monitor.store.sqlite.dialect import SqliteDialect
from monitor.store.tables import metadata

P = ParamSpec("P")
T = TypeVar("T")


def dialect_for(
    url: str,
    password: SecretReference | None = None,
    *,
    shared: bool = False,
    within: timedelta | None = None,
) -> DatabaseDialect:
    """Return the dialect for a store URL; raise ``SystemBrokenError`` for an unsupported URL.

    ``shared`` is for one of several centers on a server, ``within`` how long a statement there may take.
    """
    if not is_server(url):
        return SqliteDialect.of(url)
    try:
        from monitor.store.postgresql.dialect import PostgresqlDialect  # noqa: PLC0415 - loads psycopg
    except ImportError as error:
        raise SystemBrokenError(
            f"store.url names a PostgreSQL database, which needs an extra ({error}): "
            "pip install -r requirements/extras.txt"
        ) from error
    return PostgresqlDialect.of(url, password, shared=shared, within=within)


class Database:
    """An open database that runs each function in its own transaction."""

    def __init__(
        self,
        dialect: DatabaseDialect,
        patience: timedelta = PATIENCE,
    ) -> None:
        """Prepare to use a database without opening it."""
        self._dialect = dialect
        self._engine = dialect.engine(patience)
        self._reader = self._engine.execution_options(**{READS: True})
        self._release: Callable[[], None] | None = None
        self.fence: Callable[[Connection], None] | None = None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        app_version: str,
        patience: timedelta = PATIENCE,
        password: SecretReference | None = None,
    ) -> Self:
        """Open, create or upgrade the database at a URL, and lock it against other processes.

        Raises ``NewerSchemaError`` or ``SystemBrokenError`` with a sentence that says what to do.
        """
        dialect = dialect_for(url, password)
        if dialect.in_memory:
            return cls.in_memory()
        release = dialect.lock()
        try:
            database = cls.locked(dialect, app_version, patience)
        except BaseException:
            release()
            raise
        database._release = release  # noqa: SLF001 - its own
        return database

    @classmethod
    def in_memory(cls) -> Self:
        """Return an empty database in memory."""
        database = cls(SqliteDialect(None))
        database.write(metadata.create_all)
        return database

    @classmethod
    def locked(cls, dialect: DatabaseDialect, app_version: str, patience: timedelta = PATIENCE) -> Self:
        """Open, create or upgrade a database that the caller has locked."""
        # Importing Alembic takes longer than everything else here, and a store in memory needs none of it.
        from monitor.store.schema import WRITTEN_BY, migrate, schema  # noqa: PLC0415

        dialect.prepare()
        migrate(dialect, schema(), patience)
        database = cls(dialect, patience)
        if database.read(read_fact, WRITTEN_BY) != app_version:
            database.write(put_facts, {WRITTEN_BY: app_version})
        return database

    def read(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function that reads from one consistent state of the database."""
        return self._run(self._reader, act, *args, **kwargs)

    def write(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function once its changes are committed; an exception rolls them back.

        In the same transaction the fence refuses the changes of a center that does not lead.
        """
        fence = self.fence
        if fence is None:
            return self._run(self._engine, act, *args, **kwargs)

        def fenced(connection: Connection) -> T:
            fence(connection)
            return act(connection, *args, **kwargs)

        return self._run(self._engine, fenced)

    def _run(
        self, engine: Engine, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            with system_errors(self._dialect), engine.begin() as connection:
                return act(connection, *args, **kwargs)
        except SystemBrokenError:
            # A new connection for the next call: this one may be to a file that was replaced meanwhile.
            if not self._dialect.in_memory:
                self._engine.dispose()
            raise

    def check(self) -> None:
        """Raise ``SystemBrokenError`` when anything written now would be lost."""
        self._dialect.check()

    def close(self) -> None:
        """Close the database and release its lock."""
        self._engine.dispose()
        if self._release is not None:
            self._release()
            self._release = None
