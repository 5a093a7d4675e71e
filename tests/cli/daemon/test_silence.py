"""``alerts``, ``acknowledge`` and ``silence`` against a running daemon."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.daemon.silence import _until
from monitor.errors import UsageError
from support.pki import authority, leaf
from support.servers.daemon.command import Done, run, running

TODAY = datetime.now(UTC)
DAY = timedelta(days=1)
PATIENCE = 30
CONFIG = """
web: {listen: "127.0.0.1:0"}
store: {url: "sqlite:///state.db"}
alerts: {every: 200ms}
targets: [{kind: files, name: old, paths: [old.pem], labels: {site: lab}}]
silences: [{match: {site: nowhere}, reason: configured}]
"""

There = tuple[Path, str]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """Run a daemon that watches a certificate which has expired."""
    folder = tmp_path_factory.mktemp("silences")
    ca = authority("CA", at=TODAY)
    old = leaf("old.vms.example", ca, start=TODAY - 30 * DAY, end=TODAY - DAY)
    (folder / "old.pem").write_bytes(old.pem)
    path = folder / "monitor.yaml"
    path.write_text(CONFIG, "utf-8")
    with running(path) as url:
        yield path, url


def asked(there: There, *arguments: str) -> Done:
    """Run a command against the daemon."""
    path, url = there
    return run(*arguments, "--url", url, "--config", path)


def listed(there: There, *command: str) -> list[dict[str, Any]]:
    """Return a list of the daemon."""
    done = asked(there, *command, "--format", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def alert(there: There, **expected: object) -> dict[str, Any]:
    """Wait until the one alert has these values, and return it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = listed(there, "alerts")
        if found and all(bool(found[0][name]) is value for name, value in expected.items()):
            return found[0]
        time.sleep(0.1)
    raise AssertionError(found)


def test_acknowledge_and_end(there: There) -> None:
    """An alert is acknowledged by its id, shown so, and the acknowledgement is ended by its own."""
    shown = alert(there, acknowledged=False)
    done = asked(there, "acknowledge", shown["id"], "--comment", "ordered", "--until", "3d", "--by", "ana")
    assert (done.code, done.err) == (0, "")
    found = alert(there, acknowledged=True)
    assert (found["acknowledged"]["by"], found["acknowledged"]["comment"]) == ("ana", "ordered")
    line = asked(there, "alerts").out
    assert re.fullmatch(rf"{shown['id']}  expired   acknowledged  old.*\n", line)
    [one] = [one for one in listed(there, "silence", "list") if one["kind"] == "acknowledge"]
    assert asked(there, "silence", "end", one["id"]) == Done(0, "ended\n", "")
    alert(there, acknowledged=False)


def test_silence_and_end(there: There) -> None:
    """Alerts that match are silenced from the next alert pass on."""
    alert(there, silenced=False)
    done = asked(there, "silence", "add", "site=LAB", "check=expiry", "check=name", "--reason", "rebuilding")
    assert (done.code, done.out.startswith("silenced until ")) == (0, True)
    alert(there, silenced=True)
    [one] = [one for one in listed(there, "silence", "list") if one["reason"] == "rebuilding"]
    assert one["match"] == {"site": ["LAB"], "check": ["expiry", "name"]}
    assert "site=LAB, check=expiry|name" in asked(there, "silence", "list").out
    assert asked(there, "silence", "end", one["id"]).code == 0
    alert(there, silenced=False)


def test_refused(there: There) -> None:
    """What there is not, and what stands in the configuration, is refused with a sentence."""
    [configured] = [one for one in listed(there, "silence", "list") if one["by"] == "configuration"]
    found = [
        asked(there, "acknowledge", "0" * 20),
        asked(there, "silence", "end", "nothing"),
        asked(there, "silence", "end", configured["id"]),
        asked(there, "acknowledge", alert(there)["id"], "--until", "31d"),
    ]
    assert [(one.code, one.err) for one in found] == [
        (2, f"there is no open alert {'0' * 20!r}\n"),
        (2, "there is no silence 'nothing'\n"),
        (2, "this silence stands in the configuration: remove it there\n"),
        (2, "an alert can be acknowledged for 30 days at most\n"),
    ]


def test_bad_usage(there: There) -> None:
    """Matchers and times that are none are bad usage, before anything is asked."""
    no_match = asked(there, "silence", "add", "lab", "--reason", "x")
    no_time = asked(there, "silence", "add", "site=lab", "--reason", "x", "--until", "soon")
    assert (no_match.code, no_match.err) == (2, "'lab' is not LABEL=VALUE, such as site=lab\n")
    assert (no_time.code, "--until 'soon'" in no_time.err) == (2, True)


@pytest.mark.parametrize(("text", "days"), [("3d", 3), ("2w", 14), ("12h", 0.5)])
def test_until_a_length(text: str, days: float) -> None:
    """A length counts from now."""
    wanted = datetime.now(UTC) + days * DAY
    assert abs(datetime.fromisoformat(_until(text)) - wanted) < timedelta(minutes=1)


def test_until_a_day_or_an_instant() -> None:
    """A day is meant with all of it, in the time zone of the machine."""
    end = datetime.fromisoformat(_until("2027-01-31"))
    assert (end.astimezone().date().isoformat(), end.astimezone().hour) == ("2027-02-01", 0)
    assert datetime.fromisoformat(_until("2027-01-31T18:00+01:00")) == datetime(2027, 1, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "3", "d", "2027-13-01", "9999-12-31", ""])
def test_until_nothing(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(UsageError):
        _until(text)
