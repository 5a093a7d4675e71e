"""The configuration keys that every kind of target shares, and the small types they are written in."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from monitor.model import Check, Margin, Severity

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
_LONGEST = timedelta(days=36500)


def duration(value: object) -> timedelta:
    """Return the length that a text such as ``90s``, ``1h30m`` or ``400d`` stands for.

    Raises ``ValueError`` for anything else: a bare number has no unit and is refused.
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError("a length is written as a number and a unit: 30s, 10m, 1h, 7d, 2w")
    total = sum((float(number) * _UNITS[unit] for number, unit in _PART.findall(value)), timedelta(0))
    if not timedelta(0) < total <= _LONGEST:
        raise ValueError("a length lies between 1ms and 36500d")
    return total


def margin(value: object) -> Margin:
    """Return the margin that a text such as ``30d`` or ``25%`` stands for."""
    if isinstance(value, Margin):
        return value
    if isinstance(value, str) and value.endswith("%"):
        try:
            share = float(value[:-1]) / 100
        except ValueError:
            raise ValueError("a share is written as a number and %: 25%") from None
        if not 0 < share <= 1:
            raise ValueError("a share lies above 0% and up to 100%")
        return Margin(share=share)
    return Margin(length=duration(value))


def margins(value: object) -> object:
    """Return a list of margins; a single one may be written without brackets."""
    return [margin(item) for item in value] if isinstance(value, list | tuple) else [margin(value)]


def _switch(value: object) -> object:
    return None if value == "off" else value


_TEXT = {"type": "string", "examples": ["30s", "1h", "7d"]}
_MARGIN = {"type": "string", "examples": ["30d", "25%"]}


def _plain(value: Any) -> str:
    return str(value)


Duration = Annotated[timedelta, BeforeValidator(duration), PlainSerializer(_plain), WithJsonSchema(_TEXT)]
Margins = Annotated[
    tuple[Margin, ...],
    BeforeValidator(margins),
    PlainSerializer(_plain),
    WithJsonSchema({"anyOf": [_MARGIN, {"type": "array", "items": _MARGIN, "minItems": 1}]}),
]
Switch = Annotated[
    Literal[Severity.WARNING, Severity.CRITICAL] | None,
    BeforeValidator(_switch),
    WithJsonSchema({"enum": ["off", "warning", "critical"]}),
]


class Settings(BaseModel):
    """Refuse unknown keys and never change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Reminders(Settings):
    """Say how often an unsolved matter is told again."""

    warning: Duration | None = None
    critical: Duration | None = None


class PolicySettings(Settings):
    """Hold the thresholds and expectations that defaults, policies and targets may set; unset ones fall through."""

    interval: Duration | None = Field(None, description="time between two looks")
    timeout: Duration | None = Field(None, description="longest time one look may take")
    warn_before: Margins | None = Field(None, description="warn when less than the smallest of these is left")
    critical_before: Margins | None = None
    ca_warn_before: Margins | None = None
    ca_critical_before: Margins | None = None
    trust: tuple[str, ...] | None = Field(
        None, description="anchors: system, or certificate files and folders"
    )
    checks: dict[Check, Switch] | None = Field(None, description="severity of a check, or off")
    accept: tuple[str, ...] | None = Field(None, description="SHA-256 fingerprints that need no trust")
    blind_after: int | None = Field(None, ge=1, le=1000)
    forget_after: Duration | None = None
    remind_every: Reminders | None = None
    encryption: Literal["required", "any"] | None = None


class TargetSettings(PolicySettings):
    """Hold the keys that every kind of target has."""

    labels: dict[str, str] = Field(default_factory=dict, description="free labels for policies and metrics")
    title: str = Field("", description="what people call it; first in mails and on the page")
