"""``cert-monitor forecast``: what expires by a day, from what the service recorded."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.pki import authority, leaf
from support.servers.daemon.command import run, running

PATIENCE = 30
DAY = timedelta(days=1)
CONFIG = """
web: {listen: "127.0.0.1:0"}
store: {url: "sqlite:///state.db"}
receivers: []
defaults: {trust: [ca.pem]}
targets:
  - {kind: files, name: portal, title: "The portal", paths: [portal.pem]}
  - {kind: files, name: long, paths: [long.pem]}
  - {kind: files, name: missing, paths: [missing.pem]}
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a configuration whose targets a daemon has probed once.

    ``portal`` expires in 40 days, ``long`` after its CA, which has 60 days left.
    """
    folder, now = tmp_path_factory.mktemp("recorded"), datetime.now(UTC).replace(microsecond=0)
    ca = authority("Harbor CA", at=now, end=now + 60 * DAY)
    (folder / "ca.pem").write_bytes(ca.pem)
    for name, days in (("portal", 40), ("long", 300)):
        made = leaf(f"{name}.vms.example", ca, start=now - 30 * DAY, end=now + days * DAY)
        (folder / f"{name}.pem").write_bytes(made.pem + ca.pem)
    config = folder / "c.yaml"
    config.write_text(CONFIG, "utf-8")
    with running(config):
        deadline = time.monotonic() + PATIENCE
        while run("forecast", "--config", config, "--format", "json").out.count("location") < 3:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    return config


def day(ahead: int) -> str:
    """Return the day so many days from now."""
    return (datetime.now(UTC) + ahead * DAY).date().isoformat()


def test_json_has_exactly_the_published_keys(recorded: Path) -> None:
    """A certificate and a CA are told apart by the cause; what is not known is on standard error."""
    done = run("forecast", "--config", recorded, "--at", day(90), "--format", "json")
    listed = json.loads(done.out)
    assert done.code == 0
    assert {tuple(one) for one in listed} == {("target", "location", "title", "not_after", "cause")}
    found = {(one["target"], one["title"]): one for one in listed}
    portal, late = found["files:portal", "The portal"], found["files:long", "long"]
    assert (portal["cause"], late["cause"]) == ("certificate expires", 'CA "Harbor CA" expires')
    assert "portal.pem" in portal["location"]
    assert datetime.fromisoformat(portal["not_after"]) < datetime.fromisoformat(late["not_after"])
    assert "never reached" in done.err


def test_a_day_before_all_of_it(recorded: Path) -> None:
    """Nothing expires by then, and that is an empty array."""
    done = run("forecast", "--config", recorded, "--at", day(10), "--format", "json")
    assert (done.code, done.out.strip()) == (0, "[]")


def test_the_text_fits_80_columns(recorded: Path) -> None:
    """Each date and cause once, with its locations below."""
    done = run("forecast", "--config", recorded, "--at", day(90))
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines[0].startswith("If nothing is renewed, certificates of ")
    assert f'{day(60)}  CA "Harbor CA" expires (in 60 days)' in lines
    assert f"{day(40)}  certificate expires (in 40 days)" in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("written", ["2027-13-01", "tomorrow", "20270315", "9999-01-01"])
def test_a_wrong_day(recorded: Path, written: str) -> None:
    """The sentence names the day as written and one that is right."""
    done = run("forecast", "--config", recorded, "--at", written)
    assert (done.code, done.out) == (2, "")
    assert repr(written) in done.err
    assert "such as 2027-03-15" in done.err


def test_before_the_first_start(tmp_path: Path) -> None:
    """Without a database there is nothing to say."""
    config = tmp_path / "c.yaml"
    config.write_text(CONFIG.replace("defaults: {trust: [ca.pem]}", ""), "utf-8")
    done = run("forecast", "--config", config, "--at", day(30))
    assert (done.code, done.out) == (1, "")
    assert "start the daemon once" in done.err
