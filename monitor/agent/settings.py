"""The file of an agent: its zone, its centers, and what it may do for them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.addresses import read_url
from monitor.agent.settings_file import ProbingFileSettings, settings_in
from monitor.config.sections.zones import AgentName
from monitor.settings import AnchorPath, LocalPath, Settings

_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(KB|MB|GB)")
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
_LEAST = 10**6


def _size(value: object) -> int:
    """Return the bytes of ``500MB``; a number alone has no unit and is refused."""
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    size = round(float(found[1]) * _UNITS[found[2]]) if found else 0
    if size < _LEAST:
        raise ValueError("must be a number and a unit, such as 100MB or 1GB, and at least 1MB")
    return size


_NO_CENTER = "must be the address of a center, such as https://center.example:9852"


def _center(value: str) -> str:
    parts = read_url(value, ("https",), _NO_CENTER).parts
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError(_NO_CENTER)
    return value.rstrip("/")


Size = Annotated[int, BeforeValidator(_size), WithJsonSchema({"type": "string", "examples": ["1GB"]})]
Center = Annotated[str, AfterValidator(_center)]


class SpoolSettings(Settings):
    """Where answers wait while no center takes them, and how much of them."""

    folder: LocalPath = Field(description="folder of the spool, for this agent alone")
    limit: Size = Field(10**9, description="most bytes of it; the oldest answers are dropped beyond")


class AgentFileSettings(ProbingFileSettings):
    """The contents of an agent's file."""

    zone: AgentName = Field(description="zone of this agent")
    name: AgentName = Field(description="name of this agent in its zone")
    centers: tuple[Center, ...] = Field(min_length=1, description="addresses of centers, tried in this order")
    trust: tuple[AnchorPath, ...] = Field(
        ("system",), min_length=1, description="CAs that verify the centers: system, or certificate files"
    )
    token_file: LocalPath = Field(description="file with the token of this agent")
    client_cert: LocalPath | None = Field(
        None, description="PEM file with a client certificate and its key, where the center asks for one"
    )
    spool: SpoolSettings = Field(description="where answers wait")


@dataclass(frozen=True, slots=True)
class AgentFile:
    """A file and what it says."""

    path: Path
    settings: AgentFileSettings

    @property
    def token_path(self) -> Path:
        """Return the file with the token."""
        return Path(self.settings.token_file)


def load(path: Path) -> AgentFile:
    """Return what a file says; raise ``ConfigError`` with all of its mistakes."""
    return AgentFile(path, settings_in(path, AgentFileSettings))
