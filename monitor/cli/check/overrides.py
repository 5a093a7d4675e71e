"""The options of ``check`` that replace a part of every target's policy: ``--timeout --warn --critical``."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from monitor.errors import UsageError
from monitor.model import Margin, Target
from monitor.settings.types import duration, margin

T = TypeVar("T")


def policy_changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the fields of a policy that the options replace; raise ``UsageError`` for a bad value.

    A margin replaces that of servers, of CAs and of CRLs: who gives one means everything that expires.
    """
    changes: dict[str, Any] = {}
    if arguments.timeout is not None:
        changes["timeout"] = _read("--timeout", arguments.timeout, duration)
    if arguments.warn is not None:
        warn = _read("--warn", arguments.warn, _margins)
        changes |= {"warn_before": warn, "ca_warn_before": warn, "crl_warn_before": warn}
    if arguments.critical is not None:
        critical = _read("--critical", arguments.critical, _margins)
        changes |= {"critical_before": critical, "ca_critical_before": critical}
    _reject_swapped(changes)
    return changes


def with_policy(target: Target, changes: dict[str, Any]) -> Target:
    """Return a target with some fields of its policy replaced."""
    return replace(target, policy=replace(target.policy, **changes)) if changes else target


def _read(option: str, text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except ValueError as error:
        raise UsageError(f"check: {option} {text!r}: {error}") from None


def _margins(text: str) -> tuple[Margin, ...]:
    return tuple(margin(one.strip()) for one in text.split(","))


def _reject_swapped(changes: dict[str, Any]) -> None:
    """Refuse a critical margin above that of a warning, where both are one duration."""
    warn, critical = changes.get("warn_before", ()), changes.get("critical_before", ())
    if len(warn) != 1 or len(critical) != 1 or warn[0].length is None or critical[0].length is None:
        return
    if critical[0].length > warn[0].length:
        raise UsageError("check: --critical must not be longer than --warn")
