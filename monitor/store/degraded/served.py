"""A database on a server: while it cannot be used everything waits; nothing is kept in memory.

In memory nothing would be known of what was notified, and all of it would be sent again. Only one thread may
use it at a time.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, literal, select

from monitor.errors import StoreFault, StoreUnusableError, SystemBrokenError
from monitor.logs import event
from monitor.model import Message
from monitor.store.cluster.lease import fence_of
from monitor.store.database import Database
from monitor.store.dialect import PATIENCE, DatabaseDialect
from monitor.store.facts import make_link_key
from monitor.store.texts import WHY, store_unusable_now

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class ServedDatabase:
    """One database on a server, and whether it can be used."""

    in_memory = False
    fault: Message | None = None

    def __init__(self, dialect: DatabaseDialect, database: Database) -> None:
        """Take an open database; see ``open``."""
        self._dialect = dialect
        self._database = database
        self._error: StoreUnusableError | None = None

    @classmethod
    def open(cls, dialect: DatabaseDialect, *, app_version: str, patience: timedelta = PATIENCE) -> Self:
        """Open, create or upgrade a database; raises like ``Database.open``."""
        database = Database.locked(dialect, app_version, patience)
        database.write(make_link_key)
        return cls(dialect, database)

    @property
    def problem(self) -> Message | None:
        """Return why nothing can be recorded, ``None`` while all is well."""
        if self._error is None:
            return None
        return store_unusable_now(location=self._dialect.location, why=WHY[self._error.fault])

    def read(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function that reads."""
        return self._run(lambda: self._database.read(act, *args, **kwargs))

    def write(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function that writes."""
        return self._run(lambda: self._database.write(act, *args, **kwargs))

    def read_disk(
        self, _empty: T, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return the result of a function that reads; an empty one would be taken for the truth."""
        return self.read(act, *args, **kwargs)

    def write_disk(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return the result of a function that writes."""
        return self.write(act, *args, **kwargs)

    def lead(self, epoch: int | None) -> None:
        """Write from now on only while the lease has this epoch, ``None`` for nothing at all."""
        self._database.fence = fence_of(epoch)

    def check(self) -> None:
        """Find out whether it can be used again; raise ``StoreUnusableError`` where it cannot."""
        try:
            self._database.read(lambda connection: connection.scalar(select(literal(1))))
        except StoreUnusableError as error:
            self._failed(error)
            raise
        if self._error is not None:
            self._error = None
            event(log, "the database can be used again", database=self._dialect.location)

    def resume(self) -> None:
        """Find out now whether it can be used again."""
        if self._error is not None:
            with suppress(SystemBrokenError):
                self.check()

    def close(self) -> None:
        """Close the connection, and with it give up the lock."""
        self._database.close()

    def _run(self, call: Callable[[], T]) -> T:
        if self._error is not None:
            # At once: each attempt at a server that does not answer takes seconds. ``check`` attempts it.
            raise StoreUnusableError(str(self._error), self._error.fault)
        try:
            return call()
        except StoreUnusableError as error:
            if error.fault is not StoreFault.LOCKED:
                self._failed(error)
            raise

    def _failed(self, error: StoreUnusableError) -> None:
        if self._error is None or self._error.fault is not error.fault:
            log.error("%s; nothing is recorded or sent until it can be used", error)
        self._error = error
