"""``calendar`` against a running daemon: an address is made, read by anybody who knows it, and revoked."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.pki import authority, leaf
from support.servers.daemon.command import Done, run, running

TODAY = datetime.now(UTC)
DAY = timedelta(days=1)
CONFIG = """
web: {listen: "127.0.0.1:0"}
store: {url: "sqlite:///state.db"}
targets: [{kind: files, name: old, paths: [old.pem], labels: {site: lab}}]
"""

There = tuple[Path, str]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """Run a daemon that watches a certificate."""
    folder = tmp_path_factory.mktemp("calendars")
    ca = authority("CA", at=TODAY)
    (folder / "old.pem").write_bytes(leaf("old.vms.example", ca, start=TODAY - DAY, end=TODAY + DAY).pem)
    path = folder / "monitor.yaml"
    path.write_text(CONFIG, "utf-8")
    with running(path) as url:
        yield path, url


def asked(there: There, *arguments: str) -> Done:
    """Run a command against the daemon."""
    path, url = there
    return run("calendar", *arguments, "--url", url, "--config", path)


def read(url: str) -> tuple[int, str]:
    """Return status and text of an address."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_an_address_is_made_read_listed_and_revoked(there: There) -> None:
    """The whole life of a calendar, which a second one does not notice."""
    made, other = asked(there, "create", "outlook"), asked(there, "create", "lab", "--match", "site=lab")
    assert (made.code, other.code) == (0, 0), made.err
    address = made.out.strip()
    assert address.startswith(f"{there[1]}/calendar.ics?token=certmon_")
    assert read(address)[0] == 200
    assert "BEGIN:VCALENDAR" in read(address)[1]
    found = json.loads(asked(there, "list", "--format", "json").out)
    assert [(one["name"], one["match"]) for one in found] == [("lab", {"site": ["lab"]}), ("outlook", {})]
    assert address.rpartition("=")[2] not in asked(there, "list").out
    assert asked(there, "revoke", "outlook").out == "revoked\n"
    assert (read(address)[0], read(other.out.strip())[0]) == (404, 200)
    assert asked(there, "revoke", "lab").code == 0


def test_a_name_is_taken_once(there: There) -> None:
    """Nobody makes a second address under the name of the first."""
    assert asked(there, "create", "twice").code == 0
    done = asked(there, "create", "twice")
    assert (done.code, "there is a token 'twice' already" in done.err) == (2, True)


def test_only_calendars_are_revoked(there: There) -> None:
    """A token of a program is left alone, as is a name that nothing has."""
    path, url = there
    assert run("token", "create", "grafana", "--url", url, "--config", path).code == 0
    for name in ("grafana", "nothing"):
        done = asked(there, "revoke", name)
        assert (done.code, done.err) == (2, f"there is no calendar {name!r}\n")
    assert "grafana" not in asked(there, "list").out


def test_without_an_address_for_others_it_says_so(there: There) -> None:
    """The address of loopback is of no use in an Outlook elsewhere."""
    assert "set web.external_url" in asked(there, "create", "hint").err
