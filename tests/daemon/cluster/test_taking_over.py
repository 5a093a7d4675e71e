"""A standby takes over in the very moment when the database is back, and nobody has noticed that yet."""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.daemon.daemon import Daemon
from monitor.errors import StoreFault, StoreUnusableError
from monitor.store.cluster import lease
from monitor.store.database import Database, dialect_for
from monitor.store.degraded.served import ServedDatabase
from support.servers.cluster.postgresql_server import new_database
from support.servers.daemon.inside import daemon
from support.servers.daemon.process import until

pytestmark = pytest.mark.system


@pytest.fixture
def where() -> str:
    """Return the URL of a database with the present schema."""
    return new_database()


@pytest.fixture
def other(where: str) -> Iterator[Database]:
    """Yield the database as another center has it, which leads."""
    database = Database(dialect_for(where, shared=True))
    assert database.write(lease.take, "center-a", "") == 1
    yield database
    database.close()


def gone_away(made: Daemon) -> None:
    """Let the store of a center believe that its database is away, as it does for up to 10 seconds."""
    database = made.parts.store._database
    assert isinstance(database, ServedDatabase)
    database._error = StoreUnusableError("it was away", StoreFault.UNREACHABLE)


def test_the_database_is_back(
    where: str, other: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It finds out by itself, and leads; no collection walks through what it has loaded then."""
    config = tmp_path / "cert-monitor.yaml"
    config.write_text(
        f"store: {{url: '{where}'}}\nha: {{name: center-b}}\nreceivers: []\nweb: {{listen: '127.0.0.1:0'}}\n"
    )

    async def scenario() -> None:
        async with daemon(config) as made:
            await until(lambda: made.parts.leadership.standby is not None)
            gone_away(made)
            other.write(lease.leave, "center-a", 1)
            frozen = gc.get_freeze_count()
            await until(lambda: made.parts.health.ready)
            await until(lambda: gc.get_freeze_count() > frozen)
            assert made.parts.store.problem is None

    asyncio.run(scenario())
    assert "could not take over" not in caplog.text
