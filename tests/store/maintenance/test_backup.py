"""Tests of backups: made while a writer writes, verified, restored, and what was pending notified once."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.refused import without_refused
from monitor.errors import NewerSchemaError, SystemBrokenError
from monitor.model import (
    AlertRecord,
    LogChange,
    Notification,
    NotificationKind,
    NotifiedAlert,
    ReceiverChanges,
    RecipientStatus,
)
from monitor.store import Store
from monitor.store.alerts.dropped import DROPPED
from monitor.store.database import Database
from monitor.store.maintenance.backup import back_up, restore
from support.factories.recorded import (
    HOUR,
    NOW,
    RECEIVER,
    TARGETS,
    VERSION,
    alert_key,
    loaded,
    made_at,
    notified,
    numbered,
    probe,
    sighting,
    url,
    using,
    waiting,
)
from support.folders import TESTS
from support.servers.programs import running

LATER = NOW + HOUR

WRITER = """
import sys
from support.factories.recorded import NOW, TARGETS, VERSION, notified, probe, sighting, waiting
from monitor.store.database import Database
from monitor.store.facts import put_facts
from monitor.store.alerts.alert_pass import notify
from monitor.store.observations.recording import record

database = Database.open(sys.argv[1], app_version=VERSION)
number = 0
while True:
    number += 1
    probes = [probe(NOW, sighting(f"c{number % 5}", t.location), of=t) for t in TARGETS]
    database.write(record, [s for s, _ in probes], {k: o for _, seen in probes for k, o in seen.items()})

    def act(connection):
        notify(connection, *notified(f"m{number}"), [waiting(number)], NOW)
        put_facts(connection, {"number": str(number)})

    database.write(act)
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is."""
    return tmp_path / "state.db"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return where the backup is to be."""
    return tmp_path / "backup.db"


def filled(path: Path) -> None:
    """Write one probe and one pending notification into a new database."""
    state, seen = probe(NOW, sighting("leaf"))

    async def act(store: Store) -> None:
        await store.record([state], seen)
        await store.notify(*pending("leaf"), NOW)

    using(act, url(path))


