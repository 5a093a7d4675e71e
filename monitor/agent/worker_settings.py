"""The file of a worker: where it takes its batches from, and what it may probe."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from monitor.agent.settings_file import ProbingFileSettings, settings_in
from monitor.config.sections.workers import WorkersSettings
from monitor.config.sections.zones import AgentName


class WorkerFileSettings(ProbingFileSettings, WorkersSettings):
    """The contents of a worker's file."""

    zone: AgentName | None = Field(None, description="zone of this worker; that of the monitor if left out")
    batches: int = Field(2, strict=True, ge=1, le=100, description="most batches at the same time")


@dataclass(frozen=True, slots=True)
class WorkerFile:
    """A file and what it says."""

    path: Path
    settings: WorkerFileSettings


def load(path: Path) -> WorkerFile:
    """Return what a file says; raise ``ConfigError`` with all of its mistakes."""
    return WorkerFile(path, settings_in(path, WorkerFileSettings))
