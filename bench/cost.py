"""What a measured run cost, and the processors it may use; Linux only, as nginx and the rival are."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
_ALL = os.sched_getaffinity(0)
_CLIENT = {max(_ALL)}


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU (user and system) and wall seconds, peak memory in MB, and how many probes ran and failed."""

    cpu: float
    wall: float
    peak: float
    probes: int
    failed: int = 0

    @property
    def cpu_ms(self) -> float:
        """Return CPU milliseconds a probe."""
        return self.cpu * 1000 / self.probes

    @property
    def rate(self) -> float:
        """Return probes a second."""
        return self.probes / self.wall


def sound(client: str, cost: Cost) -> None:
    """End the program when a client did not do its job: then its figures mean nothing."""
    if cost.failed:
        raise SystemExit(f"{client}: {cost.failed:,} of {cost.probes:,} probes failed or were not judged ok")
    if not cost.probes or cost.cpu <= 0:
        raise SystemExit(
            f"{client}: {cost.probes:,} probes took {cost.cpu:.2f} s of CPU, so nothing was measured"
        )


def cpu_seconds(pid: int | str = "self") -> float:
    """Return user and system time of a process so far, in ticks of 10 ms (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int | str = "self", what: str = "VmHWM") -> float:
    """Return the peak (``VmHWM``) or present (``VmRSS``) resident memory of a process in MB."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


@contextlib.contextmanager
def client_processor() -> Iterator[None]:
    """Let what is started inside the block run on the processor of the measured client only."""
    os.sched_setaffinity(0, _CLIENT)
    try:
        yield
    finally:
        leave_client_processor()


def leave_client_processor() -> None:
    """Keep this process, and what it starts, off the processor of the measured client if there is another."""
    os.sched_setaffinity(0, _ALL - _CLIENT or _CLIENT)


def measured(worker: str, job: dict[str, Any]) -> Cost:
    """Run a program of this folder with a job as its JSON input and return the cost that it prints."""
    command = [sys.executable, str(_HERE / worker)]
    with client_processor():
        done = subprocess.run(command, input=json.dumps(job).encode(), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise SystemExit(f"{worker} failed; its message is above")
    return Cost(**json.loads(done.stdout))


def report(cost: Cost) -> None:
    """Print a cost for ``measured``."""
    print(json.dumps(asdict(cost)))
