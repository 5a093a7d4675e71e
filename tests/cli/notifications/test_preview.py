"""``cert-monitor notifications preview``: what would be sent is written, and nothing is sent or changed."""

import hashlib
import json
import re
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.pki import authority, leaf
from support.servers.daemon.command import run, running
from support.servers.programs import free_port

PATIENCE = 30
DAY = timedelta(days=1)
KEY = "KEY-that-nobody-may-read"
BASE = """
web: {{listen: "127.0.0.1:0"}}
store: {{url: "sqlite:///state.db"}}
alerts: {{every: 200ms}}
defaults: {{{defaults}}}
email: {{host: 127.0.0.1, port: {port}, from: certs@vms.example}}
targets: [{{kind: files, name: portal, paths: [portal.pem]}}]
receivers:
  - {{name: admins, kind: email, to: [admins@vms.example], language: pt_BR, subject_prefix: "[harbour]"}}
"""
MORE = """\
  - {name: hook, kind: webhook, url_file: missing-url, secret_file: secret}
  - {name: chat, kind: slack, url_file: missing-url}
  - {name: team, kind: teams, url_file: missing-url}
  - {name: vms, kind: xprotect_alarm, address: vms01.vms.example, username: u, password_file: missing}
"""


def written(folder: Path, more: str = "", defaults: str = "", port: int = 9) -> Path:
    """Write a configuration whose relay nobody serves."""
    path = folder / "c.yaml"
    path.write_text(BASE.format(defaults=defaults, port=port) + more, "utf-8")
    return path


