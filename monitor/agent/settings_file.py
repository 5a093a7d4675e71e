"""What the files of agents and workers have in common: what may be probed, and how they are read."""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from monitor.agent.permission import read_allowed
from monitor.config.validation.explain import problems_of
from monitor.documents import read
from monitor.errors import ConfigError
from monitor.logs import LogFormat
from monitor.settings import LocalPath, Settings


def _allowed(value: tuple[str, ...]) -> tuple[str, ...]:
    read_allowed(value)
    return value


class AgentLimitSettings(Settings):
    """Limits of the load that probes put on this machine and its network."""

    in_flight: int = Field(200, strict=True, ge=1, le=100_000, description="most probes at the same time")
    per_second: int = Field(100, strict=True, ge=1, le=100_000, description="most probes started per second")


class ProbingFileSettings(Settings):
    """What an agent or worker may probe, whoever orders it."""

    allow: Annotated[tuple[str, ...], AfterValidator(_allowed)] = Field(
        (),
        description="what may be probed: hosts and ports (*.dmz.example:*, 10.1.0.0/16:443), files and "
        "folders by their path",
    )
    secrets: dict[str, LocalPath] = Field(
        default_factory=dict, description="files by the names under which orders mention them"
    )
    limits: AgentLimitSettings = Field(AgentLimitSettings(), description="limits of the load")
    log_format: LogFormat = Field(LogFormat.TEXT, description="form of the log: text or json")


FileSettings = TypeVar("FileSettings", bound=ProbingFileSettings)


def settings_in(path: Path, model: type[FileSettings]) -> FileSettings:
    """Return what a file says; raise ``ConfigError`` with all of its mistakes."""
    document = read(path)
    context = {"folder": str(document.file.parent.absolute())}
    try:
        settings = model.model_validate(document.data, context=context)
    except ValidationError as error:
        problems = problems_of(document, model, error.errors(include_url=False))
        raise ConfigError((*document.problems, *problems)) from None
    if document.problems:
        raise ConfigError(document.problems)
    return settings
