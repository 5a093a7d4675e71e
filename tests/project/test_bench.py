"""The measuring program that needs nothing but the package goes on working."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_scale_runs() -> None:
    """A few targets go through all of it: scraped, passed over for alerts, recorded; no figure is judged."""
    command = [sys.executable, "bench/scale", "--targets", "60"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("| ")]
    assert {"first scrape", "scrape a minute later", "alert pass", "record, unchanged"} <= set(rows)
