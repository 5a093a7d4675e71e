"""Tests of ``backup`` and ``restore``: their output, and exit codes beside a real daemon."""

from pathlib import Path

from support.servers.command import run, started

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


def test_missing_backup_is_said(tmp_path: Path) -> None:
    """A file that is not there is one sentence and a system error."""
    done = run("restore", tmp_path / "none.db", "--config", written(tmp_path))
    assert (done.code, done.out) == (1, "")
    assert "there is no file" in done.err
    assert "Traceback" not in done.err
