"""The one line of ``cert-monitor health``, and its exit code."""

from typing import Any

import pytest

from monitor.cli.daemon import health as command
from support.servers.daemon.command import run

LOADED: dict[str, Any] = {"ok": True, "not_ready": [], "targets": 31, "alerts": {"warning": 1, "critical": 0}}
LOADING = "the recorded state is still being loaded, or the daemon is stopping"


@pytest.mark.parametrize(
    ("status", "answer", "code", "line"),
    [
        (200, LOADED, 0, "OK - 31 targets, alerts: 1 warning | targets=31 warning=1 critical=0"),
        (200, {**LOADED, "targets": 0, "not_ready": [LOADING]}, 0, f"OK - not ready: {LOADING}"),
        (200, {"ok": True}, 0, "OK"),
        (
            503,
            {**LOADED, "ok": False, "problems": ["it is stuck"], "not_ready": [LOADING]},
            2,
            "CRITICAL - it is stuck | targets=31 warning=1 critical=0",
        ),
    ],
    ids=["loaded", "loading", "without a login", "unwell"],
)
def test_line(
    monkeypatch: pytest.MonkeyPatch, status: int, answer: dict[str, Any], code: int, line: str
) -> None:
    """A service that still loads is well, and no number says that its targets have gone."""
    monkeypatch.setattr(command, "ask", lambda *_, **__: (status, answer))
    done = run("health")
    assert (done.code, done.out) == (code, f"{line}\n")
