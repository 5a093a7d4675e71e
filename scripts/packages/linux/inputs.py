"""What the packages for Linux are made of: locked wheels, our own, and pip, which a machine may lack."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packages import wheels

REQUIREMENTS = wheels.ROOT / "requirements"
DEPLOY = wheels.ROOT / "deploy"
UNITS = ("cert-monitor.service", "cert-monitor-agent.service")
EXAMPLES = ("cert-monitor.example.yaml", "agent.example.yaml")
LOCK = REQUIREMENTS / "extras.txt"
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
"""glibc 2.28 and newer: Debian 10, Ubuntu 20.04, RHEL 8. Wheels of the locked packages need no newer one."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files; ``locked`` are wheels for all of the ``pythons``."""

    own: Path
    locked: tuple[Path, ...]
    pip: Path
    pythons: tuple[str, ...]

    @property
    def version(self) -> str:
        """Return the version of cert-monitor."""
        return self.own.name.split("-")[1]


def collect(work: Path, pythons: Sequence[str]) -> Inputs:
    """Return the inputs, downloaded into a folder and checked by their hashes."""
    own = wheels.project_wheel(work / "own")

    def download(python: str) -> list[Path]:
        folder = work / "wheels" / python
        return wheels.download(LOCK, folder, python=python, platforms=PLATFORMS)

    # Most of the time pip waits for the index.
    with ThreadPoolExecutor() as pool:
        found = {wheel.name: wheel for one in pool.map(download, pythons) for wheel in one}
    (pip,) = wheels.download(
        REQUIREMENTS / "bundle.txt", work / "pip", python=pythons[0], platforms=PLATFORMS
    )
    return Inputs(own, tuple(found[name] for name in sorted(found)), pip, tuple(pythons))