def record(folder: Path) -> tuple[str, bytes]:
    """Return the hash of the database, and the log of changes, which SQLite makes anew for readers."""
    log = folder / "state.db-wal"
    database = hashlib.sha256((folder / "state.db").read_bytes()).hexdigest()
    return database, log.read_bytes() if log.exists() else b""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the record of a daemon whose inventory waits for its relay."""
    folder, now = tmp_path_factory.mktemp("recorded"), datetime.now(UTC)
    ca = authority("CA", at=now)
    portal = leaf("portal.vms.example", ca, start=now - 100 * DAY, end=now + 100 * DAY)
    (folder / "portal.pem").write_bytes(portal.pem)
    (folder / "secret").write_text(KEY, "utf-8")
    with running(written(folder, port=free_port())):
        deadline = time.monotonic() + PATIENCE
        while "inventory" not in (folder / "daemon.log").read_text("utf-8"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    return folder


def test_what_waits(recorded: Path, tmp_path: Path) -> None:
    """What the outbox has is shown as a mail in three forms, and the record stays as it was."""
    before, out = record(recorded), tmp_path / "out"
    done = run("notifications", "preview", "--config", written(recorded), "--out", out)
    assert (done.code, done.err) == (0, "")
    head, row, _, quiet, last = done.out.splitlines()
    assert head.split() == ["RECEIVER", "WHEN", "KIND", "SUBJECT", "FILES"]
    assert row.startswith("admins    waiting  inventory  [harbour] Certificados: 1 monitorado")
    assert row.endswith("01-admins-inventory.*")
    assert re.fullmatch(r"admins: the digest of 20[-0-9]{8} 08:00 would have nothing to say", quiet)
    assert last == f"written to {out}; nothing was sent"
    names = {"preview.json", *(f"01-admins-inventory.{end}" for end in ("eml", "txt", "html"))}
    assert {one.name for one in out.iterdir()} == names
    assert b"To: admins@vms.example" in (out / "01-admins-inventory.eml").read_bytes()
    assert "Fuso horário: " in (out / "01-admins-inventory.txt").read_text("utf-8")
    assert "<html" in (out / "01-admins-inventory.html").read_text("utf-8")
    assert record(recorded) == before


def test_what_would_be_decided(recorded: Path, tmp_path: Path) -> None:
    """New receivers of every kind would get their inventory; neither address nor key is needed or written."""
    done = run("notifications", "preview", "--config", written(recorded, MORE), "--out", tmp_path)
    rows = [line.split()[:3] for line in done.out.splitlines()[1:6]]
    assert rows == [
        ["admins", "waiting", "inventory"],
        *([one, "now", "inventory"] for one in ("hook", "chat", "team", "vms")),
    ]
    listed = json.loads((tmp_path / "preview.json").read_text("utf-8"))["notifications"]
    assert [one["files"][0] for one in listed[1:]] == [
        f"{n:02}-{one}-inventory.json" for n, one in enumerate(("hook", "chat", "team", "vms"), 2)
    ]
    assert listed[1]["subject"] == "Certificates: 1 watched, 0 need action, 0 unreachable"
    assert json.loads((tmp_path / "02-hook-inventory.json").read_text("utf-8"))["counts"]["watched"] == 1
    assert [one for one in tmp_path.iterdir() if KEY.encode() in one.read_bytes()] == []


def test_the_next_digest(recorded: Path, tmp_path: Path) -> None:
    """A warning that waits for the digest is in its preview, at its time."""
    config = written(recorded, defaults="warn_before: [200d]")
    done = run("notifications", "preview", "--config", config, "--out", tmp_path)
    assert "the digest of" not in done.out
    listed = json.loads((tmp_path / "preview.json").read_text("utf-8"))["notifications"]
    assert [one["kind"] for one in listed] == ["inventory", "digest"]
    assert datetime.strptime(listed[1]["when"], "%Y-%m-%d %H:%M").hour == 8  # noqa: DTZ007 - of the machine's zone
    assert listed[1]["subject"].startswith("[harbour] Certificados: 1 aviso")


def test_what_is_told_at_once(recorded: Path, tmp_path: Path) -> None:
    """What is critical by the configuration is decided as the next alert pass would decide it."""
    config = written(recorded, defaults="warn_before: [200d], critical_before: [150d]")
    done = run("notifications", "preview", "--config", config, "--out", tmp_path)
    rows = [line.split()[:3] for line in done.out.splitlines()[1:3]]
    assert rows == [["admins", "now", "notice"], ["admins", "waiting", "inventory"]]
    assert "(crítico)" in (tmp_path / "preview.json").read_text("utf-8")


def test_nothing_left_to_send(recorded: Path, tmp_path: Path) -> None:
    """Where everything was delivered, it says that nothing would be sent."""
    for name in ("state.db", "portal.pem"):
        shutil.copy(recorded / name, tmp_path / name)
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection, connection:
        connection.execute("UPDATE notification SET finished_at = created_at")
    done = run("notifications", "preview", "--config", written(tmp_path), "--out", tmp_path / "out")
    assert (done.code, done.out.splitlines()[0]) == (0, "nothing would be sent now")


def test_a_folder_of_somebody_else(recorded: Path, tmp_path: Path) -> None:
    """Only what an earlier preview wrote is replaced."""
    config = written(recorded)
    mine = tmp_path / "out"
    first = run("notifications", "preview", "--config", config, "--out", mine)
    (mine / "note.txt").write_text("mine", "utf-8")
    again = run("notifications", "preview", "--config", config, "--out", mine)
    strange = run("notifications", "preview", "--config", config, "--out", recorded)
    (mine / "preview.json").write_text('{"files": ["../kept"]}', "utf-8")
    (tmp_path / "kept").write_text("mine", "utf-8")
    taken = run("notifications", "preview", "--config", config, "--out", mine)
    assert [one.code for one in (first, again, strange, taken)] == [0, 0, 2, 2]
    assert "has files that no preview wrote: choose another folder" in strange.err
    assert "was not written by a preview: choose another folder" in taken.err
    assert ((mine / "note.txt").read_text("utf-8"), (tmp_path / "kept").read_text("utf-8")) == (
        "mine",
        "mine",
    )


def test_nothing_recorded(tmp_path: Path) -> None:
    """Without a database it says what it needs, and makes none."""
    done = run("notifications", "preview", "--config", written(tmp_path), "--out", tmp_path / "out")
    assert done.code == 1
    assert "there is no database" in done.err
    assert "start the daemon once" in done.err
    assert [one.name for one in tmp_path.iterdir()] == ["c.yaml"]


def test_nothing_to_send(recorded: Path, tmp_path: Path) -> None:
    """A configuration without receivers says so."""
    text = written(recorded).read_text("utf-8").partition("receivers:")[0] + "receivers: []\n"
    (recorded / "nobody.yaml").write_text(text, "utf-8")
    done = run("notifications", "preview", "--config", recorded / "nobody.yaml", "--out", tmp_path)
    assert (done.code, done.out.splitlines()[0]) == (0, "nobody is notified: there is no receiver")
