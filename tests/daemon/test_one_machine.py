"""A monitor on one machine: nothing of several is loaded, needed or started."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from support.folders import ROOT

PATIENCE = 110
RUN = """
import asyncio, sys
from pathlib import Path
from monitor.clock import SystemClock
from monitor.daemon.daemon import Daemon

async def run():
    daemon = await Daemon.open(Path(sys.argv[1]), SystemClock())
    await daemon.start()
    await daemon.close()

asyncio.run(run())
print(*sys.modules)
"""
OF_SEVERAL = (
    "monitor.agent",
    "monitor.daemon.agents",
    "monitor.pipeline.zone_answers",
    "monitor.web.agents",
    "monitor.wire",
    "monitor.workers",
    "nats",
    "nkeys",
    "psycopg",
)
"""What only zones, workers, and a database on a server need."""


def test_a_start_loads_nothing_of_several_machines(tmp_path: Path) -> None:
    """Neither the rooms nor the libraries; the start is as long as it was before there were any."""
    config = tmp_path / "config.yaml"
    config.write_text(
        f"store: {{url: 'sqlite:///{tmp_path.as_posix()}/x.db'}}\nweb: {{listen: '127.0.0.1:0'}}\n"
        "receivers: []\ntargets: [{kind: endpoint, address: '127.0.0.1:1'}]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(config)],
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
    )
    loaded = set(done.stdout.split())
    assert "monitor.web.app" in loaded
    assert loaded.isdisjoint(OF_SEVERAL)


def test_their_libraries_are_extras() -> None:
    """Who installs cert-monitor gets none of them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = " ".join(project["dependencies"])
    assert "sqlalchemy" in names.lower()
    assert not [one for one in ("psycopg", "nats", "nkeys") if one in names]
