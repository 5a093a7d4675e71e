"""Open a connection to PostgreSQL on which nothing waits without bound; psycopg is known here and beside it.

The asynchronous mode of psycopg refuses the event loop of Windows; a thread with this one works everywhere.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict

from monitor.errors import SystemBrokenError
from monitor.secrets import SecretReference

T = TypeVar("T")

CONNECT_WITHIN = 5
"""Seconds until a server counts as unreachable; with several hosts in the URL, for each of them."""

ANSWER_WITHIN = timedelta(seconds=10)
"""How long a statement may take; one batch takes milliseconds."""

_GRACE = timedelta(seconds=2)
"""So much later we leave, where the server itself does not end a statement: it is frozen or cut off."""

IDLE_WITHIN = timedelta(seconds=5)
"""How long a transaction may do nothing: a frozen process must not keep what it has locked."""

# The server notices within about 11 s that a client is gone without a word, and frees its lock.
_KEEPALIVE = {
    "tcp_keepalives_idle": "5s",
    "tcp_keepalives_interval": "2s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
}


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long a statement may wait for locks and may take, ``None`` for any time."""

    patience: timedelta = timedelta(seconds=5)
    answer_within: timedelta | None = ANSWER_WITHIN


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when the server does not answer in time.

    The server's own ``statement_timeout`` does not help where the server is frozen.
    """

    seconds: float | None = None

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        """Return what a statement gives; raise ``psycopg.OperationalError`` after too long."""
        return super().wait(self._bounded(gen), *args, **kwargs)

    def _bounded(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        until = None if self.seconds is None else monotonic() + self.seconds
        try:
            waits_for = next(gen)
            while True:
                ready = yield waits_for
                if not ready and until is not None and monotonic() > until:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer within {self.seconds:.0f} s")
                waits_for = gen.send(ready)
        except StopIteration as done:
            result: T = done.value
            return result


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """The URL of a database without its password, and where that is stored."""

    url: str = field(repr=False)
    password: SecretReference | None = None

    def check(self) -> None:
        """Raise ``SystemBrokenError`` where libpq does not understand the URL."""
        try:
            conninfo_to_dict(self.url)
        except psycopg.ProgrammingError as error:
            raise SystemBrokenError(f"store.url is no address of a PostgreSQL database: {error}") from None

    def connect(
        self, limits: ConnectionLimits, prepare: Callable[[BoundedConnection], None], **options: Any
    ) -> BoundedConnection:
        """Return a new connection on which ``prepare`` was called outside of a transaction.

        The password is read each time, so that a rotated one needs no restart. Raises ``psycopg.Error``, what
        ``prepare`` raises, and ``SecretUnavailableError``.
        """
        if self.password:
            options["password"] = self.password.resolve().reveal()
        connection = BoundedConnection.connect(
            self.url,
            connect_timeout=CONNECT_WITHIN,
            fallback_application_name="cert-monitor",
            **options,
        )
        try:
            connection.autocommit = True
            connection.seconds = CONNECT_WITHIN + limits.patience.total_seconds()
            _configure(connection, limits)
            prepare(connection)
            connection.autocommit = False
        except BaseException:
            connection.close()
            raise
        within = limits.answer_within
        connection.seconds = None if within is None else (within + _GRACE).total_seconds()
        return connection


def _configure(connection: BoundedConnection, limits: ConnectionLimits) -> None:
    settings = _KEEPALIVE | {
        "lock_timeout": _milliseconds(limits.patience),
        "statement_timeout": _milliseconds(limits.answer_within or timedelta(0)),
        "idle_in_transaction_session_timeout": _milliseconds(
            IDLE_WITHIN if limits.answer_within else timedelta(0)
        ),
        "client_encoding": "UTF8",
    }
    calls = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    connection.execute(f"SELECT {calls}", [part for pair in settings.items() for part in pair])


def _milliseconds(time: timedelta) -> str:
    return f"{time // timedelta(milliseconds=1)}ms"
