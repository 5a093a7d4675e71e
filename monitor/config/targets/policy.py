"""Which policy applies to a target: built-in, defaults, matching rules in order, its own keys; pure."""

from collections.abc import Iterable, Mapping

from monitor.config.settings import PolicyRule
from monitor.model import Policy
from monitor.parse import display
from monitor.settings import PolicySettings

# A discovered list could make it endless, and it is part of every mail about the target.
_LONGEST_NOTE = 1000


class Policies:
    """Resolved policies; equal ones share one object, because 100,000 targets refer to them."""

    def __init__(self, defaults: PolicySettings, rules: Iterable[PolicyRule]) -> None:
        """Use the defaults and the rules of a configuration."""
        self._defaults, self._rules = defaults, tuple(rules)
        informing = [rule for rule in self._rules if rule.owner is not None or rule.note is not None]
        self._informing = tuple(reversed(informing))
        self._owner_matters = any("owner" in rule.match for rule in self._rules)
        self._base = defaults.applied_to(Policy())
        self._by_labels: dict[tuple[tuple[tuple[str, str], ...], Policy], Policy] = {}
        self._one: dict[Policy, Policy] = {}

    def of(
        self,
        kind: str,
        labels: Mapping[str, str],
        own: PolicySettings,
        preset: PolicySettings | None = None,
    ) -> Policy:
        """Return the policy of a target with a kind, labels and its own keys.

        A preset overrides defaults and is overridden by matching rules: it is more specific to the target
        than the former and less specific to the site than the latter.
        """
        base = self._base if preset is None else self._shared(preset.applied_to(self._base))
        owner = self.owner_and_note(kind, labels, own, preset)[0] if self._owner_matters else ""
        matched = as_labels(kind, labels, owner)
        key = (tuple(sorted(matched.items())), base)
        policy = self._by_labels.get(key)
        if policy is None:
            policy = self._shared(self._matched(base, matched))
            self._by_labels[key] = policy
        if not own.changes_policy:
            return policy
        return self._shared(own.applied_to(policy))

    def owner_and_note(
        self,
        kind: str,
        labels: Mapping[str, str],
        own: PolicySettings,
        preset: PolicySettings | None = None,
    ) -> tuple[str, str]:
        """Return the owner and the note of a target, each as one line of sanitized text.

        They are resolved as policies are; a label ``owner`` of the target counts like its key of that name,
        and rules can match the owner like a label.
        """
        layers = self._layers(as_labels(kind, labels, own.owner), preset)
        owner = _first(own.owner, labels.get("owner"), *(one.owner for one in layers))
        layers = self._layers(as_labels(kind, labels, owner), preset)
        note = _first(own.note, *(one.note for one in layers))
        return display(owner), display(note, _LONGEST_NOTE)

    def _layers(self, matched: Mapping[str, str], preset: PolicySettings | None) -> list[PolicySettings]:
        """Return the settings that may set owner or note below the target itself, strongest first."""
        rules = (rule for rule in self._informing if rule.matches(matched))
        return [*rules, *((preset,) if preset else ()), self._defaults]

    def _matched(self, policy: Policy, labels: Mapping[str, str]) -> Policy:
        for rule in self._rules:
            if rule.matches(labels):
                policy = rule.applied_to(policy)
        return policy

    def _shared(self, policy: Policy) -> Policy:
        return self._one.setdefault(policy, policy)


def _first(*texts: str | None) -> str:
    return next((text for text in texts if text is not None), "")


def as_labels(kind: str, labels: Mapping[str, str], owner: str | None) -> dict[str, str]:
    """Return the labels that rules match: those of the target, its kind and its owner."""
    return {**labels, **({"owner": owner} if owner else {}), "kind": kind}
