"""``renewal-day`` against a running daemon: start a plan, follow it, act on it, and what is refused."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.servers.daemon.command import Done, run, running, served

CONFIG = """
web: {{listen: "127.0.0.1:0"}}
store: {{url: "sqlite:///state.db"}}
defaults: {{trust: [vms-ca.cer]}}
targets: [{{kind: endpoint, address: "{address}", title: Mobile, labels: {{site: harbor}}}}]
"""
PATIENCE = 30

There = tuple[Path, str]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """Run a daemon that watches one port of a site."""
    folder = tmp_path_factory.mktemp("renewal")
    with served(folder) as estate:
        path = folder / "monitor.yaml"
        path.write_text(CONFIG.format(address=estate["mobile"]), "utf-8")
        with running(path) as url:
            yield path, url


def asked(there: There, *arguments: str) -> Done:
    """Run a command against the daemon."""
    path, url = there
    return run("renewal-day", *arguments, "--url", url, "--config", path)


def started(there: There) -> None:
    """Start the plan once the port was probed."""
    deadline = time.monotonic() + PATIENCE
    while (done := asked(there, "start", "harbor", "--by", "alice")).code:
        assert time.monotonic() < deadline, done.err
        time.sleep(0.1)
    assert done.out.startswith("started: harbor (")


def shown(there: There) -> dict[str, Any]:
    """Return the plan that is worked on."""
    done = asked(there, "show", "--format", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_a_day(there: There) -> None:
    """From the start to its end, with what is refused in between; who did it is recorded."""
    assert "0 plans are worked on" in asked(there, "pause").err
    started(there)
    assert asked(there, "start", "HARBOR").code == 2
    assert asked(there, "confirm", "1", "--name", "Carla", "--checked", "clients").code == 0
    refused = asked(there, "confirm", "2", "--checked", "live")
    assert (refused.code, refused.err[:17]) == (2, "Not all ports of ")
    assert "no step '3'" in asked(there, "report", "3", "0").err
    assert asked(there, "report", "2", "100").code == 0
    text = asked(there, "show").out
    assert "harbor: stopped, 1 of 2 steps done" in text
    assert "exit code 100: the certificate is in place" in text
    for arguments in (
        ("resume", "--reason", "registered again"),
        ("expect", "2", "ab" * 20),
        ("leave-out", "2", "--reason", "tomorrow", "--by", "dora"),
    ):
        assert asked(there, *arguments).code == 0
    (over,) = json.loads(asked(there, "list", "--format", "json").out)
    assert (over["state"], over["done"]) == ("ended", 1)
    assert "harbor: ended" in asked(there, "list").out
    whole = json.loads(asked(there, "show", "--day", over["id"], "--format", "json").out)
    kinds = [(one["kind"], one["by"]) for one in whole["events"]]
    assert (kinds[0], kinds[-2], kinds[-1]) == (("started", "alice"), ("left_out", "dora"), ("ended", None))
    assert asked(there, "show", "--day", "nope").code == 1
