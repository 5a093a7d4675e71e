"""What is known now: per target, and of all targets together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.model.certificate import Certificate
from monitor.model.finding import Assessment, Finding, Severity, worst
from monitor.model.machine import Machine
from monitor.model.observation import Failure, Sighting
from monitor.model.revocation import RenewalWindow, Revocation, RevocationList, Staple
from monitor.model.target import Target


@dataclass(frozen=True, slots=True)
class FormerLeaf:
    """Say that a leaf is no longer at its location, since how many good probes, and what stands there now."""

    location: str
    old: Certificate
    new: Certificate | None
    probes: int


@dataclass(frozen=True, slots=True)
class TargetState:
    """Hold the latest knowledge about one target.

    ``sightings`` are the last known ones: while looks fail they stay (and stay judged) until
    ``forget_after``. ``failed_probes`` counts in a row. ``watched_since`` is when it was first probed;
    ``unreachable`` is the finding of that check or of never_seen, if due. ``machine``, ``lists`` and
    ``staples`` are the last known of what a probe gave beside certificates; staples are not recorded.
    """

    target: Target
    watched_since: datetime | None = None
    probed_at: datetime | None = None
    duration: timedelta = timedelta(0)
    succeeded_at: datetime | None = None
    failed_probes: int = 0
    failures: tuple[Failure, ...] = ()
    encrypted: bool | None = None
    sightings: tuple[Sighting, ...] = ()
    former_leaves: tuple[FormerLeaf, ...] = ()
    assessment: Assessment = Assessment()
    unreachable: Finding | None = None
    machine: Machine | None = None
    lists: tuple[RevocationList, ...] = ()
    staples: tuple[Staple, ...] = ()

    @property
    def up(self) -> bool | None:
        """Return whether the last probe succeeded, ``None`` before the first."""
        return None if self.probed_at is None else self.failed_probes == 0

    @property
    def idle_standby(self) -> bool:
        """Return whether its last probe failed as is to be expected: it answers only after a takeover."""
        return self.target.traits.standby and self.up is False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every finding about this target, the blind one last."""
        return self.assessment.findings + ((self.unreachable,) if self.unreachable else ())

    @property
    def severity(self) -> Severity:
        """Return the worst severity of the findings."""
        return worst(finding.severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class DiscoveryState:
    """Hold how one discovery is: when its list was last had, and why not since.

    ``target_id`` is the endpoint that the list comes from, where there is one; ``failed`` counts in a row.
    ``asked_at`` is when it was last asked by this process: before, nothing is known of how it fares.
    """

    id: str
    target_id: str = ""
    found: int = 0
    asked_at: datetime | None = None
    succeeded_at: datetime | None = None
    failed: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold an immutable picture of everything known at one instant.

    ``states`` maps target id to state; ``correlated`` maps target id to findings that needed many
    targets; ``discoveries`` maps discovery id to state; ``revocations`` and ``renewals`` map SHA-256 to what
    the issuer said of a certificate. All are replaced, never changed in place.
    """

    states: Mapping[str, TargetState] = field(default_factory=dict)
    correlated: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    discoveries: Mapping[str, DiscoveryState] = field(default_factory=dict)
    revocations: Mapping[str, Revocation] = field(default_factory=dict)
    renewals: Mapping[str, RenewalWindow] = field(default_factory=dict)

    def findings(self, target_id: str) -> tuple[Finding, ...]:
        """Return a target's own findings and those it shares with others."""
        return self.states[target_id].findings + self.correlated.get(target_id, ())

    def __iter__(self) -> Iterator[TargetState]:
        """Iterate over the states."""
        return iter(self.states.values())

    def __len__(self) -> int:
        """Return how many targets are known."""
        return len(self.states)