def pending(
    name: str, number: int = 1
) -> tuple[list[AlertRecord], dict[str, ReceiverChanges], list[Notification]]:
    """Return what is written when an alert is notified, with its pending notification."""
    alerts, changes = notified(name)
    log = tuple(
        replace(change, record=replace(change.record, pending_id=numbered(number)))
        for change in changes[RECEIVER].log
        if change.record
    )
    changes = {RECEIVER: replace(changes[RECEIVER], log=log)}
    about = (NotifiedAlert(alert_key(name).id, "first", "warning"),)
    return alerts, changes, [replace(waiting(number), alerts=about)]


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    """Return what another program reads from a database file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def known(path: Path) -> tuple[set[str], bool]:
    """Return the alerts that the next pass takes as notified, and whether a retry is due."""

    async def act(store: Store) -> tuple[set[str], bool]:
        receiver = await store.receiver_record(RECEIVER)
        due = await store.retry_due([RECEIVER], LATER)
        return {key.subject or key.scope_id for key in without_refused(receiver, LATER).log}, due

    return using(act, url(path))


def names(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {file.name for file in folder.iterdir()}


def test_backup_while_a_writer_writes(path: Path, copy: Path) -> None:
    """It is one consistent state: each number in it with its notification, and the writer goes on."""
    program = [sys.executable, "-c", WRITER, url(path)]
    with running(program, stdout=subprocess.PIPE, text=True, cwd=TESTS) as writer:
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline()) for _ in range(3)]
        for _ in range(3):
            back_up(url(path), copy, force=True)
            [[number]] = asked(copy, "SELECT value FROM fact WHERE key = 'number'")
            assert asked(copy, "SELECT count(*) FROM notification") == [(int(str(number)),)]
            assert int(str(number)) >= seen[-1]
            assert asked(copy, "PRAGMA integrity_check") == [("ok",)]
            seen.append(int(writer.stdout.readline()))
        writer.kill()
        writer.wait()
    assert names(path.parent) - {"state.db", "state.db-wal", "state.db-shm", "state.db.lock"} == {"backup.db"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_backup_is_private(path: Path, copy: Path) -> None:
    """Nobody else may read it, since it contains mails."""
    filled(path)
    before = os.umask(0)
    try:
        size = back_up(url(path), copy)
    finally:
        os.umask(before)
    assert (stat.S_IMODE(copy.stat().st_mode), copy.stat().st_size) == (0o600, size)


def test_existing_file_stays_without_force(path: Path, copy: Path) -> None:
    """It is replaced only when that is asked for."""
    filled(path)
    copy.write_text("precious")
    with pytest.raises(SystemBrokenError, match="exists: choose another file or add --force"):
        back_up(url(path), copy)
    assert copy.read_text() == "precious"
    back_up(url(path), copy, force=True)
    assert asked(copy, "SELECT count(*) FROM target") == [(1,)]


@pytest.mark.parametrize("end", ["", "-wal", ".lock"])
def test_database_itself_is_no_place_for_a_backup(path: Path, end: str) -> None:
    """Not even with force is the database or a file of its own overwritten."""
    filled(path)
    with pytest.raises(SystemBrokenError, match="choose another file"):
        back_up(url(path), path.with_name(path.name + end), force=True)
    assert asked(path, "SELECT count(*) FROM target") == [(1,)]


def test_damaged_database_replaces_no_backup(path: Path, copy: Path) -> None:
    """The old backup stays when the copy is found damaged."""
    filled(path)
    back_up(url(path), copy)
    before = copy.read_bytes()
    overwrite(path, 4096, 8 * 4096)
    with pytest.raises(SystemBrokenError, match="damaged"):
        back_up(url(path), copy, force=True)
    assert copy.read_bytes() == before
    assert "backup.db.unfinished" not in names(path.parent)


def test_no_database_is_said(path: Path, copy: Path) -> None:
    """Without a database there is nothing to copy, and nothing is created."""
    with pytest.raises(SystemBrokenError, match="there is no database"):
        back_up(url(path), copy)
    assert names(path.parent) == set()


def test_restored_database_has_everything(path: Path, copy: Path) -> None:
    """What was recorded at the backup is there again, and the database that was replaced is kept."""
    filled(path)
    back_up(url(path), copy)
    using(lambda store: store.forget_targets([TARGETS[0].id, "endpoint:host:443"], NOW), url(path))
    kept, _ = restore(copy, url(path), LATER)
    state, _ = probe(NOW, sighting("leaf"))
    assert len(using(lambda store: loaded(store, state.target), url(path))) == 1
    assert kept is not None
    assert kept.name == f"state.db.before-restore-{LATER:%Y%m%dT%H%M%SZ}"
    assert asked(kept, "SELECT count(*) FROM target") == [(0,)]


def test_log_of_a_killed_daemon_goes_with_its_database(path: Path, copy: Path) -> None:
    """SQLite would otherwise apply the log of the old file to the new one."""
    filled(path)
    back_up(url(path), copy)
    [log, index] = [path.with_name(path.name + end) for end in ("-wal", "-shm")]
    log.write_bytes(b"a log")
    index.write_bytes(b"an index")
    kept, _ = restore(copy, url(path), LATER)
    assert kept is not None
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"a log"
    assert asked(path, "SELECT count(*) FROM target") == [(1,)]


def test_restore_without_a_database(path: Path, copy: Path) -> None:
    """On a new machine there is nothing to keep."""
    filled(path)
    back_up(url(path), copy)
    new = path.parent / "new" / "state.db"
    assert restore(copy, url(new), LATER)[0] is None
    assert names(new.parent) == {"state.db", "state.db.lock"}
    assert asked(new, "SELECT count(*) FROM target") == [(1,)]


def test_running_daemon_refuses_a_restore(path: Path, copy: Path) -> None:
    """The database of a running daemon is not replaced."""
    filled(path)
    back_up(url(path), copy)
    before = path.read_bytes()
    database = Database.open(url(path), app_version=VERSION)
    with pytest.raises(SystemBrokenError, match="is in use by another cert-monitor"):
        restore(copy, url(path), LATER)
    database.check()
    database.close()
    assert path.read_bytes() == before


def overwrite(file: Path, start: int, end: int) -> None:
    """Damage a part of a file."""
    with file.open("r+b") as stream:
        stream.seek(start)
        stream.write(b"\xa5" * (end - start))


def truncated(file: Path) -> None:
    """Cut a file in half."""
    os.truncate(file, file.stat().st_size // 2)


def newer(file: Path) -> None:
    """Make a backup look like one of a later version."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(file: Path) -> None:
    """Replace a backup by a database of another program."""
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE other (id)")


