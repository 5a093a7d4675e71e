"""The measuring programs that need nothing but the package go on working."""

import subprocess
import sys
from pathlib import Path

from support.servers.programs import free_port

ROOT = Path(__file__).resolve().parents[2]


def test_scale_runs() -> None:
    """A few targets go through all of it: scraped, passed over for alerts, recorded; no figure is judged."""
    command = [sys.executable, "bench/scale", "--targets", "60"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")]
    assert {"first scrape", "scrape a minute later", "alert pass", "record, unchanged"} <= set(rows)


def test_lists_run() -> None:
    """Two short lists are watched by the real command."""
    port = str(free_port())
    command = [sys.executable, "bench/lists", "--json", "30", "--yaml", "20", "--port", port]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")]
    assert rows == ["list", "30 in JSON", "20 in YAML"]
