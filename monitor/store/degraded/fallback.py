"""A database that goes on in memory while its disk is full or broken, and returns to the disk afterwards.

Alerts, notifications and all else that decisions depend on are carried over and back. States, certificates
and history are read from the disk as far as that works, and not written meanwhile: they would have no bound.
Only one thread may use it at a time.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import StoreFault, StoreUnusableError, SystemBrokenError
from monitor.logs import event
from monitor.model import Message
from monitor.store.database import Database
from monitor.store.degraded.condition import DiskCondition
from monitor.store.degraded.transfer import Keys, Rows, all_rows, keys_of, put_back, put_in, rows_in_use
from monitor.store.dialect import PATIENCE, DatabaseDialect, system_errors
from monitor.store.texts import WHY, store_at_risk, store_in_memory

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_UNREADABLE = (StoreUnusableError, ValueError, TypeError, OverflowError)


class FallbackDatabase:
    """One database on disk or, while that does not work, one in memory."""

    def __init__(self, dialect: DatabaseDialect, app_version: str, patience: timedelta) -> None:
        """Take the dialect of the database on disk, and how long to wait for its lock; see ``open``."""
        self._dialect = dialect
        self._app_version = app_version
        self._patience = patience
        self._release: Callable[[], None] | None = None
        self._disk: Database | None = None
        self._memory: Database | None = None
        self._carried: Keys = {}
        self._condition = DiskCondition(dialect.state)

    @classmethod
    def open(
        cls,
        dialect: DatabaseDialect,
        *,
        app_version: str,
        needed: bool = True,
        patience: timedelta = PATIENCE,
    ) -> Self:
        """Open, create or upgrade a database, and lock it against other processes.

        Raises like ``Database.open``. Unless it is ``needed``, a disk that does not let us is no reason: it
        begins in memory then. A newer schema, another process and a wrong URL always are.
        """
        made = cls(dialect, app_version, patience)
        try:
            made._begin(needed=needed)
        except BaseException:
            made._unlock()
            raise
        return made

    @property
    def in_memory(self) -> bool:
        """Return whether it goes on in memory."""
        return self._disk is None

    @property
    def problem(self) -> Message | None:
        """Return why what is recorded may be lost, ``None`` while all is well."""
        fault = self._condition.fault
        if fault is None:
            return None
        said = store_in_memory if self.in_memory else store_at_risk
        return said(location=self._dialect.location, why=WHY[fault])

    @property
    def fault(self) -> Message | None:
        """Return what is wrong with the disk, or was a few minutes ago, as a clause; ``None`` for nothing."""
        recent = self._condition.recent
        return None if recent is None else WHY[recent]

    def read(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function that reads what is carried over."""
        return self._run(lambda database: database.read(act, *args, **kwargs))

    def write(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function that writes what is carried over."""
        return self._run(lambda database: database.write(act, *args, **kwargs))

    def read_disk(
        self, empty: T, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return the result of a function that reads states, certificates or history; ``empty`` for none."""
        if self._disk is not None:
            try:
                return self._disk.read(act, *args, **kwargs)
            except StoreUnusableError as error:
                self._failed(error)
        return self._read_only(empty, lambda connection: act(connection, *args, **kwargs))

    def write_disk(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return the result of a function that writes states, certificates or history.

        In memory it raises ``StoreUnusableError`` at once.
        """
        if self._disk is None:
            fault = self._condition.fault or StoreFault.OTHER
            raise StoreUnusableError(f"the store {self._dialect.location} cannot be written to", fault)
        try:
            return self._disk.write(act, *args, **kwargs)
        except StoreUnusableError as error:
            self._failed(error)
            raise

    def check(self) -> None:
        """Return to the disk if that works again; on the disk, raise when what is written now is lost."""
        if self._disk is None:
            if self._condition.worth_an_attempt():
                self._return()
            return
        try:
            self._disk.check()
        except StoreUnusableError as error:
            self._condition.check_failed(error)
            raise
        self._condition.check_worked()

    def resume(self) -> None:
        """Return to the disk now, if that works again."""
        if self._disk is None:
            with suppress(SQLAlchemyError):
                self._return()

    def close(self) -> None:
        """Close the database and release its lock; what is in memory is written if that works again."""
        self.resume()
        for database in (self._disk, self._memory):
            if database is not None:
                database.close()
        self._unlock()

    def _begin(self, *, needed: bool) -> None:
        try:
            self._disk = self._open_disk()
        except StoreUnusableError as error:
            if needed:
                raise
            self._take_over(error, self._rows_on_disk())

    def _open_disk(self) -> Database:
        if self._dialect.in_memory:
            return Database.in_memory()
        if self._release is None:
            self._release = self._dialect.lock()
        return Database.locked(self._dialect, self._app_version, self._patience)

    def _unlock(self) -> None:
        if self._release is not None:
            self._release()
            self._release = None

    def _run(self, call: Callable[[Database], T]) -> T:
        if self._disk is not None:
            try:
                result = call(self._disk)
            except StoreUnusableError as error:
                self._failed(error)
            else:
                self._condition.call_worked()
                return result
        return call(self._in_memory())

    def _in_memory(self) -> Database:
        """Return the database in memory; it is made when it is needed, which takes longer than a call."""
        if self._memory is None:
            self._memory = Database.in_memory()
        return self._memory

    def _failed(self, error: StoreUnusableError) -> None:
        """Go on in memory after an error of the disk; raise it while it may be a short lock."""
        if self._condition.lock_may_be_short(error):
            raise error
        rows: Rows = {}
        with suppress(SystemBrokenError):
            rows = self._rows_on_disk()
        self._take_over(error, rows)

    def _take_over(self, error: StoreUnusableError, rows: Rows) -> None:
        if self._disk is not None:
            self._disk.close()
            self._disk = None
        try:
            self._in_memory().write(put_in, rows)
            self._carried = keys_of(rows)
        except (SQLAlchemyError, SystemBrokenError):
            log.exception("what was recorded could not be read")
        self._condition.failed(error)

    def _return(self) -> None:
        """Write what is in memory to the disk and go on there, or stay where that does not work."""
        if self._condition.same_spoiled_file():
            return
        disk = None
        try:
            disk = self._open_disk()
            disk.write(put_back, self._in_memory().read(all_rows), self._carried)
        except SystemBrokenError as error:
            if disk is not None:
                disk.close()
            self._condition.still_failing(error)
            return
        self._disk, self._carried = disk, {}
        self._condition.returned()
        self._in_memory().close()
        self._memory = None
        event(log, "the database can be used again", database=self._dialect.location)

    def _rows_on_disk(self) -> Rows:
        def rows(connection: Connection) -> Rows:
            # Imported with Alembic, and only where it is needed.
            from monitor.store.schema import is_current  # noqa: PLC0415

            # What another schema means is not known.
            return rows_in_use(connection) if is_current(connection, self._dialect) else {}

        return self._read_only({}, rows)

    def _read_only(self, empty: T, act: Callable[[Connection], T]) -> T:
        for engine in self._dialect.readers():
            with suppress(*_UNREADABLE), system_errors(self._dialect), engine.begin() as connection:
                return act(connection)
        return empty
