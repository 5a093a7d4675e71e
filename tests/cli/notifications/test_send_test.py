"""``cert-monitor test-notification`` with receivers over HTTP, and a daemon that notifies through one."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.pki import authority, leaf
from support.servers.daemon.command import run, running
from support.servers.web.issuer_thread import web_on_a_thread
from support.servers.web.server import http

TOKEN = "T0KEN-that-nobody-may-read"
KEY = "KEY-that-nobody-may-read"
RECEIVERS = """
receivers:
  - {name: hook, kind: webhook, url_file: url, secret_file: secret}
  - {name: chat, kind: teams, url_file: url}
  - {name: slack, kind: slack, url_file: url}
"""
DAEMON = """
web: {listen: "127.0.0.1:0"}
store: {url: "sqlite:///state.db"}
alerts: {every: 200ms}
targets: [{kind: files, name: old, paths: [old.pem]}]
"""
PATIENCE = 30
DAY = timedelta(days=1)


def written(folder: Path, url: str, text: str = RECEIVERS) -> Path:
    """Write a configuration with the address and the key in files beside it."""
    (folder / "url").write_text(f"{url}\n", "utf-8")
    (folder / "secret").write_text(f"{KEY}\n", "utf-8")
    path = folder / "c.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", ["hook", "chat", "slack"])
def test_accepted(tmp_path: Path, name: str) -> None:
    """A test arrives, and what is printed shows neither address nor key."""
    with web_on_a_thread() as server:
        server.replies[f"/{TOKEN}"] = http(b"", "202 Accepted")
        path = written(tmp_path, server.url(f"/{TOKEN}"))
        done = run("test-notification", name, "--config", path)
    assert (done.code, len(server.requests)) == (0, 1)
    assert json.loads(server.requests[0].body)
    assert [one for one in (TOKEN, KEY) if one in done.out + done.err] == []


def test_refused(tmp_path: Path) -> None:
    """A test that is refused says why."""
    with web_on_a_thread() as server:
        server.replies[f"/{TOKEN}"] = http(b"no_service", "404 Not Found")
        done = run("test-notification", "slack", "--config", written(tmp_path, server.url(f"/{TOKEN}")))
    assert done.code == 1
    assert "127.0.0.1 answered with HTTP 404 (no_service)" in done.out
    assert TOKEN not in done.out + done.err


def test_daemon_keeps_secrets(tmp_path: Path) -> None:
    """A daemon notifies through all three; neither database nor log has an address or a key."""
    now = datetime.now(UTC)
    old = leaf("old.vms.example", authority("CA", at=now), start=now - 30 * DAY, end=now - DAY)
    (tmp_path / "old.pem").write_bytes(old.pem)
    with web_on_a_thread() as server:
        server.replies[f"/{TOKEN}"] = http(TOKEN.encode(), "503 Service Unavailable")
        path = written(tmp_path, server.url(f"/{TOKEN}"), DAEMON + RECEIVERS)
        with running(path):
            deadline = time.monotonic() + PATIENCE
            while len(server.requests) < 3 and time.monotonic() < deadline:
                time.sleep(0.1)
    assert len(server.requests) >= 3
    assert any(b"old.vms.example" in one.body for one in server.requests)
    files = [one for one in tmp_path.rglob("*") if one.is_file() and one.name not in ("url", "secret")]
    assert {"daemon.log", "state.db"} <= {one.name for one in files}
    for one in files:
        content = one.read_bytes()
        assert TOKEN.encode() not in content, one
        assert KEY.encode() not in content, one
