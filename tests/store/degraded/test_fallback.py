"""Tests of a disk that fails: what notifications depend on goes on in memory, and returns to the disk."""

import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import NewerSchemaError, StoreFault, StoreUnusableError, SystemBrokenError
from monitor.store.alerts.alert_pass import notify
from monitor.store.alerts.outbox import attempted, due_notifications, outbox, put_notifications
from monitor.store.alerts.records import open_alerts
from monitor.store.database import Database, dialect_for
from monitor.store.degraded.fallback import FallbackDatabase
from monitor.store.degraded.transfer import TABLES
from monitor.store.observations.reading import load, target_ids
from monitor.store.observations.recording import record
from monitor.store.tables import metadata
from monitor.store.texts import WHY, store_in_memory
from support.factories.recorded import (
    NOW,
    VERSION,
    finished,
    notified,
    numbered,
    probe,
    sighting,
    target,
    url,
    waiting,
)

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file is."""
    return tmp_path / "state.db"


def opened(path: Path, *, needed: bool = True) -> FallbackDatabase:
    """Return an open database that gives up on a lock at once."""
    patience = timedelta(milliseconds=20)
    return FallbackDatabase.open(
        dialect_for(url(path)), app_version=VERSION, needed=needed, patience=patience
    )


@pytest.fixture
def database(path: Path) -> Iterator[FallbackDatabase]:
    """Yield a database with one target, one alert and one waiting notification."""
    made = opened(path)
    states, seen = probe(NOW, sighting("c"))
    made.write_disk(record, [states], seen)
    made.write(notify, *notified("a"), [waiting(1)], NOW)
    yield made
    made.close()


def break_disk(database: FallbackDatabase, setting: str = "query_only = ON") -> None:
    """Let the next write fail; the connection after it is a new one, and works."""
    assert database._disk is not None
    database._disk.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {setting}").close())


def due(database: FallbackDatabase) -> list[str]:
    """Return the numbers of what waits."""
    return [one.id for one in database.read(due_notifications, "email", LATER, 20)]


@pytest.mark.parametrize(
    ("setting", "fault"),
    [("query_only = ON", StoreFault.READ_ONLY), ("max_page_count = 1", StoreFault.FULL)],
)
def test_a_write_that_fails_is_made_in_memory(
    database: FallbackDatabase, path: Path, setting: str, fault: StoreFault
) -> None:
    """What was recorded before is known there, what is written is read, and the problem is said."""
    break_disk(database, setting)
    many = [waiting(number) for number in range(2, 600)]
    database.write(notify, *notified("b"), many, NOW)
    assert set(due(database)) >= {numbered(1), numbered(2)}
    assert [key.scope_id for key in database.read(open_alerts)] == ["a", "b"]
    assert database.problem == store_in_memory(location=str(path), why=WHY[fault])


def test_it_returns_to_the_disk_with_what_it_wrote(database: FallbackDatabase, path: Path) -> None:
    """What was sent from memory is recorded as sent, and what waits waits in the file."""
    break_disk(database)
    database.write(notify, *notified("b"), [waiting(2)], NOW)
    database.write(attempted, finished(waiting(1)), LATER)
    database.check()
    assert (database.in_memory, database.problem) == (False, None)
    database.close()
    again = opened(path)
    assert (due(again), len(again.read(open_alerts))) == ([numbered(2)], 2)
    again.close()


def test_what_was_removed_in_memory_is_removed_on_disk(database: FallbackDatabase) -> None:
    """A row that was carried over and is gone does not come back."""
    break_disk(database)
    database.write(lambda connection: connection.exec_driver_sql("DELETE FROM notification_log").close())
    database.check()
    log = database.read(lambda connection: connection.exec_driver_sql("SELECT * FROM notification_log").all())
    assert (database.in_memory, log) == (False, [])


def test_results_are_refused_in_memory_and_read_from_the_disk(database: FallbackDatabase) -> None:
    """States and certificates stay where they are; there is no queue of what could not be written."""
    break_disk(database)
    for _ in range(2):
        with pytest.raises(StoreUnusableError):
            database.write_disk(record, *_batch())
    [(state, ders)] = database.read_disk([], load, [target()])
    assert ([one.location for one in state.sightings], len(ders)) == (["host:443"], 1)
    database.check()
    database.write_disk(record, *_batch())
    assert len(database.read_disk(frozenset(), target_ids)) == 2


def _batch() -> tuple[list[object], dict[str, object]]:
    state, seen = probe(NOW, sighting("d"), of=target("other"))
    return [state], {**seen}


def test_what_is_in_memory_is_lost_with_the_process(database: FallbackDatabase, path: Path) -> None:
    """What a killed process notified and did not write to the file is notified again, never lost."""
    break_disk(database)
    database.write(attempted, finished(waiting(1)), LATER)
    assert due(database) == []
    with closing(sqlite3.connect(path)) as left:
        assert left.execute("SELECT id FROM notification WHERE finished_at IS NULL").fetchall() == [
            (numbered(1),)
        ]


def test_closing_writes_what_is_in_memory(database: FallbackDatabase, path: Path) -> None:
    """Room that came back just before the end is used."""
    break_disk(database)
    database.write(attempted, finished(waiting(1)), LATER)
    database.close()
    again = opened(path)
    assert again.read(outbox) == (0, None)
    again.close()


def test_each_fault_is_logged_once(database: FallbackDatabase, caplog: pytest.LogCaptureFixture) -> None:
    """A disk that stays full fills no log."""
    break_disk(database)
    with caplog.at_level(logging.ERROR):
        for number in range(2, 6):
            database.write(put_notifications, [waiting(number)])
            database._condition.still_failing(StoreUnusableError("the same again", StoreFault.READ_ONLY))
    assert len(caplog.records) == 1


def test_it_waits_longer_after_each_failure(database: FallbackDatabase) -> None:
    """A disk with room for small writes only does not make it go back and forth all the time."""
    checks = []
    for number in range(2, 6):
        break_disk(database)
        database.write(put_notifications, [waiting(number)])
        checks.append(0)
        while database.in_memory:
            database.check()
            checks[-1] += 1
    assert checks == [1, 2, 4, 8]


def test_a_short_lock_is_no_reason(database: FallbackDatabase, path: Path) -> None:
    """Another program's lock makes calls fail; only one that lasts makes it go on in memory."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            with pytest.raises(SystemBrokenError, match="locked"):
                database.write(put_notifications, [waiting(2)])
        assert not database.in_memory
        database.write(put_notifications, [waiting(2)])
        assert database.problem == store_in_memory(location=str(path), why=WHY[StoreFault.LOCKED])
        database.check()
        assert database.in_memory
        other.execute("ROLLBACK")
    database.check()
    assert (database.in_memory, len(due(database))) == (False, 2)


