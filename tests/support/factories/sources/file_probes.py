"""Make targets of certificate files, probe them once and shorten what was seen, for the tests."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import FailureReason, Policy, ProbeResult, Target
from monitor.sources.files.settings import FilesSettings
from monitor.sources.files.source import FilesSource

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix files: run on Linux")


def target(*paths: Path | str, exclude: tuple[str, ...] = (), timeout: float = 10) -> Target:
    """Return the target for some paths."""
    settings = FilesSettings(kind="files", paths=tuple(map(str, paths)), exclude=exclude)
    return settings.target(Policy(timeout=timedelta(seconds=timeout)))


def probe(wanted: Target, source: FilesSource | None = None) -> ProbeResult:
    """Return what one probe gives."""
    return asyncio.run((source or FilesSource()).probe(wanted.request))


def locations(seen: ProbeResult, folder: Path) -> list[str]:
    """Return where certificates were seen, relative to a folder."""
    return [Path(sighting.location).relative_to(folder).as_posix() for sighting in seen.sightings]


def reasons(seen: ProbeResult) -> list[tuple[FailureReason, str]]:
    """Return reason and file name of every failure."""
    return [(failure.reason, Path(failure.location).name) for failure in seen.failures]


def write(folder: Path, **contents: bytes) -> None:
    """Write files; a double underscore in a name is a slash, a single one the dot of the suffix."""
    for name, content in contents.items():
        file = folder / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
