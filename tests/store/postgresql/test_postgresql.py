"""What only a store on a PostgreSQL server does: its lock, its login, and a server that goes away."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from monitor.errors import NewerSchemaError, StoreFault, StoreUnusableError, SystemBrokenError
from monitor.secrets import SecretReference
from monitor.store import Store
from monitor.store.alerts.alert_pass import notify
from monitor.store.alerts.outbox import due_notifications
from monitor.store.database import Database, dialect_for
from monitor.store.degraded.served import ServedDatabase
from monitor.store.facts import put_facts, read_fact
from monitor.store.observations.recording import record
from monitor.store.tables import metadata
from monitor.store.texts import WHY, store_unusable_now
from support.factories.recorded import (
    NOW,
    VERSION,
    loaded,
    notified,
    numbered,
    probe,
    sighting,
    target,
    using,
    waiting,
)
from support.servers.cluster.postgresql_server import (
    PostgresqlServer,
    new_database,
    new_server,
    shared_server,
)

pytestmark = pytest.mark.system

IMPATIENT = timedelta(milliseconds=50)


@pytest.fixture
def where() -> str:
    """Return the URL of a database with the present schema."""
    return new_database()


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresqlServer]:
    """Yield a server that may be ended and frozen."""
    server = new_server()
    yield server
    server.stop()


def opened(where: str) -> ServedDatabase:
    """Return an open database that gives up on a lock at once."""
    return ServedDatabase.open(dialect_for(where), app_version=VERSION, patience=IMPATIENT)


def test_steps_lead_to_the_tables_in_use() -> None:
    """An empty database gets the tables, columns and indexes that the statements name."""
    database = Database.open(shared_server().database(), app_version=VERSION)
    differences = database.read(lambda c: compare_metadata(MigrationContext.configure(c), metadata))
    database.close()
    assert differences == []


def test_numbers_have_64_bits(where: str) -> None:
    """A large estate outgrows 32 bits of history."""
    database = Database.open(where, app_version=VERSION)
    shared_server().run("ALTER SEQUENCE history_id_seq RESTART WITH 5000000000", where)
    state, seen = probe(NOW, sighting("a"))
    database.write(record, [state], seen)
    assert database.read(lambda c: c.exec_driver_sql("SELECT max(id) FROM history").scalar()) == 5000000000
    database.close()


def test_a_nul_is_written_as_its_escape(where: str) -> None:
    """PostgreSQL refuses it in a text, and one name of a file must not keep a batch from being recorded."""
    item = target("a\0b")
    state, seen = probe(NOW, sighting("a", "x\0y"), of=item)

    async def act(store: Store) -> list[str]:
        await store.record([state], seen)
        return [one.sightings[0].location for one in await loaded(store, item)]

    assert using(act, where) == [r"x\x00y"]


def test_a_second_service_is_refused(where: str) -> None:
    """Both would send every mail; reading goes on."""
    first = opened(where)
    with pytest.raises(SystemBrokenError, match="in use by another cert-monitor") as raised:
        opened(where)
    assert not isinstance(raised.value, StoreUnusableError)
    reader = dialect_for(where).reader()
    with reader.begin() as connection:
        assert read_fact(connection, "app_version") == VERSION
    reader.dispose()
    first.close()
    opened(where).close()


def test_reads_see_one_state_and_write_nothing(where: str) -> None:
    """A function that reads sees what was there when it began, and cannot change anything."""
    database = Database.open(where, app_version=VERSION)
    with pytest.raises(StoreUnusableError) as raised:
        database.read(put_facts, {"a": "b"})
    level = database.read(lambda c: c.exec_driver_sql("SHOW transaction_isolation").scalar())
    assert (raised.value.fault, level) == (StoreFault.READ_ONLY, "repeatable read")
    database.close()


def test_a_newer_schema_is_refused(where: str) -> None:
    """The sentence names the way back, and the URL without its options."""
    database = Database.open(where, app_version=VERSION)
    database.write(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'").close())
    database.close()
    with pytest.raises(NewerSchemaError, match="a dump made with pg_dump") as raised:
        opened(f"{where}?application_name=x")
    assert "application_name" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", 'database "nothing" does not exist'),
        ("?port=1", "there is no connection; check the server, the network and the login"),
        ("?sslmode=require", "server does not support SSL"),
    ],
)
def test_why_it_cannot_be_opened(options: str, said: str) -> None:
    """Each reason has its sentence."""
    with pytest.raises(StoreUnusableError, match=said) as raised:
        opened(shared_server().url(f"nothing{options}"))
    assert raised.value.fault is StoreFault.UNREACHABLE


def test_a_wrong_option_is_said() -> None:
    """What libpq does not know is a mistake in the configuration."""
    with pytest.raises(SystemBrokenError, match=r"store\.url is no address.*nonsense"):
        dialect_for("postgresql://a/b?nonsense=1")


def test_a_password_is_read_at_each_connection(
    where: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A rotated one needs no restart, and no message and no log has one."""
    server, file = shared_server(), tmp_path / "password"
    hba = server.folder / "pg_hba.conf"
    before = hba.read_text()
    name = f"guest_{where.rpartition('_')[2]}"
    server.run(f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD 'hunter2'")
    hba.write_text(f"host all {name} all scram-sha-256\n{before}")
    server.run("SELECT pg_reload_conf()")
    time.sleep(0.2)  # the reload is a signal
    dialect = dialect_for(where.replace("postgres@", f"{name}@"), SecretReference(file=str(file)))
    said = []
    with caplog.at_level(logging.DEBUG):
        for password in ("wrong hunter", "hunter2"):
            file.write_text(f"{password}\n")
            try:
                ServedDatabase.open(dialect, app_version=VERSION).close()
            except StoreUnusableError as error:
                said.append(str(error))
    hba.write_text(before)
    server.run("SELECT pg_reload_conf()")
    assert len(said) == 1
    assert "password authentication failed" in said[0]
    assert "hunter" not in said[0] + caplog.text


def test_a_missing_password_is_said(where: str) -> None:
    """It names the file, and does not stop with a bug."""
    dialect = dialect_for(where, SecretReference(file="/nowhere/password"))
    with pytest.raises(StoreUnusableError, match="/nowhere/password"):
        ServedDatabase.open(dialect, app_version=VERSION)


def started(server: PostgresqlServer) -> ServedDatabase:
    """Return a database with one alert and one waiting notification."""
    database = opened(server.database())
    database.write(notify, *notified("a"), [waiting(1)], NOW)
    return database


def due(database: ServedDatabase) -> list[str]:
    """Return the numbers of what waits."""
    return [one.id for one in database.read(due_notifications, "email", NOW, 20)]


def test_a_server_that_was_restarted_is_no_error(mortal: PostgresqlServer) -> None:
    """What was recorded is there, and nobody notices."""
    database = started(mortal)
    mortal.stop()
    mortal.start()
    assert due(database) == [numbered(1)]
    database.close()


def test_a_server_that_is_away_keeps_everything_waiting(mortal: PostgresqlServer) -> None:
    """Nothing is decided from nothing; it is attempted by the check alone, and goes on where it was."""
    database = started(mortal)
    mortal.stop()
    try:
        for _ in range(2):
            with pytest.raises(StoreUnusableError):
                due(database)
        with pytest.raises(StoreUnusableError):
            database.read_disk([], due_notifications, "email", NOW, 20)
        with pytest.raises(StoreUnusableError):
            database.check()
        assert database.problem == store_unusable_now(
            location=database._dialect.location, why=WHY[StoreFault.UNREACHABLE]
        )
        assert (database.in_memory, database.fault) == (False, None)
    finally:
        mortal.start()
    with pytest.raises(StoreUnusableError):
        due(database)
    database.check()
    assert (database.problem, due(database)) == (None, [numbered(1)])
    database.close()


def test_a_frozen_server_does_not_hold_us(mortal: PostgresqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connections stay open and nothing answers: we leave after a bound."""
    monkeypatch.setattr("monitor.store.postgresql.connection._GRACE", timedelta(seconds=-9))
    monkeypatch.setattr("monitor.store.postgresql.connection.CONNECT_WITHIN", 2)
    database = started(mortal)
    with mortal.frozen():
        begun = time.monotonic()
        with pytest.raises(StoreUnusableError, match=r"no answer within|timeout expired"):
            due(database)
        assert time.monotonic() - begun < 30
    database.check()
    assert due(database) == [numbered(1)]
    database.close()


def test_a_write_that_was_cut_off_is_whole_or_nothing(mortal: PostgresqlServer) -> None:
    """A backend that is killed in a transaction takes all of it along."""
    database = started(mortal)

    def act(connection: object) -> None:
        put_facts(connection, {"half": "1"})  # type: ignore[arg-type]
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()  # type: ignore[attr-defined]
        mortal.run(f"SELECT pg_terminate_backend({pid})")
        put_facts(connection, {"whole": "1"})  # type: ignore[arg-type]

    with pytest.raises(StoreUnusableError):
        database.write(act)
    database.check()
    assert [database.read(read_fact, key) for key in ("half", "whole")] == [None, None]
    database.close()


def test_a_transaction_that_idles_is_ended(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen service keeps nothing locked."""
    monkeypatch.setattr("monitor.store.postgresql.connection.IDLE_WITHIN", timedelta(milliseconds=50))
    database = opened(where)

    def act(connection: object) -> None:
        put_facts(connection, {"a": "1"})  # type: ignore[arg-type]
        time.sleep(0.3)
        put_facts(connection, {"b": "1"})  # type: ignore[arg-type]

    with pytest.raises(StoreUnusableError):
        database.write(act)
    database.check()  # where the server's last words were lost, the database counts as away
    assert database.read(read_fact, "a") is None
    database.close()
