"""Who is sent heartbeats and when, as the section ``heartbeat`` says."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from monitor.alerts import Schedule
from monitor.config import load
from monitor.daemon.notifications.receivers import notify_settings
from monitor.errors import ConfigError
from support.pki.certificates import NOW

RECEIVERS = """
email: {host: relay, from: a@b.example, timezone: Europe/Lisbon}
receivers:
  - {name: admins, kind: email, to: [c@d.example]}
  - {name: ops, kind: email, to: [e@d.example], timezone: America/New_York, digest: {at: "07:30"}}
  - {name: chief, kind: email, to: [f@d.example]}
  - {name: hook, kind: webhook, url: "https://hook.example/"}
routes:
  - {match: {site: harbor}, receivers: [admins], escalate: {after: 3d, to: [chief]}}
"""


def schedules(folder: Path, heartbeat: str) -> dict[str, Schedule]:
    """Return when each receiver is sent heartbeats, those that are not left out."""
    path = folder / "c.yaml"
    path.write_text(f"{RECEIVERS}{heartbeat}\n", "utf-8")
    rules = notify_settings(load(path), NOW).rules
    return {name: one.heartbeat for name, one in rules.items() if one.heartbeat is not None}


@pytest.mark.parametrize(
    ("heartbeat", "expected"),
    [
        ("", []),
        ("heartbeat: {url: 'https://ping.example/1'}", []),
        ("heartbeat: {every: 7d}", ["admins", "ops"]),
        ("heartbeat: {every: 7d, url: 'https://ping.example/1'}", ["admins", "ops"]),
        ("heartbeat: {receivers: [hook, chief]}", ["chief", "hook"]),
        ("heartbeat: {every: 1d, receivers: []}", []),
    ],
)
def test_who(tmp_path: Path, heartbeat: str, expected: list[str]) -> None:
    """Those that are named; else, with an interval, those by mail that alerts are not only escalated to."""
    assert list(schedules(tmp_path, heartbeat)) == expected


def test_when(tmp_path: Path) -> None:
    """At the time of day of the receiver's digest, in its time zone, weekly where nothing else is said."""
    found = schedules(tmp_path, "heartbeat: {receivers: [admins, ops]}")
    assert [(name, one.every, one.at, str(one.zone)) for name, one in found.items()] == [
        ("admins", 7, time(8), "Europe/Lisbon"),
        ("ops", 7, time(7, 30), "America/New_York"),
    ]


def test_another_interval(tmp_path: Path) -> None:
    """Whole days, however they are written."""
    found = schedules(tmp_path, "heartbeat: {every: 2w}")
    assert {one.every for one in found.values()} == {timedelta(days=14) // timedelta(days=1)}


@pytest.mark.parametrize(
    ("heartbeat", "message"),
    [
        ("heartbeat: {}", "needs exactly one of url, url_file, url_env, or every or receivers"),
        ("heartbeat: {ca: ca.pem}", "needs exactly one of url, url_file, url_env, or every or receivers"),
        ("heartbeat: {every: 7d, url: 'https://a.example', url_env: A}", "needs at most one of url"),
        ("heartbeat: {every: 36h}", "must be whole days, from 1d to 31d"),
        ("heartbeat: {every: 32d}", "must be whole days, from 1d to 31d"),
        ("heartbeat: {receivers: [admin]}", "there is no such receiver (got 'admin')"),
        ("heartbeat: {receivers: [ops, ops]}", "ops is listed twice"),
    ],
)
def test_mistakes(tmp_path: Path, heartbeat: str, message: str) -> None:
    """Each is named with what to write."""
    with pytest.raises(ConfigError) as error:
        schedules(tmp_path, heartbeat)
    assert message in str(error.value)
