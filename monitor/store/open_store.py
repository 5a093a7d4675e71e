"""The open store: how calls reach its database, on one thread, and what happens while that cannot be used.

When the disk fails, what notifications depend on goes on in memory (``problem``).
"""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection

from monitor.errors import StoreUnusableError
from monitor.model import AccessToken, Message
from monitor.secrets import SecretReference
from monitor.store import access_tokens
from monitor.store.database import dialect_for
from monitor.store.degraded.fallback import FallbackDatabase
from monitor.store.degraded.served import ServedDatabase
from monitor.store.dialect import DatabaseDialect
from monitor.store.texts import WHY, store_unusable_now
from monitor.threads import ThreadPool

P = ParamSpec("P")
T = TypeVar("T")


def _opened(dialect: DatabaseDialect, app_version: str, *, needed: bool) -> FallbackDatabase | ServedDatabase:
    if dialect.stays_readable:
        return FallbackDatabase.open(dialect, app_version=app_version, needed=needed)
    return ServedDatabase.open(dialect, app_version=app_version)


class OpenStore:
    """A database, the thread that uses it, and what stands in for it."""

    def __init__(self, database: FallbackDatabase | ServedDatabase, pool: ThreadPool) -> None:
        """Take ownership of an open database and the one thread that uses it; see ``open``."""
        self._database = database
        self._pool = pool
        self._stands_for: tuple[StoreUnusableError, Message] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        app_version: str,
        needed: bool = True,
        password: SecretReference | None = None,
        shared: bool = False,
    ) -> Self:
        """Open, create or upgrade the store at a URL; ``sqlite://`` is a store in memory.

        Raises ``NewerSchemaError`` when a newer cert-monitor wrote it, and ``SystemBrokenError`` when it
        cannot be used or another process uses it. Unless it is ``needed``, it begins in memory where a full
        or broken disk does not let it be used; one on a server is always needed. One that is ``shared`` with
        other centers writes nothing before ``lead``.
        """
        pool = ThreadPool("store", 1)
        try:
            dialect = dialect_for(url, password, shared=shared)
            opened = await pool.run(_opened, dialect, app_version, needed=needed)
            if shared and isinstance(opened, ServedDatabase):
                opened.lead(None)
            return cls(opened, pool)
        except BaseException:
            pool.close()
            raise

    @classmethod
    async def in_place_of(
        cls,
        url: str,
        password: SecretReference | None,
        error: StoreUnusableError,
        tokens: Sequence[AccessToken] = (),
    ) -> Self:
        """Return an empty store in memory for a center whose database cannot be used, with these tokens.

        Nothing in it is kept, so it refuses what people change.
        """
        location = dialect_for(url, password).location
        store = await cls.open("sqlite://", app_version="")
        if tokens:
            await store._write(access_tokens.put_access_tokens, tokens)  # noqa: SLF001 - its own
        store._stands_for = error, store_unusable_now(location=location, why=WHY[error.fault])  # noqa: SLF001 - its own
        return store

    @property
    def stands_in(self) -> bool:
        """Return whether this stands for a database that cannot be used: nothing is kept."""
        return self._stands_for is not None

    def require_record(self) -> None:
        """Raise ``StoreUnusableError`` where nothing is kept."""
        if self._stands_for is not None:
            error = self._stands_for[0]
            raise StoreUnusableError(str(error), error.fault)

    def lead(self, epoch: int | None) -> None:
        """Write from now on only while the lease has this epoch, ``None`` for nothing at all."""
        if isinstance(self._database, ServedDatabase):
            self._database.lead(epoch)

    async def close(self) -> None:
        """Finish pending calls, then close the database."""
        await self._pool.run(self._database.close)
        self._pool.close()

    @property
    def problem(self) -> Message | None:
        """Return why what is recorded may be lost, ``None`` while all is well."""
        return self._stands_for[1] if self._stands_for else self._database.problem

    @property
    def fault(self) -> Message | None:
        """Return what is wrong with the disk, or was a few minutes ago, as a clause; ``None`` for nothing."""
        return self._database.fault

    @property
    def in_memory(self) -> bool:
        """Return whether it goes on in memory, because the disk does not let it be used."""
        return self._database.in_memory or self.stands_in

    async def resume(self) -> None:
        """Return to the disk now, if that works again."""
        await self._pool.run(self._database.resume)

    async def check(self) -> None:
        """Return to a disk that works again.

        Raises ``SystemBrokenError`` when the file was deleted, replaced or damaged while open.
        """
        await self._pool.run(self._database.check)

    async def _read(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._pool.run(lambda: self._database.read(act, *args, **kwargs))

    async def _write(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._pool.run(lambda: self._database.write(act, *args, **kwargs))

    async def _read_disk(
        self, empty: T, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._pool.run(lambda: self._database.read_disk(empty, act, *args, **kwargs))

    async def _write_disk(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._pool.run(lambda: self._database.write_disk(act, *args, **kwargs))
