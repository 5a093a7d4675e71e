"""One thing that is wrong now, with all its locations and steps, as it is collected; it decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertLocation,
    AnyCheck,
    Certificate,
    Message,
    Scope,
    Severity,
    TargetState,
)

ALARMING = (Severity.WARNING, Severity.CRITICAL)
_SHOWN_LABELS = ("component", "certificate_group", "site")


@dataclass(frozen=True, slots=True)
class RenewalSteps:
    """What an alert stops from working, and the steps that resolve it.

    ``in_brief`` are the steps in one line, ``None`` where nothing better is known than what fits the check.
    ``target_title`` names the first target that they are for; ``ca_first`` says that they renew the CA, as a
    new certificate would expire with it; ``switch`` that the new certificate is available and has only to be
    selected.
    """

    impact: Message | None = None
    steps: tuple[Message, ...] = ()
    link: str = ""
    target_title: str = ""
    ca_first: bool = False
    switch: bool = False
    in_brief: Message | None = None


StepsKey = tuple[object, ...]
"""What makes the steps of several targets the same."""


Group = tuple[str, ...]
"""What alerts of one thing at fault have in common."""


@dataclass(slots=True, eq=False)
class Alert:
    """One thing that is wrong now, completed finding by finding.

    ``covers`` are further alerts that are notified with it, each with its own locations. Alerts of one
    ``group`` are shown as one. ``low_impact`` is true where little stops at any of its targets. ``locations``
    are by target id and location, ``messages`` and ``locations`` in the order found.
    """

    key: AlertKey
    group: Group
    check: AnyCheck
    level: AlertLevel
    remind_every: timedelta
    title: str
    low_impact: bool = False
    certificate: Certificate | None = None
    messages: dict[Message, None] = field(default_factory=dict)
    locations: dict[tuple[str, str], AlertLocation] = field(default_factory=dict)
    covers: dict[AlertKey, tuple[str, ...]] = field(default_factory=dict)
    renewal_steps: dict[StepsKey, RenewalSteps] = field(default_factory=dict)

    @property
    def location_names(self) -> tuple[str, ...]:
        """Return every location once, as a text."""
        return tuple(dict.fromkeys(one.location for one in self.locations.values()))

    def members(self) -> Iterator[tuple[AlertKey, tuple[str, ...]]]:
        """Yield each alert that is recorded: this one and those that it covers, with their locations."""
        if self.key not in self.covers:
            yield self.key, () if self.key.scope is Scope.MONITOR else self.location_names
        yield from self.covers.items()


def alert_location(state: TargetState, location: str = "") -> AlertLocation:
    """Return a location of a target with the target's title; by default the target's own location."""
    target = state.target
    about = (("owner", target.label("owner")), ("note", target.info.note))
    labels = [label for label in target.labels if label[0] in _SHOWN_LABELS]
    labels += [pair for pair in about if pair[1]]
    title = target.info.title or target.location
    server, name = target.info.server, target.server_name
    return AlertLocation(location or target.location, title, tuple(labels), server, name)


def remind_every(state: TargetState, severity: Severity) -> timedelta:
    """Return how often a target's policy repeats an unresolved alert of this severity."""
    policy = state.target.policy
    return policy.remind_critical_every if severity is Severity.CRITICAL else policy.remind_warning_every


def known_certificates(state: TargetState) -> dict[str, Certificate]:
    """Return by SHA-256 what a target served or stores, and what is on its paths (anchors are not served)."""
    known = {c.sha256: c for path in state.assessment.paths for c in path.certificates}
    known.update((sighting.certificate.sha256, sighting.certificate) for sighting in state.sightings)
    return known
