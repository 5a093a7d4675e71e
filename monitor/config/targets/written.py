"""A policy in the words of the configuration, and from which part of it each value comes; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

from monitor.config.load import Config
from monitor.config.targets.policy import as_labels
from monitor.model import Margin, Policy, PolicyOrigin, PolicyValue, Severity, Target

_UNITS = (
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
    ("ms", timedelta(milliseconds=1)),
)


def written_policy(policy: Policy) -> dict[str, str]:
    """Return each key of a policy with its value as a configuration has it."""
    values = {one.name: _value(getattr(policy, one.name)) for one in fields(policy)}
    severities = (f"{check}: {severity}" for check, severity in checks(policy).items())
    return values | {"checks": ", ".join(severities) or "none"}


def policy_origins(target: Target, config: Config) -> tuple[PolicyValue, ...]:
    """Return the policy of a target, and where each value is set last."""
    final, known = target.policy, Policy()
    origins = dict.fromkeys(written_policy(known), (PolicyOrigin.BUILT_IN, ""))
    for layer, origin, match in _layers(target, config):
        changed = layer.applied_to(known)
        origins |= dict.fromkeys(_differing(known, changed), (origin, match))
        known = changed
    # What no rule explains is set closer to the target.
    origins |= dict.fromkeys(_differing(known, final), (PolicyOrigin.TARGET, ""))
    return tuple(PolicyValue(name, value, *origins[name]) for name, value in written_policy(final).items())


def _layers(target: Target, config: Config) -> Iterator[tuple[Any, PolicyOrigin, str]]:
    yield config.defaults, PolicyOrigin.DEFAULTS, ""
    labels = as_labels(target.kind, dict(target.labels), target.label("owner"))
    for rule in config.policies:
        if rule.matches(labels):
            yield rule, PolicyOrigin.RULE, ", ".join(f"{name}: {value}" for name, value in rule.match.items())


def _differing(one: Policy, other: Policy) -> list[str]:
    return [each.name for each in fields(one) if getattr(one, each.name) != getattr(other, each.name)]


def _value(value: Any) -> str:
    if isinstance(value, timedelta):
        return length(value)
    if isinstance(value, Margin):
        return margin(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        return ", ".join(map(_value, sorted(value) if isinstance(value, frozenset) else value)) or "none"
    return str(value)


def margin(one: Margin) -> str:
    """Return a margin as written in a configuration: ``30d``, ``25%``."""
    return length(one.length) if one.length is not None else f"{(one.share or 0) * 100:g}%"


def length(time: timedelta) -> str:
    """Return a duration as written in a configuration: ``30d``, ``1h30m``."""
    text = ""
    for unit, one in _UNITS:
        count, time = divmod(time, one)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def checks(policy: Policy) -> dict[str, str]:
    """Return the severities that a policy sets, ``off`` for none."""
    return {check.value: _severity(severity) for check, severity in policy.checks}


def _severity(severity: Severity | None) -> str:
    return severity.value if severity else "off"
