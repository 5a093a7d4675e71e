"""Tests of ``backup`` and ``restore``: their output, and exit codes beside a real daemon."""

import sqlite3
from contextlib import closing
from pathlib import Path

from support.servers.daemon.command import run, started

CONFIG = 'targets: []\nweb: {listen: "127.0.0.1:0"}\nstore: {url: "sqlite:///state.db"}\n'
PATIENCE = 60


def written(folder: Path) -> Path:
    """Write a configuration without targets."""
    path = folder / "monitor.yaml"
    path.write_text(CONFIG)
    return path


def test_backup_and_restore(tmp_path: Path) -> None:
    """A backup is made while the daemon runs and restored once it is stopped, not before."""
    config, copy = written(tmp_path), tmp_path / "copy.db"
    with started("run", "--config", config, patience=3 * PATIENCE, stderr=-1) as process:
        assert process.stderr is not None
        while b"http://" not in process.stderr.readline():
            assert process.poll() is None
        made = run("backup", copy, "--config", config)
        early = run("restore", copy, "--config", config)
        process.terminate()
        process.communicate(timeout=PATIENCE)
    again = run("backup", copy, "--config", config)
    forced = run("backup", copy, "--config", config, "--force")
    late = run("restore", copy, "--config", config)
    assert [done.code for done in (made, early, again, forced, late)] == [0, 1, 1, 0, 0]
    assert made.out == f"{copy}: {copy.stat().st_size} bytes, verified\n"
    assert "is in use by another cert-monitor" in early.err
    assert "exists: choose another file or add --force" in again.err
    first, second = late.out.splitlines()
    assert first == f"{copy} restored"
    assert second.startswith(f"the old database is now {tmp_path / 'state.db'}.before-restore-")


def test_copy_of_an_upgrade_goes_back(tmp_path: Path) -> None:
    """The copy that an upgrade made replaces the database of the newer version, which stays beside it."""
    config, database, copy = written(tmp_path), tmp_path / "state.db", tmp_path / "state.db.before-9999"
    made(config)
    assert run("backup", copy, "--config", config).code == 0
    with closing(sqlite3.connect(database)) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    done = run("restore", copy, "--config", config)
    assert done.code == 0, done.err
    [aside] = tmp_path.glob("state.db.before-restore-*")
    assert [revision(aside), revision(database)] == ["9999", revision(copy)]


def made(config: Path) -> None:
    """Run the daemon until its database is there."""
    with started("run", "--config", config, patience=3 * PATIENCE, stderr=-1) as process:
        assert process.stderr is not None
        while b"http://" not in process.stderr.readline():
            assert process.poll() is None
        process.terminate()
        process.communicate(timeout=PATIENCE)


def revision(database: Path) -> str:
    """Return the schema that a database has."""
    with closing(sqlite3.connect(database)) as connection:
        [found] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found)


def test_missing_backup_is_said(tmp_path: Path) -> None:
    """A file that is not there is one sentence and a system error."""
    done = run("restore", tmp_path / "none.db", "--config", written(tmp_path))
    assert (done.code, done.out) == (1, "")
    assert "there is no file" in done.err
    assert "Traceback" not in done.err
