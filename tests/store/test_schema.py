"""Tests of opening a file: its folder and modes, upgrading it, and refusing what cannot be used."""

import json
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from monitor.errors import NewerSchemaError, SystemBrokenError
from monitor.model import RecipientStatus
from monitor.model import text as text_message
from monitor.store import Store
from monitor.store.columns.json_values import (
    StoredFormerLeaf,
    failures_of,
    former_leaves_of,
    lists_of,
    machine_of,
    recipients_of,
)
from monitor.store.database import Database
from monitor.store.schema import MIGRATIONS, migrate, schema
from monitor.store.sqlite.dialect import SqliteDialect
from monitor.store.tables import metadata
from support.factories.recorded import NOW, VERSION, loaded, made_at, probe, sighting, url, using

HEAD = schema().head
SHA256 = "ab" * 32

NEXT = f'''"""Add a column and a table."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{HEAD}"
def upgrade() -> None:
    op.add_column("target", sa.Column("color", sa.Text))
    op.create_table("extra", sa.Column("id", sa.Integer, primary_key=True))
'''

REBUILD = f'''"""Rebuild a table that others refer to."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{HEAD}"
def upgrade() -> None:
    with op.batch_alter_table("certificate") as batch:
        batch.add_column(sa.Column("color", sa.Text, nullable=False, server_default="red"))
        batch.alter_column("subject", nullable=True)
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the store's file is to be, in a folder that is not there yet."""
    return tmp_path / "new folder 100%" / "state.db"


def steps(tmp_path: Path, text: str) -> Path:
    """Return a copy of the steps with one more."""
    copy = tmp_path / "steps 50%"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "r9999_next.py").write_text(text)
    return copy


def filled(path: Path) -> None:
    """Write one probe into a store of the present schema."""
    state, seen = probe(NOW, sighting("leaf"))
    using(lambda store: store.record([state], seen), url(path))


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    """Return what another program reads from a database file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


async def nothing(_: Store) -> None:
    """Do nothing with a store that could be opened."""


def refused(where: str) -> str:
    """Return the sentence with which a store is refused."""
    with pytest.raises(SystemBrokenError) as raised:
        using(nothing, where)
    return str(raised.value)


def test_steps_lead_to_the_tables_in_use(path: Path) -> None:
    """A file made by the steps has exactly the tables, columns and indexes that the statements speak of."""
    database = Database.open(url(path), app_version=VERSION)
    differences = database.read(lambda c: compare_metadata(MigrationContext.configure(c), metadata))
    database.close()
    assert differences == []


def test_memory_and_file_have_one_schema(path: Path) -> None:
    """A store in memory, which runs no steps, has the same tables as one in a file."""

    def tables(where: str) -> set[str]:
        database = Database.open(where, app_version=VERSION)
        rows = database.read(
            lambda c: c.exec_driver_sql("SELECT name FROM sqlite_master WHERE name NOT LIKE 'alembic%'").all()
        )
        database.close()
        return {name for (name,) in rows if "alembic" not in name and name != "sqlite_sequence"}

    assert tables("sqlite://") == tables(url(path))


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no such modes; the folder's list decides there"
)
def test_folder_and_files_are_private(path: Path) -> None:
    """The folder is for the daemon's user only, and so are the file, its log and its lock."""

    async def act(_: Store) -> dict[str, int]:
        return {p.name: stat.S_IMODE(p.stat().st_mode) for p in (path.parent, *path.parent.iterdir())}

    umask = os.umask(0)
    try:
        modes = using(act, url(path))
    finally:
        os.umask(umask)
    assert modes == {
        path.parent.name: 0o700,
        "state.db": 0o600,
        "state.db-wal": 0o600,
        "state.db-shm": 0o600,
        "state.db.lock": 0o600,
    }


def test_connection_is_durable_and_strict(path: Path) -> None:
    """Each connection writes ahead, waits for the disk at each commit, and checks references."""
    database = Database.open(url(path), app_version=VERSION)
    names = ("journal_mode", "synchronous", "foreign_keys")
    found = [database.read(lambda c, n: c.exec_driver_sql(f"PRAGMA {n}").scalar(), name) for name in names]
    database.close()
    assert found == ["wal", 2, 1]


KEYS = {
    "clock": ("clock", "monitor", "", ""),
    "unobserved *": ("unreachable", "monitor", "", ""),
    "unobserved endpoint:unobserved served_old:443": (
        "unreachable",
        "target",
        "endpoint:unobserved served_old:443",
        "",
    ),
    f"expiry {SHA256}": ("expiry", "certificate", SHA256, ""),
    f"revoked {SHA256}": ("revoked", "certificate", SHA256, ""),
    f"outlives_ca outlives_ca {SHA256}": ("outlives_ca", "certificate", SHA256, ""),
    f"trust endpoint:a b:443 {SHA256}": ("trust", "target", "endpoint:a b:443", SHA256),
    "never_seen endpoint:a:443 -": ("never_seen", "target", "endpoint:a:443", ""),
    f"served_old served_old rec01 {SHA256}": ("not_deployed", "machine", "rec01", SHA256),
    "binding_stale binding_stale rec01 [::]:443 AB": ("binding_stale", "machine", "rec01", "AB"),
    "key_inaccessible key_inaccessible rec01 AB My Service": (
        "key_inaccessible",
        "machine",
        "rec01",
        "AB My Service",
    ),
    "inconsistent inconsistent www.example:443": ("inconsistent", "name", "www.example:443", ""),
    "recorder_pair recorder_pair rec01": ("recorder_pair", "machine", "rec01", ""),
    "encryption encryption recorders of The Harbour": ("encryption", "site", "The Harbour", ""),
    f"encryption endpoint:a:443 {SHA256}": ("encryption", "target", "endpoint:a:443", SHA256),
    "crl_expiry crl_expiry CRL of CN=Plant CA": ("crl_expiry", "issuer", "CN=Plant CA", ""),
    "revocation_unknown revocation_unknown VMS CA": ("revocation_unknown", "issuer", "VMS CA", ""),
    "discovery_stale discovery_stale dns:a.example": ("discovery_stale", "discovery", "dns:a.example", ""),
}
"""What stood for an alert before alerts had typed keys, in the words of the schema before the last."""


def test_what_was_notified_follows_typed_keys(path: Path) -> None:
    """Each alert is remembered as notified to the receiver ``email``, when it was, at its level."""
    made_at(path, "0003")
    with closing(sqlite3.connect(path)) as connection:
        insert = "INSERT INTO told VALUES (?, 'critical', 1, 2, 'T', '[\"a:443\"]')"
        connection.executemany(insert, [(key,) for key in KEYS])
        connection.commit()
    migrate(SqliteDialect(path), schema())
    query = (
        'SELECT "check", scope, scope_id, subject, alert.level, opened_at, title, locations, receiver, '
        "notification_log.level, first_at, last_at FROM alert JOIN notification_log ON id = alert_id"
    )
    rows = asked(path, query)
    assert {row[:4] for row in rows} == set(KEYS.values())
    assert {row[4:] for row in rows} == {("critical", 1, "T", '["a:443"]', "email", "critical", 1, 2)}
    ids = [key.id for key in using(lambda store: store.open_alerts(), url(path))]
    assert sorted(ids) == sorted(id_ for (id_,) in asked(path, "SELECT id FROM alert"))


def test_renewals_and_the_inventory_follow(path: Path) -> None:
    """A renewal that was notified and the inventory that was sent are remembered apart from alerts."""
    made_at(path, "0003")
    with closing(sqlite3.connect(path)) as connection:
        for key in ("renewed aa bb", "inventory"):
            connection.execute("INSERT INTO told VALUES (?, 'warning', 1, 2, '', '[]')", (key,))
        connection.execute("INSERT INTO fact VALUES ('inventory_sent_at', '2026-11-01T00:00:00+00:00')")
        connection.commit()
    migrate(SqliteDialect(path), schema())
    record = using(lambda store: store.receiver_record("email"), url(path))
    assert (record.renewals, record.inventory_at is not None, record.log) == ({("aa", "bb")}, True, {})
    assert asked(path, "SELECT count(*) FROM fact WHERE key = 'inventory_sent_at'") == [(0,)]
    assert asked(path, "SELECT count(*) FROM alert") == [(0,)]


def test_what_was_recorded_follows_renamed_columns(path: Path) -> None:
    """Failures, replaced leaves, machines and CRLs of the schema before are read as they were written."""
    made_at(path, "0003")
    text = json.dumps('"place": of a text')[1:-1]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO target VALUES ('files:x', 'files', '/x', 1, 2, 3, 4, 5, ?, NULL, ?, ?, ?)",
            (
                f'[{{"reason": "timeout", "detail": "{text}", "place": "/x/a"}}]',
                '[{"place": "/x/b", "old": "aa", "new": "", "looks": 2}]',
                '{"host":"h","kept":[{"place":"h/My/AB","store":"My","thumbprint":"AB","sha256":"cd"}]}',
                '[{"place":"/x/c","position":0,"issuer":"CA","this_update":"2026-01-01T00:00Z","next_update":null}]',
            ),
        )
        connection.execute(
            'INSERT INTO discovery VALUES (\'dns:x\', \'[{"address": "h:1", "part": {}}]\', 1)'
        )
        connection.commit()
    migrate(SqliteDialect(path), schema())
    [(failures, former, machine, lists)] = asked(
        path,
        "SELECT failures, former_leaves, machine, lists FROM target WHERE probed_at = 2 AND location = '/x'",
    )
    [failure] = failures_of(str(failures))
    assert (failure.message, failure.location) == (text_message('"place": of a text'), "/x/a")
    assert former_leaves_of(str(former)) == (StoredFormerLeaf("/x/b", "aa", "", 2),)
    known = machine_of(str(machine))
    assert known is not None
    assert [one.location for one in known.entries] == ["h/My/AB"]
    assert [one.location for one in lists_of(str(lists))] == ["/x/c"]
    assert asked(path, "SELECT found FROM discovery") == [('[{"address": "h:1", "traits": {}}]',)]


def test_recipients_follow_renamed_results(path: Path) -> None:
    """Who received a mail, who was refused and who still waits stays so, whatever the address is."""
    made_at(path, "0003")
    before = [['"sent"]@vms.example', "sent"], ["failed", "failed"], ["c", "pending"]]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO mail VALUES (7, '<1@x>', 's', x'00', ?, 1, 2, 3, 'busy', NULL)",
            (json.dumps(before),),
        )
        connection.commit()
    migrate(SqliteDialect(path), schema())
    [(recipients,)] = asked(path, "SELECT recipients FROM notification")
    assert recipients_of(str(recipients)) == (
        ('"sent"]@vms.example', RecipientStatus.ACCEPTED),
        ("failed", RecipientStatus.REFUSED),
        ("c", RecipientStatus.PENDING),
    )


def test_new_file_is_not_copied(path: Path) -> None:
    """Making a store leaves no copy of nothing."""
    using(nothing, url(path))
    assert list(path.parent.glob("*.before-*")) == []


def test_upgrade_keeps_what_is_recorded(path: Path, tmp_path: Path) -> None:
    """After a step the rows are there, with what the step adds."""
    filled(path)
    migrate(SqliteDialect(path), schema(steps(tmp_path, NEXT)))
    assert asked(path, "SELECT id, color FROM target") == [("endpoint:host:443", None)]


def test_upgrade_copies_the_file_first(path: Path, tmp_path: Path) -> None:
    """The copy made before a step is whole and usable by the version that wrote it."""
    filled(path)
    migrate(SqliteDialect(path), schema(steps(tmp_path, NEXT)))
    copy = path.with_name("state.db.before-9999")
    state, _ = probe(NOW, sighting("leaf"))
    assert using(lambda store: loaded(store, state.target), url(copy)) == [state]


def test_second_start_after_an_upgrade_copies_nothing(path: Path, tmp_path: Path) -> None:
    """A file that is up to date is not copied."""
    filled(path)
    known = schema(steps(tmp_path, NEXT))
    migrate(SqliteDialect(path), known)
    path.with_name("state.db.before-9999").unlink()
    migrate(SqliteDialect(path), known)
    assert list(path.parent.glob("*.before-*")) == []


def test_rebuilt_table_keeps_the_rows_that_refer_to_it(path: Path, tmp_path: Path) -> None:
    """A step may rebuild a table that others refer to, which SQLite does by dropping it."""
    filled(path)
    migrate(SqliteDialect(path), schema(steps(tmp_path, REBUILD)))
    joined = "SELECT count(*) FROM history JOIN certificate USING (sha256) WHERE color = 'red'"
    assert asked(path, joined) == [(1,)]


def test_failed_step_leaves_the_file_as_it_was(path: Path, tmp_path: Path) -> None:
    """A step that fails half way changes nothing, and the old version can go on."""
    filled(path)
    broken = steps(tmp_path, NEXT + "    raise LookupError('half way')\n")
    with pytest.raises(LookupError, match="half way"):
        migrate(SqliteDialect(path), schema(broken))
    state, _ = probe(NOW, sighting("leaf"))
    assert using(lambda store: loaded(store, state.target), url(path)) == [state]


def test_newer_schema_is_refused(path: Path, tmp_path: Path) -> None:
    """A file of a newer version is left alone with a sentence: which, what it is, what to do."""
    filled(path)
    migrate(SqliteDialect(path), schema(steps(tmp_path, NEXT)))
    with pytest.raises(NewerSchemaError) as raised:
        using(nothing, url(path))
    assert str(raised.value) == (
        f"{path} was written by a newer cert-monitor ({VERSION}): its schema is 9999, this version knows "
        f"schemas up to {HEAD}. Install the newer version again, or restore the copy that was made before "
        "the upgrade (state.db.before-...), or name another store.url"
    )


def test_newer_schema_of_any_shape_is_refused(path: Path, tmp_path: Path) -> None:
    """A newer version may have dropped the table that tells its number: it is refused all the same."""
    filled(path)
    migrate(SqliteDialect(path), schema(steps(tmp_path, NEXT + "    op.drop_table('fact')\n")))
    assert "was written by a newer cert-monitor: its schema is 9999" in refused(url(path))


def test_step_that_loses_referred_rows_is_undone(path: Path, tmp_path: Path) -> None:
    """A step after which a row refers to nothing is refused, and the file stays as it was."""
    filled(path)
    broken = steps(tmp_path, NEXT + "    op.execute('DELETE FROM certificate')\n")
    with pytest.raises(SystemBrokenError, match="would lose rows of table history"):
        migrate(SqliteDialect(path), schema(broken))
    assert asked(path, "SELECT count(*) FROM certificate") == [(1,)]


def _folder(path: Path) -> None:
    path.mkdir(parents=True)


def _text(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("this is no database\n" * 100)


def _foreign(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def _below_a_file(path: Path) -> None:
    path.parent.write_text("")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (_folder, "cannot be used"),
        (_text, "it is not an SQLite database"),
        (_foreign, "of another program (it has a table songs)"),
        (_below_a_file, "cannot be used"),
    ],
)
def test_unusable_file_is_refused(path: Path, prepare: Callable[[Path], None], said: str) -> None:
    """What is no store of ours is refused with a sentence that names the file and why."""
    prepare(path)
    sentence = refused(url(path))
    assert (str(path) in sentence, said in sentence) == (True, True)


@pytest.mark.parametrize("where", ["mysql://db/x", "state.db", "sqlite://host/x", "sqlite:///x?mode=ro"])
def test_other_urls_are_refused(where: str) -> None:
    """Only SQLite on a plain path is a store, and the sentence says how that is written."""
    assert "sqlite:////absolute/path/state.db" in refused(where)


def test_second_store_on_a_file_is_refused(path: Path) -> None:
    """While one store has a file another is refused, by a sentence that names the process."""

    async def act(_: Store) -> str:
        with pytest.raises(SystemBrokenError) as raised:
            await Store.open(url(path), app_version=VERSION)
        return str(raised.value)

    assert using(act, url(path)) == (
        f"the store {path} is in use by another cert-monitor (process {os.getpid()}): stop that one first, "
        "or set another store.url for this one"
    )


def test_copy_that_cannot_be_made_stops_the_upgrade(path: Path, tmp_path: Path) -> None:
    """Without its copy a file is not upgraded, and the sentence says what stood in the way."""
    filled(path)
    path.with_name("state.db.before-9999.unfinished").mkdir()
    with pytest.raises(SystemBrokenError, match=r"before-9999\.unfinished"):
        migrate(SqliteDialect(path), schema(steps(tmp_path, NEXT)))
    assert asked(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_copy_of_an_interrupted_upgrade_is_made_again(path: Path, tmp_path: Path) -> None:
    """What a killed upgrade left of its copy does not stand in the way of the next, and goes."""
    filled(path)
    path.with_name("state.db.before-9999.unfinished").write_bytes(b"half a copy")
    migrate(SqliteDialect(path), schema(steps(tmp_path, NEXT)))
    assert [copy.name for copy in path.parent.glob("*.before-*")] == ["state.db.before-9999"]


def test_lock_that_cannot_be_made_is_explained(path: Path) -> None:
    """A lock file that cannot be opened is named, instead of saying that another process has it."""
    path.with_name("state.db.lock").mkdir(parents=True)
    assert "state.db.lock cannot be locked" in refused(url(path))


def test_refused_store_does_not_keep_the_file(path: Path) -> None:
    """After a refusal at start the file can be put right and opened."""
    _text(path)
    refused(url(path))
    path.write_bytes(b"")
    assert using(lambda store: store.outbox(), url(path)) == (0, None)
