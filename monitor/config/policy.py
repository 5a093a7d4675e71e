"""Which policy applies to a target: built-in, defaults, matching rules in order, its own keys; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from monitor.config.settings import PolicyRule
from monitor.model import Policy
from monitor.settings import PolicySettings

_PLAIN = frozenset(PolicySettings.model_fields) - {"checks", "accept", "remind_every"}
_OWN = tuple(PolicySettings.model_fields)


class Policies:
    """Resolve policies; equal ones are one object, because 100,000 targets point to them."""

    def __init__(self, defaults: PolicySettings, rules: Iterable[PolicyRule]) -> None:
        """Take what the configuration says for all targets and for some."""
        self._rules = tuple(rules)
        self._base = _changed(Policy(), defaults)
        self._by_labels: dict[tuple[str, tuple[tuple[str, str], ...], Policy], Policy] = {}
        self._one: dict[Policy, Policy] = {}

    def of(
        self,
        kind: str,
        labels: Mapping[str, str],
        own: PolicySettings,
        preset: PolicySettings | None = None,
    ) -> Policy:
        """Return the policy of a target of this kind with these labels and keys of its own.

        A preset stands between defaults and matching rules: it knows more of the target than the former
        and less of the site than the latter.
        """
        base = self._base if preset is None else self._shared(_changed(self._base, preset))
        key = (kind, tuple(sorted(labels.items())), base)
        policy = self._by_labels.get(key)
        if policy is None:
            policy = self._shared(self._matched(base, dict(labels) | {"kind": kind}))
            self._by_labels[key] = policy
        if own.model_fields_set.isdisjoint(_OWN):
            return policy
        return self._shared(_changed(policy, own))

    def _matched(self, policy: Policy, labels: Mapping[str, str]) -> Policy:
        for rule in self._rules:
            if rule.fits(labels):
                policy = _changed(policy, rule)
        return policy

    def _shared(self, policy: Policy) -> Policy:
        return self._one.setdefault(policy, policy)


def _changed(policy: Policy, settings: PolicySettings) -> Policy:
    """Return a policy with the keys that are set replaced; ``checks`` and ``remind_every`` key by key."""
    given = {name: getattr(settings, name) for name in _OWN}
    changes: dict[str, Any] = {name: given[name] for name in _PLAIN if given[name] is not None}
    if settings.checks is not None:
        changes["checks"] = tuple(sorted((dict(policy.checks) | settings.checks).items()))
    if settings.accept is not None:
        changes["accept"] = frozenset(settings.accept)
    if settings.remind_every is not None:
        reminders = settings.remind_every
        changes["remind_warning_every"] = reminders.warning or policy.remind_warning_every
        changes["remind_critical_every"] = reminders.critical or policy.remind_critical_every
    return replace(policy, **changes)
