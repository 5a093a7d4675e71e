"""The current state of each target, and the snapshot of all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.model.alerts.alert import AlertGroup
from monitor.model.certificate import Certificate
from monitor.model.check import Severity, worst
from monitor.model.finding import Assessment, Finding
from monitor.model.machine import Machine
from monitor.model.observation import Failure, FailureReason, Sighting
from monitor.model.past_renewal import PastRenewal
from monitor.model.revocation import RenewalWindow, Revocation, RevocationList, Staple
from monitor.model.target import Target


@dataclass(frozen=True, slots=True)
class FormerLeaf:
    """A leaf that is no longer at its location, its successor there, and the number of good probes since."""

    location: str
    old: Certificate
    new: Certificate | None
    probes: int


@dataclass(frozen=True, slots=True)
class TargetState:
    """The current state of one target.

    ``sightings`` are the last known ones: while probes fail they are kept and judged until ``forget_after``.
    ``failed_probes`` counts failures in a row. ``watched_since`` is the time of the first probe;
    ``unreachable`` is the finding of that check or of never_seen, if due. ``past_renewals``
    are the newest ones of each location. ``machine``, ``lists`` and ``staples`` are the last known ones too;
    staples are not recorded.
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
    past_renewals: tuple[PastRenewal, ...] = ()
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
    def failed_here(self) -> bool:
        """Return whether the last probe failed for reasons of ours alone, which say nothing of the target."""
        return bool(self.failures) and all(one.reason is FailureReason.INTERNAL for one in self.failures)

    @property
    def idle_standby(self) -> bool:
        """Return whether the last probe of a standby failed as expected: it answers only after a takeover."""
        return self.target.traits.standby and self.up is False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every finding about this target, the one about unreachability last."""
        return self.assessment.findings + ((self.unreachable,) if self.unreachable else ())

    @property
    def severity(self) -> Severity:
        """Return the worst severity of the findings."""
        return worst(finding.severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class DiscoveryState:
    """The state of one discovery: when its list was last fetched, and why not since.

    ``target_id`` is that of the endpoint that serves the list, if any; ``failed`` counts failures in a row.
    ``asked_at`` is the time of the last refresh by this process, ``None`` before the first. ``left_out``
    counts targets that are not watched because there is no room for them.
    """

    id: str
    target_id: str = ""
    found: int = 0
    asked_at: datetime | None = None
    succeeded_at: datetime | None = None
    failed: int = 0
    failures: tuple[Failure, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable snapshot of everything known at one instant.

    ``states`` maps target ids to states; ``correlated`` maps target ids to findings from correlating targets;
    ``discoveries`` maps discovery ids to states; ``revocations`` and ``renewals`` map the SHA-256 of a
    certificate to its status and renewal window; ``alerts`` are those of the last alert pass, worst first.
    All are replaced, never modified.
    """

    states: Mapping[str, TargetState] = field(default_factory=dict)
    correlated: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    discoveries: Mapping[str, DiscoveryState] = field(default_factory=dict)
    revocations: Mapping[str, Revocation] = field(default_factory=dict)
    renewals: Mapping[str, RenewalWindow] = field(default_factory=dict)
    alerts: tuple[AlertGroup, ...] = ()

    def findings(self, target_id: str) -> tuple[Finding, ...]:
        """Return a target's own findings and the correlated ones."""
        return self.states[target_id].findings + self.correlated.get(target_id, ())

    def __iter__(self) -> Iterator[TargetState]:
        """Iterate over the states."""
        return iter(self.states.values())

    def __len__(self) -> int:
        """Return the number of targets."""
        return len(self.states)