def with_trigger(file: Path) -> None:
    """Add statements that would run when a row is written."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON fact BEGIN DELETE FROM alert; END")


BAD: dict[str, tuple[Callable[[Path], object], type[SystemBrokenError], str]] = {
    "no header": (lambda file: overwrite(file, 0, 100), SystemBrokenError, "damaged"),
    "damaged pages": (lambda file: overwrite(file, 4096, 8 * 4096), SystemBrokenError, "damaged"),
    "truncated": (truncated, SystemBrokenError, "damaged"),
    "empty": (lambda file: file.write_bytes(b""), SystemBrokenError, "is not a backup of cert-monitor"),
    "missing": (Path.unlink, SystemBrokenError, "there is no file"),
    "newer": (newer, NewerSchemaError, "was written by a newer cert-monitor: its schema is 9999"),
    "another program's": (foreign, SystemBrokenError, "is not a backup of cert-monitor"),
    "with a trigger": (with_trigger, SystemBrokenError, "is not a backup of cert-monitor"),
}


@pytest.mark.parametrize("what", BAD)
def test_unusable_backup_changes_nothing(path: Path, copy: Path, what: str) -> None:
    """The database stays as it is, and nothing is left behind."""
    spoil, error, sentence = BAD[what]
    filled(path)
    back_up(url(path), copy)
    spoil(copy)
    before, there = path.read_bytes(), names(path.parent)
    with pytest.raises(error, match=sentence):
        restore(copy, url(path), LATER)
    assert (path.read_bytes(), names(path.parent)) == (before, there)


def test_older_backup_is_upgraded(path: Path, copy: Path) -> None:
    """One of an older schema is restored, and no copy but the replaced database remains."""
    made_at(copy, "0002")
    filled(path)
    there = names(path.parent)
    kept, dropped = restore(copy, url(path), LATER)
    assert kept is not None
    assert (dropped, names(path.parent)) == (0, there | {kept.name})
    assert using(lambda store: store.target_ids(), url(path)) == frozenset()


def test_what_was_pending_is_notified_once(path: Path, copy: Path) -> None:
    """It is finished unsent, and the next pass decides it again at once, as if never sent."""
    filled(path)
    back_up(url(path), copy)
    assert known(path) == ({"leaf"}, False)
    assert restore(copy, url(path), LATER)[1] == 1
    assert known(path) == (set(), True)
    assert asked(path, "SELECT last_error, finished_at IS NULL FROM notification") == [(DROPPED, 0)]
    assert using(lambda store: store.due_notifications(RECEIVER, LATER), url(path)) == ()
    assert asked(copy, "SELECT last_error FROM notification") == [("",)]


@pytest.mark.parametrize(("rest", "again"), [("ACCEPTED", 0), ("PENDING", 1)])
def test_only_what_all_recipients_accepted_is_not_notified_again(
    path: Path, copy: Path, rest: str, again: int
) -> None:
    """What one recipient still waits for is decided again; what was delivered is not."""
    filled(path)
    [item] = pending("leaf")[2]
    results = (("one@vms.example", RecipientStatus.ACCEPTED), ("two@vms.example", RecipientStatus[rest]))
    using(lambda store: store.attempted(replace(item, recipients=results), NOW), url(path))
    back_up(url(path), copy)
    assert restore(copy, url(path), LATER)[1] == again
    assert known(path) == (set() if again else {"leaf"}, bool(again))


def test_dropped_inventory_is_sent_again(path: Path, copy: Path) -> None:
    """A receiver whose inventory was pending has none."""

    async def act(store: Store) -> None:
        item = replace(waiting(1), kind=NotificationKind.INVENTORY)
        await store.notify([], {RECEIVER: ReceiverChanges(inventory_at=NOW)}, [item], NOW)

    using(act, url(path))
    back_up(url(path), copy)
    restore(copy, url(path), LATER)
    assert using(lambda store: store.receiver_record(RECEIVER), url(path)).inventory_at is None


def test_dropped_good_news_is_decided_again(path: Path, copy: Path) -> None:
    """An alert that is over stays open for a receiver that was not notified of its end."""
    filled(path)
    [item] = pending("leaf")[2]
    accepted = tuple((name, RecipientStatus.ACCEPTED) for name, _ in item.recipients)
    key, after = alert_key("leaf"), NOW + timedelta(minutes=1)

    async def over(store: Store) -> None:
        await store.attempted(replace(item, recipients=accepted), NOW)
        [record] = (await store.open_alerts()).values()
        good = replace(waiting(2, after), alerts=(NotifiedAlert(key.id, "resolved", ""),))
        forgotten = {RECEIVER: ReceiverChanges((LogChange(key, None),))}
        await store.notify([replace(record, resolved_at=after)], forgotten, [good], after)

    using(over, url(path))
    back_up(url(path), copy)
    restore(copy, url(path), LATER)
    assert known(path) == ({"leaf"}, True)
    assert set(using(lambda store: store.open_alerts(), url(path))) == {key}
    assert asked(path, f"SELECT last_error FROM notification WHERE id = '{numbered(2)}'") == [(DROPPED,)]


def test_several_pending_notifications_are_decided_in_one_pass(path: Path, copy: Path) -> None:
    """All that waited is due at the same instant, also where one alert waited twice; all else stays known."""
    filled(path)

    async def more(store: Store) -> None:
        await store.notify(*pending("other", 2), NOW)
        await store.notify(*pending("other", 3), NOW)
        await store.notify(*notified("delivered"), [], NOW)

    using(more, url(path))
    back_up(url(path), copy)
    assert restore(copy, url(path), LATER)[1] == 3
    assert known(path) == ({"delivered"}, True)
