"""The settings of every kind of source as data; members with their usual value are left out."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitor.model import TaggedSettings
from monitor.parse import display
from monitor.sources.kinds import SourceSettings
from monitor.wire.document import WireError


def write_settings(settings: TaggedSettings) -> dict[str, object]:
    """Return settings without their kind."""
    data: dict[str, object] = _adapter(type(settings)).dump_python(
        settings, mode="json", exclude_defaults=True
    )
    return data


def read_settings(kind: str, data: Mapping[str, object]) -> TaggedSettings:
    """Return the settings of a kind; members that only a newer peer knows are ignored."""
    try:
        read: TaggedSettings = _union().validate_python({**data, "kind": kind})
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise WireError(f"the settings are not of the kind {display(kind, 40)}: {display(where)}") from None
    return read


@cache
def _union() -> TypeAdapter[Any]:
    return TypeAdapter(SourceSettings)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
