"""``cert-monitor plan``: the plan of a site, from what the service recorded."""

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
targets:
  - {kind: files, name: portal, paths: [portal.pem], labels: {site: Harbour}}
  - {kind: endpoint, address: "127.0.0.1:1", labels: {site: Quay}}
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a configuration of two sites that serve nothing, whose targets a daemon has probed once."""
    folder, now = tmp_path_factory.mktemp("recorded"), datetime.now(UTC).replace(microsecond=0)
    ca = authority("Harbor CA", at=now, end=now + 60 * DAY)
    made = leaf("portal.vms.example", ca, start=now - 30 * DAY, end=now + 40 * DAY)
    (folder / "portal.pem").write_bytes(made.pem)
    config = folder / "c.yaml"
    config.write_text(CONFIG, "utf-8")
    with running(config):
        deadline = time.monotonic() + PATIENCE
        while "expires" not in run("forecast", "--config", config).out:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    return config


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "plan: which site? --site must be one of: Harbour, Quay"),
        (("--site", "Pier"), "plan: there is no site 'Pier'; there are: Harbour, Quay"),
        (("--site", "Quay", "--language", "xx"), "there is no language xx"),
    ],
)
def test_what_is_refused(recorded: Path, arguments: tuple[str, ...], said: str) -> None:
    """An unknown site or language, with those that there are."""
    done = run("plan", "--config", recorded, *arguments)
    assert (done.code, said in done.err) == (2, True)


@pytest.mark.parametrize("site", ["quay", "Harbour"])
def test_nothing_to_plan(recorded: Path, site: str) -> None:
    """No port of the site serves a certificate."""
    done = run("plan", "--config", recorded, "--site", site)
    assert (done.code, done.out.partition(":")[0]) == (1, "There is no plan")
