"""The types of values in a configuration: how each is read, refused and described in the JSON Schema."""

import os.path
import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

from monitor.addresses import read_host
from monitor.model import ZONE, Margin, Severity

_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|w|d|h|m|s))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|w|d|h|m|s)")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What YAML makes of \n, \t, \P (as in "C:\Program Files") and the like in double quotes.
_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SWITCHES = {"off": None, "warning": Severity.WARNING, "critical": Severity.CRITICAL}
_LONGEST = timedelta(days=36500)
_ANSWERS = ("staple", "crl", "ocsp")

# They were never released, but existing trial configurations use them.
RENAMED = {
    "blind_after": "unreachable_after",
    "tell_renewals": "notify_renewals",
    "what_stops": "impact",
    "served_old": "not_deployed",
    "unobserved": "unreachable",
}
"""Former names of keys and checks, with the present ones."""


def renamed(former: str) -> str:
    """Return the sentence about a key that has been renamed."""
    return f"is now called {RENAMED[former]}"


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return values that differ from each other; raise ``ValueError`` with the first that does not."""
    twice = next((value for index, value in enumerate(values) if value in values[:index]), None)
    if twice is not None:
        raise ValueError(f"{twice} is listed twice")
    return values


def duration(value: object) -> timedelta:
    """Parse a duration such as ``90s``, ``1h30m`` or ``400d``.

    Raises ``ValueError`` for anything else: a bare number has no unit and is refused.
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError("must be a number and a unit, such as 30s, 10m, 1h, 7d, 2w")
    total = sum((float(number) * _UNITS[unit] for number, unit in _PART.findall(value)), timedelta(0))
    if not timedelta(0) < total <= _LONGEST:
        raise ValueError("must be between 1ms and 36500d")
    return total


def duration_text(value: timedelta) -> str:
    """Return a duration as ``duration`` parses it: ``1h30m``, ``400d``."""
    text, left = "", value
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, _UNITS[unit])
        text += f"{count}{unit}" if count else ""
    return text


def margin(value: object) -> Margin:
    """Parse a margin such as ``30d`` or ``25%``."""
    if isinstance(value, Margin):
        return value
    if isinstance(value, str) and value.endswith("%"):
        try:
            share = float(value[:-1]) / 100
        except ValueError:
            raise ValueError("must be a number and %, such as 25%") from None
        if not 0 < share <= 1:
            raise ValueError("must be above 0% and at most 100%")
        return Margin(share=share)
    return Margin(length=duration(value))


def margins(value: object) -> object:
    """Return a list unchanged and a single margin as a list of one: brackets are optional."""
    return value if isinstance(value, list | tuple) else [value]


def _switch(value: object) -> object:
    if not isinstance(value, str) or value not in _SWITCHES:
        raise ValueError("must be one of off, warning, critical")
    return _SWITCHES[value]


def revocation_sources(value: object) -> tuple[str, ...]:
    """Parse the revocation sources, in order of use: ``off``, ``on``, or a list of sources.

    Raises ``ValueError`` for anything else.
    """
    if value == "off":
        return ()
    if value == "on":
        return _ANSWERS
    listed = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not listed or any(one not in _ANSWERS for one in listed):
        raise ValueError(
            "must be off, on, or a list of staple, crl, ocsp in the order in which they are tried"
        )
    if len(set(listed)) < len(listed):
        raise ValueError("lists a source twice")
    return listed


def folder_of(info: ValidationInfo) -> str:
    """Return the folder of the file being parsed, empty when the settings come from elsewhere."""
    return str(info.context["folder"]) if info.context else ""


class _AgentZone(str):
    """The zone of a target: the paths of that target are those of an agent's machine."""

    __slots__ = ()


def _zone(value: str) -> str:
    if value and not ZONE.fullmatch(value):
        raise ValueError("a zone is a word of at most 63 letters, digits, dots, - and _")
    return value


def _agent_zone(value: str) -> str:
    return _AgentZone(_zone(value))


def _local(value: str, info: ValidationInfo) -> str:
    if not value:
        raise ValueError("a path is empty")
    if _ESCAPED.search(value):
        raise ValueError(
            "has a line break or another character that is not printable; write a Windows path in single "
            r"quotes, such as 'C:\certs\ca.cer'"
        )
    folder = folder_of(info)
    zone = info.data.get("zone")
    if zone and isinstance(zone, _AgentZone):
        return value
    return os.path.normpath(os.path.join(folder, os.path.expanduser(value))) if folder else value  # noqa: PTH111, PTH118 - a path may be a glob, and pathlib drops a leading ./


