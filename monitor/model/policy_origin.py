"""From which part of a configuration the values of a policy come."""

from dataclasses import dataclass
from enum import StrEnum


class PolicyOrigin(StrEnum):
    """Which part of a configuration sets a value: nothing, ``defaults``, one of ``policies``, or the target.

    ``target`` is the entry of the target or of its discovery, or its preset.
    """

    BUILT_IN = "built_in"
    DEFAULTS = "defaults"
    RULE = "rule"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """One key of a policy: its value as it is written, where it is set, and what that rule matches."""

    key: str
    value: str
    origin: PolicyOrigin
    match: str = ""