def test_rows_that_were_never_read_stay(database: FallbackDatabase, path: Path) -> None:
    """It begins in memory with nothing where the file cannot be read, and keeps what is in the file then."""
    database.close()
    away = path.rename(path.with_name("away.db"))
    path.write_text("no database " * 99)
    begun = opened(path, needed=False)
    begun.write(put_notifications, [waiting(2)])
    assert due(begun) == [numbered(2)]
    away.replace(path)
    begun.check()
    assert (begun.in_memory, due(begun)) == (False, [numbered(1), numbered(2)])
    begun.close()


def test_a_damaged_file_is_left_alone(path: Path) -> None:
    """As long as it is the same file nothing is written to it, also at the end."""
    path.write_text("no database " * 99)
    begun = opened(path, needed=False)
    begun.write(put_notifications, [waiting(2)])
    for _ in range(3):
        begun.check()
    begun.close()
    assert (path.read_text(), begun.in_memory) == ("no database " * 99, True)


def _newer(path: Path) -> None:
    Database.open(url(path), app_version=VERSION).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("prepare", "said"),
    [(_newer, "by a newer cert-monitor"), (_foreign, "of another program"), (_folder, "cannot be used")],
)
def test_what_stops_a_start(path: Path, prepare: Callable[[Path], None], said: str) -> None:
    """A database that is not ours to write, or a path that can be none, is no broken disk."""
    prepare(path)
    with pytest.raises(SystemBrokenError, match=said) as raised:
        opened(path, needed=False)
    assert not isinstance(raised.value, StoreUnusableError)


def test_a_second_process_stops_a_start(database: FallbackDatabase, path: Path) -> None:
    """Also while the first one is in memory: both would send every mail."""
    break_disk(database)
    database.write(put_notifications, [waiting(2)])
    with pytest.raises(SystemBrokenError, match="in use by another cert-monitor"):
        opened(path, needed=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_newer_schema_stops_a_start_without_room(path: Path) -> None:
    """What a newer version wrote is recognized where it can only be read."""
    import resource  # noqa: PLC0415 - Windows has no such module

    _newer(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        with pytest.raises(StoreUnusableError):
            opened(path)
        with pytest.raises(NewerSchemaError):
            opened(path, needed=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_every_table_but_the_large_ones_is_carried() -> None:
    """Who adds a table says whether notifications depend on it."""
    assert {one.name for one in TABLES} ^ metadata.tables.keys() == {
        "certificate",
        "target",
        "history",
        "outcome",
    }
