"""Tests of the check for damage: a database that is damaged while in use is noticed within a minute."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import SystemBrokenError
from monitor.store.alerts.alert_pass import notify
from monitor.store.database import Database
from monitor.store.sqlite.dialect import DAMAGE_CHECK_EACH
from support.factories.recorded import NOW, VERSION, notified, url, waiting


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is."""
    return tmp_path / "state.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """Open a database with some alerts, and check it once."""
    opened = Database.open(url(path), app_version=VERSION)
    for number in range(100):
        opened.write(notify, *notified(f"name {number}"), [waiting(number)], NOW)
    opened.check()
    yield opened
    opened.close()


def first_page(path: Path, table: str) -> int:
    """Return the offset of the first page of a table."""
    with closing(sqlite3.connect(path)) as connection:
        [root] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        [size] = connection.execute("PRAGMA page_size").fetchone()
    return (int(root) - 1) * int(size)


def overwrite(file: Path, start: int, content: bytes) -> None:
    """Write into a file as a failing disk would."""
    with file.open("r+b") as stream:
        stream.seek(start)
        stream.write(content)


def checked(database: Database) -> str:
    """Return what is said within a minute of checks, empty for nothing."""
    for _ in range(DAMAGE_CHECK_EACH):
        try:
            database.check()
        except SystemBrokenError as error:
            return str(error)
    return ""


DAMAGED: dict[str, Callable[[Path], None]] = {
    "magic": lambda path: overwrite(path, 0, b"not a database\0\0"),
    "page size": lambda path: overwrite(path, 16, b"\x12\x34"),
    "alert": lambda path: overwrite(path, first_page(path, "alert"), b"\xa5" * 4096),
    "notification_log": lambda path: overwrite(path, first_page(path, "notification_log"), b"\xa5" * 4096),
    "size": lambda path: os.truncate(path, path.stat().st_size // 2),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damage_is_noticed(database: Database, path: Path, what: str) -> None:
    """A damaged header or small table and a file that was cut are said, at each check from then on."""
    DAMAGED[what](path)
    said = checked(database)
    assert said.startswith(f"the store {path} ")
    assert "damaged" in said or "not an SQLite database" in said
    with pytest.raises(SystemBrokenError):
        database.check()


def test_sound_database_passes(database: Database, path: Path) -> None:
    """Writing goes on between checks, and no check finds anything."""
    for number in range(100, 100 + 3 * DAMAGE_CHECK_EACH):
        database.write(notify, *notified(f"name {number}"), [waiting(number)], NOW)
        database.check()
    assert path.stat().st_size > 0


def test_reader_that_holds_the_log_is_no_damage(database: Database, path: Path) -> None:
    """While another program reads, part of the file is in the log only."""
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM alert").fetchone()
        for number in range(100, 400):
            database.write(notify, *notified(f"name {number}"), [waiting(number)], NOW)
        assert checked(database) == ""
    assert checked(database) == ""


def test_repaired_database_passes_again(database: Database, path: Path) -> None:
    """The check that found damage is repeated at once, and ends with the damage."""
    whole = path.read_bytes()
    overwrite(path, 0, b"not a database\0\0")
    assert checked(database) != ""
    overwrite(path, 0, whole[:16])
    assert checked(database) == ""
