"""Tests of the lease on real PostgreSQL: one leads, and what another one writes is refused."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.errors import NotLeadingError, SystemBrokenError
from monitor.store.cluster import lease
from monitor.store.database import Database, dialect_for
from monitor.store.facts import put_facts, read_fact
from monitor.store.schema import migrate, schema
from support.factories.recorded import VERSION
from support.servers.cluster.postgresql_server import new_database, shared_server

pytestmark = pytest.mark.system

SHORT = timedelta(milliseconds=200)


@pytest.fixture
def where() -> str:
    """Return the URL of a database."""
    return new_database()


@pytest.fixture
def centers(where: str) -> Iterator[tuple[Database, Database]]:
    """Yield two open databases that share one."""
    both = [Database(dialect_for(where, shared=True)) for _ in range(2)]
    yield both[0], both[1]
    for one in both:
        one.close()


def test_one_leads_until_it_leaves(centers: tuple[Database, Database]) -> None:
    """The other one takes the lease at once then, with the next epoch."""
    a, b = centers
    assert a.write(lease.take, "a", "http://a") == 1
    assert b.write(lease.take, "b", "http://b") is None
    assert a.write(lease.keep, "a", "http://a", 1)
    known = b.read(lease.leader)
    assert known is not None
    assert (known.name, known.url, known.epoch) == ("a", "http://a", 1)
    assert timedelta(0) < known.left <= lease.LENGTH
    assert [one.name for one in b.read(lease.centers)] == ["a", "b"]
    a.write(lease.leave, "a", 1)
    assert b.write(lease.take, "b", "http://b") == 2
    assert not a.write(lease.keep, "a", "http://a", 1)
    a.write(lease.leave, "a", 1)
    assert b.write(lease.keep, "b", "http://b", 2)
    assert [one.name for one in b.read(lease.centers)] == ["b"]


def test_the_fence_refuses_a_former_leader(
    centers: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was frozen, the lease expired, another one took it: nothing of what it writes then is kept."""
    a, b = centers
    monkeypatch.setattr(lease, "LENGTH", SHORT)
    a.fence = lease.fence_of(a.write(lease.take, "a", ""))
    a.write(put_facts, {"by": "a"})
    time.sleep(SHORT.total_seconds() * 1.5)
    a.write(put_facts, {"by": "a, late"})  # nobody took it yet
    b.fence = lease.fence_of(b.write(lease.take, "b", ""))
    with pytest.raises(NotLeadingError):
        a.write(put_facts, {"by": "a, too late"})
    assert b.read(read_fact, "by") == "a, late"
    b.write(put_facts, {"by": "b"})
    assert a.read(read_fact, "by") == "b"


def test_nobody_takes_over_within_a_write(
    centers: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that passed the fence ends before the next epoch begins."""
    a, b = centers
    monkeypatch.setattr(lease, "LENGTH", SHORT)
    a.fence = lease.fence_of(a.write(lease.take, "a", ""))
    inside, taken = threading.Event(), []

    def act(connection: object) -> None:
        inside.set()
        time.sleep(SHORT.total_seconds() * 2)
        put_facts(connection, {"a": str(bool(taken))})  # type: ignore[arg-type]

    writing = threading.Thread(target=a.write, args=(act,))
    writing.start()
    assert inside.wait(10)
    time.sleep(SHORT.total_seconds() * 1.2)
    taken.append(b.write(lease.take, "b", ""))
    writing.join()
    assert (taken, b.read(read_fact, "a")) == ([2], "False")


def test_a_long_write_does_not_hold_up_the_renewal(
    where: str, centers: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leader that writes much would lose the lease; once it expires, a takeover waits for the write."""
    a, b = centers
    a.fence = lease.fence_of(a.write(lease.take, "a", ""))
    monkeypatch.setattr(lease, "LENGTH", SHORT)
    renewing = Database(dialect_for(where, shared=True), SHORT)
    inside, over, taken = threading.Event(), threading.Event(), []

    def act(connection: object) -> None:
        inside.set()
        assert over.wait(10)
        put_facts(connection, {"a": str(bool(taken))})  # type: ignore[arg-type]

    writing = threading.Thread(target=a.write, args=(act,))
    taking = threading.Thread(target=lambda: taken.append(b.write(lease.take, "b", "")))
    writing.start()
    try:
        assert inside.wait(10)
        assert renewing.write(lease.keep, "a", "", 1)
        time.sleep(SHORT.total_seconds() * 1.5)
        taking.start()
        taking.join(SHORT.total_seconds())
        assert taken == []
    finally:
        over.set()
        for thread in filter(threading.Thread.is_alive, (writing, taking)):
            thread.join()
        renewing.close()
    assert (taken, a.read(read_fact, "a")) == ([2], "False")


def test_who_does_not_lead_writes_nothing(where: str) -> None:
    """Before the lease is taken everything is refused."""
    database = Database(dialect_for(where, shared=True))
    database.fence = lease.fence_of(None)
    with pytest.raises(NotLeadingError):
        database.write(put_facts, {"a": "1"})
    database.close()


def test_centers_keep_out_a_service_that_knows_nothing_of_them(
    centers: tuple[Database, Database], where: str
) -> None:
    """One without ``ha`` would write without the lease."""
    centers[0].write(lease.take, "a", "")
    with pytest.raises(SystemBrokenError, match="in use by another cert-monitor"):
        Database.open(where, app_version=VERSION, patience=timedelta(milliseconds=50))


def test_centers_that_start_together_make_one_schema() -> None:
    """One of them does, and the other one finds it."""
    where, failed = shared_server().database(), []

    def open_it() -> None:
        try:
            migrate(dialect_for(where, shared=True), schema())
        except SystemBrokenError as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []


def test_an_upgrade_needs_the_database_alone(centers: tuple[Database, Database], where: str) -> None:
    """What a center of the old version does with a new schema is not known."""
    old = "UPDATE alembic_version SET version_num = '0008'"
    centers[0].write(lambda connection: connection.exec_driver_sql(old).close())
    with pytest.raises(SystemBrokenError, match="stop all centers"):
        migrate(dialect_for(where, shared=True), schema())