def _local_pattern(value: str, info: ValidationInfo) -> str:
    return value if value.startswith("**") else _local(value, info)


def _anchor(value: str, info: ValidationInfo) -> str:
    return value if value == "system" else _local(value, info)


def _fingerprint(value: str) -> str:
    digits = value.replace(":", "").replace(" ", "").lower()
    if not _SHA256.fullmatch(digits):
        raise ValueError("must be a SHA-256 fingerprint of 64 hexadecimal digits")
    return digits


def _printable(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


def _labels(value: dict[str, str]) -> dict[str, str]:
    for name in value:
        if not _LABEL.fullmatch(name):
            raise ValueError(
                f"label {name!r}: a name has letters, digits and _, and does not start with a digit"
            )
    if "kind" in value:
        raise ValueError("label 'kind' is the target's own kind and cannot be set")
    return value


# Patterns of the JSON Schema, without \\d and the like, which differ between languages.
_LENGTH = "(?=.*[1-9])(?:[0-9]+(?:[.][0-9]+)?(?:ms|w|d|h|m|s))+"
_SHARE = "(?=.*[1-9])(?:100(?:[.]0+)?|[0-9]{1,2}(?:[.][0-9]+)?)%"
_TEXT = {"type": "string", "pattern": f"^{_LENGTH}$", "examples": ["30s", "1h", "7d"]}
_MARGIN = {"type": "string", "pattern": f"^(?:{_LENGTH}|{_SHARE})$", "examples": ["30d", "25%"]}


def pattern(expression: str) -> WithJsonSchema:
    """Return the JSON Schema of a text that matches as a whole; white space around it is stripped."""
    return WithJsonSchema({"type": "string", "pattern": f"^[ ]*{expression}[ ]*$"})


def _plain(value: Any) -> str:
    return str(value)


Duration = Annotated[timedelta, BeforeValidator(duration), PlainSerializer(_plain), WithJsonSchema(_TEXT)]
Margins = Annotated[
    tuple[Annotated[Margin, BeforeValidator(margin)], ...],
    BeforeValidator(margins),
    Field(min_length=1),
    PlainSerializer(_plain),
    WithJsonSchema({"anyOf": [_MARGIN, {"type": "array", "items": _MARGIN, "minItems": 1}]}),
]
Switch = Annotated[
    Literal[Severity.WARNING, Severity.CRITICAL] | None,
    BeforeValidator(_switch),
    WithJsonSchema({"enum": ["off", "warning", "critical"]}),
]
RevocationSources = Annotated[
    tuple[str, ...],
    BeforeValidator(revocation_sources),
    PlainSerializer(_plain),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["off", "on", *_ANSWERS]},
                {"type": "array", "items": {"enum": list(_ANSWERS)}, "minItems": 1, "uniqueItems": True},
            ]
        }
    ),
]
_PATH = pattern("[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*[^\\x00-\\x20\\x7f-\\xa0\\u2028\\u2029]")
Host = Annotated[str, AfterValidator(read_host), pattern("[^ \\x00-\\x1f/@]+")]
"""A host in a configuration; in a list, an error names the entry."""
_ZONE_PATTERN = pattern("(?:[A-Za-z0-9][A-Za-z0-9._-]{0,62})?")
AgentZone = Annotated[str, AfterValidator(_agent_zone), _ZONE_PATTERN]
"""The zone of a target: the paths that the target names after this key are not of this machine."""
DiscoveryZone = Annotated[str, AfterValidator(_zone), _ZONE_PATTERN]
"""The zone of what a discovery finds; the discovery itself is made here."""
LocalPath = Annotated[str, AfterValidator(_local), _PATH]
LocalPattern = Annotated[str, AfterValidator(_local_pattern), _PATH]
AnchorPath = Annotated[str, AfterValidator(_anchor), _PATH]
Fingerprint = Annotated[str, AfterValidator(_fingerprint), pattern("(?:[: ]*[0-9A-Fa-f]){64}[: ]*")]
Username = Annotated[str, AfterValidator(_printable), pattern("[^\\x00-\\x1f\\x7f]*")]
Labels = Annotated[
    dict[str, str],
    AfterValidator(_labels),
    Field(json_schema_extra={"propertyNames": {"pattern": "^(?!kind$)[A-Za-z_][A-Za-z0-9_]*$"}}),
]
DISTINCT = Field(json_schema_extra={"uniqueItems": True})
"""Says in the JSON Schema what ``distinct`` checks."""
