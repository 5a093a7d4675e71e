"""The lease of a cluster, asynchronously: a connection and a thread of its own, which nothing else delays."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection

from monitor.secrets import SecretReference
from monitor.store.cluster import lease
from monitor.store.cluster.lease import Center
from monitor.store.database import Database, dialect_for
from monitor.store.dialect import system_errors
from monitor.store.facts import put_facts
from monitor.store.maintenance.copying import reading
from monitor.threads import ThreadPool

P = ParamSpec("P")
T = TypeVar("T")

_WITHIN = timedelta(seconds=3)


class ClusterState(NamedTuple):
    """Who leads, or led last, and all centers."""

    leader: Center | None
    centers: tuple[Center, ...]


class ClusterLease:
    """The lease on one database; each call raises ``SystemBrokenError`` where that cannot be used."""

    def __init__(self, url: str, password: SecretReference | None) -> None:
        """Take where the database is; it is opened by the first call, and again after an error."""
        dialect = dialect_for(url, password, shared=True, within=_WITHIN)
        self._database = Database(dialect, _WITHIN)
        self._pool = ThreadPool("lease", 1)

    async def take(self, name: str, url: str) -> int | None:
        """Return the epoch in which this center leads from now on, ``None`` while another one does."""
        return await self._write(lease.take, name, url)

    async def keep(self, name: str, url: str, epoch: int) -> bool:
        """Renew the lease; return whether this center leads still."""
        return await self._write(lease.keep, name, url, epoch)

    async def leave(self, name: str, epoch: int | None) -> None:
        """Let another center take over at once."""
        await self._write(lease.leave, name, epoch)

    async def leader(self) -> Center | None:
        """Return who leads, or led last."""
        return await self._pool.run(lambda: self._database.read(lease.leader))

    async def close(self) -> None:
        """Close the connection."""
        await self._pool.run(self._database.close)
        self._pool.close()

    async def _write(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._pool.run(lambda: self._database.write(act, *args, **kwargs))


def put_beside(url: str, password: SecretReference | None, facts: Mapping[str, str]) -> None:
    """Set some facts while a service uses the database; raise ``SystemBrokenError`` where that fails."""
    dialect = dialect_for(url, password)
    engine = dialect.beside()
    try:
        with system_errors(dialect), engine.begin() as connection:
            put_facts(connection, facts)
    finally:
        engine.dispose()


def cluster_state(url: str, password: SecretReference | None) -> ClusterState:
    """Return what a database says of its centers; raise ``SystemBrokenError`` where it cannot be used."""
    with reading(dialect_for(url, password)) as connection:
        return ClusterState(lease.leader(connection), lease.centers(connection))
