"""Count the instructions that a probe takes us in user space: by the processor, or under callgrind.

The main path (ours.py: probe, find the path, judge, record, show, write metrics) runs with few and with many
probes; the difference is divided by the difference of probes, so that start and warm-up do not count. A batch
is recorded once, when all of it is probed: callgrind is some fifty times slower, and what is recorded twice a
second would count the machine's speed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cost import Cost, sound
from estate import Estate

_ENDPOINTS = 200
_OURS = Path(__file__).resolve().parent / "ours.py"


@dataclass(frozen=True, slots=True)
class Counter:
    """A program that runs another and counts: its name, its command line, and what finds the count."""

    name: str
    command: Callable[[Path], list[str]]
    pattern: str


CALLGRIND = Counter(
    "callgrind",
    lambda counts: ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={counts}"],
    r"^(?:summary|totals): (\d+)",
)
PERF = Counter(
    "perf",
    lambda counts: [
        "perf",
        "stat",
        "--field-separator=,",
        "--event=instructions:u",
        f"--output={counts}",
        "--",
    ],
    r"^(\d+),",
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many million instructions a probe took, over how many probes, and who counted."""

    millions: float
    probes: int
    counter: str


def best_counter() -> Counter:
    """Return the processor's own counter where this machine lets us read it, as most virtual ones do not."""
    if shutil.which("perf") is not None:
        with tempfile.TemporaryDirectory() as folder:
            counts = Path(folder) / "counts"
            subprocess.run([*PERF.command(counts), "true"], capture_output=True, check=False)
            if _found(PERF, counts):
                return PERF
    return CALLGRIND


def count(served: Estate, folder: Path, counter: Counter, in_flight: int = 20, passes: int = 5) -> Count:
    """Return the count over so many passes over 200 endpoints, or over all that there are."""
    job = served.job(folder, in_flight, first=_ENDPOINTS) | {"every": 3600}
    a_pass = len(job["endpoints"])
    few, first = _counted(job | {"probes": a_pass}, folder, counter)
    many, more = _counted(job | {"probes": a_pass * (passes + 1)}, folder, counter)
    for cost in (first, more):
        sound("cert-monitor", cost)
    probes = more.probes - first.probes
    return Count((many - few) / probes / 1e6, probes, counter.name)


def _counted(job: dict[str, Any], folder: Path, counter: Counter) -> tuple[int, Cost]:
    """Return how many instructions a run of the main path executed in user space, and its cost."""
    counts = folder / "counts"
    counts.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as state:
        done = _run([*counter.command(counts), sys.executable, str(_OURS)], job | {"folder": state})
    found = _found(counter, counts)
    if done.returncode or found is None:
        raise SystemExit(f"the run under {counter.name} failed; its message is above")
    return found, Cost(**json.loads(done.stdout))


def _run(command: Sequence[str], job: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        input=json.dumps(job).encode(),
        stdout=subprocess.PIPE,
        check=False,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )


def _found(counter: Counter, counts: Path) -> int | None:
    found = re.search(counter.pattern, counts.read_text(), re.MULTILINE) if counts.exists() else None
    return int(found[1]) if found else None
