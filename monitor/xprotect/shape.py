"""The schema of presets, and sentences for mistakes in them; reads no file."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from monitor.errors import Problem
from monitor.settings import RENAMED, PolicySettings, Settings, renamed

Component = Literal[
    "management_server",
    "api_gateway",
    "recording_server",
    "failover_recorder",
    "management_failover",
    "event_server",
    "mobile_server",
    "data_collector",
    "log_server",
    "camera",
    "sql_server",
    "addon",
    "other",
]
Group = Literal["server", "streaming_media", "event_server", "mobile", ""]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
_Line = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
_Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
_Guid = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]


_PLAINER = (
    ("Value error, ", ""),
    ("Input should be", "must be"),
    ("String should", "must"),
    ("Dictionary should", "must"),
    ("a valid dictionary", "a table of keys"),
    (" after validation, not 0", ""),
)


class PresetKeys(Settings):
    """The keys that a role and each of its ports may have."""

    name: _Line | None = None
    component: Component | None = None
    vms: str | None = None
    group: Group | None = None
    certificate: _Line | None = None
    protocol: Literal["tls", "https", "mssql"] | None = None
    plain_possible: bool | None = Field(None, strict=True)
    standby: bool | None = Field(None, strict=True)
    low_impact: bool | None = Field(None, strict=True)
    by_default: bool | None = Field(None, strict=True)
    impact: str | None = None
    in_brief: str | None = None
    steps: tuple[_Line, ...] | None = None
    ca_first: tuple[_Line, ...] | None = None
    link: Annotated[str, StringConstraints(pattern=r"^(https://\S+)?$")] | None = None
    account: str | None = None
    interruption: str | None = None
    key_type: Literal["RSA", "EC", ""] | None = None
    policy: Word | None = None
    verified: bool | None = Field(None, strict=True)
    source: Annotated[str, StringConstraints(pattern=r"^(https://\S+)?$")] | None = None


class PortTable(PresetKeys):
    """The keys of one port of a role, which override those of the role."""

    port: _Port


class RoleTable(PresetKeys):
    """The keys shared by all ports of a role, and the names under which a site registers its service."""

    ports: dict[Word, PortTable] = Field(min_length=1)
    registered_as: tuple[_Line, ...] = ()


class GroupTable(Settings):
    """The title and GUID of one certificate group in the vendor's tool."""

    title: _Line
    guid: _Guid


class PresetFile(Settings):
    """The contents of a file of presets."""

    never_tls: tuple[_Port, ...] = ()
    groups: dict[Group, GroupTable]
    policies: dict[Word, PolicySettings]
    texts: dict[Word, _Line]
    switching: dict[Word, Word] = Field(default_factory=dict)
    roles: dict[Word, RoleTable]


def merge_objects(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both tables merged: nested tables key by key, anything else replaced."""
    joined = dict(below)
    for key, value in above.items():
        old = joined.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        joined[key] = merge_objects(old, value) if both else value  # type: ignore[arg-type]  # both are mappings
    return joined


def problems_in(error: ValidationError, file: str, root: str) -> Iterator[Problem]:
    """Yield one problem for each mistake, with its key and the configured value."""
    for mistake in error.errors():
        keys = ".".join((root, *(str(key) for key in mistake["loc"] if key != "[key]")))
        yield Problem(file, 0, keys, _message(mistake))


def _message(mistake: ErrorDetails) -> str:
    if mistake["type"] == "missing":
        return "is required"
    if mistake["type"] == "extra_forbidden" and mistake["loc"][-1] in RENAMED:
        return renamed(str(mistake["loc"][-1]))
    if mistake["type"] == "extra_forbidden":
        return "is not a key that is known here"
    said = mistake["msg"]
    for stiff, plain in _PLAINER:
        said = said.replace(stiff, plain)
    return f"{said} (got {_short(mistake['input'])})"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
