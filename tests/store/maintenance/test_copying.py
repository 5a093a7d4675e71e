"""Tests of copying a whole database to another one, and of examining one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from monitor.errors import SystemBrokenError
from monitor.store import Store
from monitor.store.database import Database, dialect_for
from monitor.store.maintenance import copying
from monitor.store.maintenance.checking import check_store
from monitor.store.maintenance.copying import TABLES, copy_store, reading
from monitor.store.tables import fact, metadata
from support.factories.recorded import (
    HOUR,
    NOW,
    VERSION,
    finished,
    loaded,
    notified,
    probe,
    sighting,
    target,
    url,
    using,
    waiting,
)
from support.servers.cluster.postgresql_server import shared_server

FILE = "sqlite"
SERVER = "postgresql"
WAYS = [
    (FILE, FILE),
    *(
        pytest.param(*way, marks=pytest.mark.system)
        for way in ((FILE, SERVER), (SERVER, FILE), (SERVER, SERVER))
    ),
]


@pytest.fixture
def new(tmp_path: Path) -> Callable[[str, str], str]:
    """Return what makes the URL of an empty database of a kind, by a name."""
    return lambda kind, name: url(tmp_path / f"{name}.db") if kind == FILE else shared_server().database()


async def write(store: Store) -> None:
    """Write something into many tables, and leave gaps in what is numbered."""
    for at in (NOW, NOW + 30 * HOUR):
        names = ("a", "b") if at == NOW else ("a", "c")
        state, seen = probe(at, *(sighting(n, f"h:{n}") for n in names), of=target("näme \U0001f512"))
        await store.record([state], seen)
    await store.notify(*notified("a", "b"), [waiting(1), waiting(2)], NOW)
    await store.attempted(finished(waiting(1)), NOW)
    await store.set_facts({"text": "a\nb", "empty": ""})
    await store.save_discovered("dns:x", "[]", NOW)


async def read(store: Store) -> object:
    """Return much of what a store knows."""
    return (
        await loaded(store, target("näme \U0001f512")),
        await store.history(target_id=target("näme \U0001f512").id),
        await store.open_alerts(),
        await store.receiver_record("email"),
        await store.recent_notifications(10),
        await store.due_notifications("email", NOW),
        await store.discovered("dns:x"),
        await store.fact("text"),
    )


def rows(where: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with reading(dialect_for(where)) as connection:
        return {one.name: sorted(map(tuple, connection.execute(select(one))), key=repr) for one in TABLES}


@pytest.mark.parametrize(("before", "after"), WAYS)
def test_nothing_is_lost(new: Callable[[str, str], str], before: str, after: str) -> None:
    """Every row arrives as it was, is counted, and is understood; what is recorded next has a new number."""
    old, copy = new(before, "old"), new(after, "copy")
    using(write, old)
    counts = copy_store(old, copy, app_version=VERSION)
    found = rows(copy)
    assert found == rows(old)
    assert counts == {name: len(some) for name, some in found.items()}
    assert counts["history"] == 3
    assert using(read, copy) == using(read, old)
    state, seen = probe(NOW + 60 * HOUR, sighting("d"))
    using(lambda store: store.record([state], seen), copy)
    assert len(rows(copy)["history"]) == 4


def test_there_and_back(tmp_path: Path) -> None:
    """Two copies later a store is what it was."""
    first, second, third = (url(tmp_path / f"{n}.db") for n in "abc")
    using(write, first)
    copy_store(first, second, app_version=VERSION)
    copy_store(second, third, app_version=VERSION)
    assert rows(third) == rows(first)


def test_every_table_is_copied() -> None:
    """Only the lease is agreed upon anew."""
    assert metadata.tables.keys() - {one.name for one in TABLES} == {"lease"}


def refused(source: str, target_url: str) -> str:
    """Return why a copy is refused."""
    with pytest.raises(SystemBrokenError) as raised:
        copy_store(source, target_url, app_version=VERSION)
    return str(raised.value)


def test_a_target_with_rows_is_refused(tmp_path: Path) -> None:
    """It stays as it was."""
    old, other = url(tmp_path / "old.db"), url(tmp_path / "other.db")
    using(write, old)
    using(lambda store: store.set_facts({"mine": "1"}), other)
    assert "is not empty (fact: 2)" in refused(old, other)
    assert using(lambda store: store.fact("mine"), other) == "1"
    assert refused(old, old) == "source and target are the same database"


def test_a_store_in_use_is_refused(tmp_path: Path) -> None:
    """What a service records after the copy would be lost."""
    old, copy = url(tmp_path / "old.db"), url(tmp_path / "copy.db")
    with closing(Database.open(old, app_version=VERSION)):
        assert "in use by another cert-monitor" in refused(old, copy)
    assert not (tmp_path / "copy.db").exists()


def test_a_missing_row_undoes_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that differ are a bug or a broken disk: nothing is left in the target."""
    old, copy = url(tmp_path / "old.db"), url(tmp_path / "copy.db")
    using(write, old)
    real = copying._copy

    def lossy(source: Connection, to: Connection, table: object) -> None:
        if table is not fact:
            real(source, to, table)  # type: ignore[arg-type]

    monkeypatch.setattr(copying, "_copy", lossy)
    assert "not every row arrived (fact:" in refused(old, copy)
    assert {name: len(some) for name, some in rows(copy).items() if some} == {"fact": 1}


@pytest.mark.parametrize("kind", [FILE, pytest.param(SERVER, marks=pytest.mark.system)])
def test_a_store_in_use_can_be_examined(new: Callable[[str, str], str], kind: str) -> None:
    """It is read as a whole while a service writes."""
    where = new(kind, "x")
    using(write, where)
    with closing(Database.open(where, app_version=VERSION)):
        report = check_store(where)
    assert (report.problems, report.counts["history"], report.counts["alert"]) == ((), 3, 2)


def test_damage_is_found(tmp_path: Path) -> None:
    """A row without the one that it refers to is said."""
    where = url(tmp_path / "x.db")
    using(write, where)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("DELETE FROM certificate WHERE sha256 IN (SELECT sha256 FROM history LIMIT 1)")
        connection.commit()
    [said] = check_store(where).problems
    assert said.endswith("of history refer to no row of certificate")


def test_an_old_schema_is_not_examined(tmp_path: Path) -> None:
    """It would have to be upgraded, and nothing is written."""
    path = tmp_path / "x.db"
    path.touch()
    with pytest.raises(SystemBrokenError, match="no records of this version"):
        check_store(url(path))
