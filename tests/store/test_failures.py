"""Tests of a local system that fails while running: a call says so, loses nothing, and works again later."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from monitor.errors import SystemBrokenError
from monitor.model import Observation, TargetState
from monitor.store import Store
from monitor.store.alerts.alert_pass import notify
from monitor.store.alerts.records import open_alerts
from monitor.store.database import Database
from monitor.store.facts import put_facts, read_fact
from monitor.store.observations.reading import target_ids
from monitor.store.observations.recording import record
from monitor.store.sqlite.dialect import SqliteDialect
from support.factories.recorded import NOW, VERSION, notified, probe, sighting, target, url, waiting

IMPATIENT = timedelta(milliseconds=20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the store's file is."""
    return tmp_path / "state.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """Yield an open database that gives up on a lock at once."""
    opened = Database.open(url(path), app_version=VERSION, patience=IMPATIENT)
    yield opened
    opened.close()


def batch() -> tuple[list[TargetState], dict[str, Observation]]:
    """Return probes of many targets, enough to need new pages."""
    probes = [probe(NOW, sighting(f"c{n % 7}", f"h{n}:443"), of=target(f"h{n}")) for n in range(300)]
    return [state for state, _ in probes], {key: value for _, seen in probes for key, value in seen.items()}


def sentence(database: Database) -> str:
    """Return what recording a batch says when it fails."""
    with pytest.raises(SystemBrokenError) as raised:
        database.write(record, *batch())
    return str(raised.value)


def pragma(database: Database, text: str) -> None:
    """Set something on the connection in use."""
    database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {text}").close())


def test_full_database_says_so_and_works_again(database: Database, path: Path) -> None:
    """With no room for a page the batch is refused whole; with room it is recorded."""
    pragma(database, "max_page_count = 1")
    said = sentence(database)
    before = database.read(target_ids)
    database.write(record, *batch())
    why = "the disk or the file's size limit is full; free some space (SQLite says: database or disk is full)"
    assert said == f"the store {path} failed: {why}"
    assert (before, len(database.read(target_ids))) == (frozenset(), 300)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_disk_without_room_says_so_until_there_is_room(database: Database) -> None:
    """While the system gives no room each batch is refused whole and reading goes on; later all is well."""
    import resource  # noqa: PLC0415 - Windows has no such module

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (110_000, limits[1]))
    try:
        said = [sentence(database) for _ in range(3)]
        during = database.read(target_ids)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    database.write(record, *batch())
    after = database.read(target_ids)
    assert ([" failed: " in one for one in said], during, len(after)) == ([True] * 3, frozenset(), 300)


def test_locked_database_says_so_and_works_again(database: Database, path: Path) -> None:
    """While another program writes, recording is refused and reading goes on."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = sentence(database)
        during = database.read(target_ids)
        other.execute("ROLLBACK")
    database.write(record, *batch())
    assert ("locked" in said, during, len(database.read(target_ids))) == (True, frozenset(), 300)


def test_unwritable_database_says_so_and_works_again(database: Database) -> None:
    """A file that may only be read refuses a batch with what to check."""
    pragma(database, "query_only = ON")
    said = sentence(database)
    database.write(record, *batch())
    assert ("cannot be written to" in said, len(database.read(target_ids))) == (True, 300)


def test_damaged_database_says_so(database: Database, path: Path) -> None:
    """A file overwritten in its middle is called damaged."""
    database.write(record, *batch())
    pragma(database, "wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    database._engine.dispose()
    assert "it is damaged" in sentence(database)


def test_failed_function_leaves_no_half(database: Database) -> None:
    """What a function wrote before it failed is not recorded."""

    def half(connection: Connection) -> None:
        notify(connection, *notified("a"), [waiting(1)], NOW)
        raise LookupError

    with pytest.raises(LookupError):
        database.write(half)
    assert database.read(open_alerts) == {}


def test_bug_is_no_broken_system(database: Database) -> None:
    """A statement that is wrong raises what it is, not that the disk is at fault."""
    with pytest.raises(Exception, match="UNIQUE constraint") as raised:
        database.write(notify, [], {}, [waiting(1), waiting(1)], NOW)
    assert not isinstance(raised.value, SystemBrokenError)


def test_notifications_stay_out_of_errors(database: Database) -> None:
    """The text of an error about a notification does not contain what it says."""
    with pytest.raises(Exception, match="UNIQUE constraint") as raised:
        database.write(notify, [], {}, [waiting(1), waiting(1)], NOW)
    assert "body" not in str(raised.value)


def test_two_writers_lose_no_update(path: Path) -> None:
    """Two that read, decide and write at the same time both count: nothing is lost."""
    Database.open(url(path), app_version=VERSION).close()

    def count(connection: Connection) -> None:
        put_facts(connection, {"count": str(int(read_fact(connection, "count") or "0") + 1)})

    def work() -> None:
        own = Database(SqliteDialect(path))
        for _ in range(100):
            own.write(count)
        own.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = Database(SqliteDialect(path))
    assert last.read(read_fact, "count") == "200"
    last.close()


def test_many_calls_at_once_take_turns(path: Path) -> None:
    """Calls made together are all answered; none finds the file locked by another."""

    async def main() -> int:
        store = await Store.open(url(path), app_version=VERSION)
        await asyncio.gather(*(store.notify(*notified(f"k{n}"), [waiting(n)], NOW) for n in range(50)))
        count, _ = await store.outbox()
        await store.close()
        return count

    assert asyncio.run(main()) == 50


def test_given_up_call_is_whole_or_nothing(path: Path) -> None:
    """Cancelling a call does not tear it, and close waits for it."""

    async def main() -> int:
        store = await Store.open(url(path), app_version=VERSION)
        task = asyncio.create_task(store.record(*batch()))
        await store.outbox()
        task.cancel()
        await store.close()
        again = await Store.open(url(path), app_version=VERSION)
        found = await again.target_ids()
        await again.close()
        return len(found)

    assert asyncio.run(main()) in {0, 300}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody delete or replace an open file")
@pytest.mark.parametrize("what", ["deleted", "replaced"])
def test_file_that_is_gone_is_noticed(database: Database, path: Path, what: str) -> None:
    """SQLite writes on into a file without a name; the check says that it is lost."""
    database.check()
    path.unlink()
    if what == "replaced":
        path.touch()
    database.write(record, *batch())
    with pytest.raises(SystemBrokenError) as raised:
        database.check()
    assert str(raised.value).startswith(f"the store {path} was {what} while in use: ")


def test_store_in_memory_is_always_there() -> None:
    """A store without a file passes the check."""

    async def run() -> None:
        store = await Store.open("sqlite://", app_version=VERSION)
        await store.check()
        await store.close()

    asyncio.run(run())
