"""The synchronous core: one open database, and transactions on it that happen wholly or not at all.

It belongs to one thread at a time; ``Store`` is the way in for everybody else.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine, event

from monitor.errors import SystemBrokenError
from monitor.store.engine import PATIENCE, READS, connect, explained
from monitor.store.files import Claim, identity, path_of, prepare
from monitor.store.single import put_facts, read_fact
from monitor.store.tables import metadata

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Run functions that take a connection, each in a transaction of its own."""

    def __init__(self, engine: Engine, path: Path | None = None, claim: Claim | None = None) -> None:
        """Take over an engine, and the claim on its file; open nothing yet."""
        self._engine = engine
        self._reader = engine.execution_options(**{READS: True})
        self._path = path
        self._claim = claim
        self._name = f"the store {path}" if path else "the store in memory"
        self._opened_file: tuple[int, int] | None = None
        event.listen(engine, "connect", self._connected)

    @classmethod
    def open(cls, url: str, *, app_version: str, patience: timedelta = PATIENCE) -> Self:
        """Open, create or upgrade the database that a URL names, alone.

        Raises ``NewerSchemaError`` or ``SystemBrokenError`` with a sentence that says what to do.
        """
        path = path_of(url)
        if path is None:
            database = cls(connect(None))
            database.write(metadata.create_all)
            return database
        prepare(path)
        claim = Claim(path)
        try:
            return cls._opened(path, claim, app_version, patience)
        except BaseException:
            claim.release()
            raise

    @classmethod
    def _opened(cls, path: Path, claim: Claim, app_version: str, patience: timedelta) -> Self:
        # Importing Alembic takes longer than everything else here, and a store in memory needs none of it.
        from monitor.store.schema import WRITTEN_BY, migrate, schema  # noqa: PLC0415

        migrate(path, schema())
        database = cls(connect(path, patience=patience), path, claim)
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
            with explained(self._name), engine.begin() as connection:
                return act(connection, *args, **kwargs)
        except SystemBrokenError:
            # A new connection for the next call: this one may hold a file that was replaced meanwhile.
            if self._path is not None:
                self._engine.dispose()
            raise

    def check(self) -> None:
        """Raise ``SystemBrokenError`` when the file in use is no longer the one at its path.

        SQLite goes on with a deleted file and says nothing (on Windows nobody can delete it): all that is
        recorded then is lost at the next start.
        """
        if self._path is None or self._opened_file is None:
            return
        with explained(self._name):
            now = identity(self._path)
        if now != self._opened_file:
            raise SystemBrokenError(
                f"{self._name} was {'replaced' if now else 'deleted'} while in use: what is recorded from "
                "now on is lost at the next start, and mails may be told again; restart cert-monitor"
            )

    def _connected(self, _connection: object, _record: object) -> None:
        self._opened_file = None if self._path is None else identity(self._path)

    def close(self) -> None:
        """Close the file and let another process have it."""
        self._engine.dispose()
        if self._claim is not None:
            self._claim.release()
            self._claim = None
