"""Everything known of one target: what it shows, what is wrong, how to mend it, when it was checked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts import RenewalSteps, group_steps
from monitor.assess.issuance import issuance
from monitor.model import (
    AlertGroup,
    AlertLevel,
    Certificate,
    Check,
    Failure,
    Finding,
    Issuance,
    Message,
    Severity,
    Sighting,
    Snapshot,
    TargetState,
)

_EXPIRY = frozenset({Check.EXPIRY, Check.CA_EXPIRY})


@dataclass(frozen=True, slots=True)
class TargetProblem:
    """One finding of a target, with the alert that it belongs to, if any; ``expired`` is past its expiry."""

    finding: Finding
    alert_id: str = ""
    expired: bool = False


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """One certificate at one location of a target; ``expires_at`` is the earliest expiry on its path."""

    sighting: Sighting
    expires_at: datetime

    @property
    def certificate(self) -> Certificate:
        """Return the certificate."""
        return self.sighting.certificate


@dataclass(frozen=True, slots=True)
class TargetDetail:
    """One target; ``steps`` are impact and steps of its alerts, those that several share once.

    ``made`` is how its certificates were made, each way once. ``about`` is, for each of ``steps``, what the
    alerts say that it is for.
    """

    state: TargetState
    problems: tuple[TargetProblem, ...]
    failures: tuple[Failure, ...]
    shown: tuple[ShownCertificate, ...]
    alerts: tuple[AlertGroup, ...]
    steps: tuple[RenewalSteps, ...]
    made: tuple[Issuance, ...] = ()
    about: tuple[tuple[Message, ...], ...] = ()


def target_detail(snapshot: Snapshot, target_id: str, now: datetime) -> TargetDetail | None:
    """Return all about a target, ``None`` for one that is not watched."""
    state = snapshot.states.get(target_id)
    if state is None:
        return None
    alerts = tuple(one for one in snapshot.alerts if target_id in one.targets)
    # Of an alert of several targets only what this one needs.
    own = (replace(one, targets=(target_id,)) for one in alerts)
    steps: dict[RenewalSteps, dict[Message, None]] = {}
    for group in own:
        for step in group_steps(group, snapshot, now):
            steps.setdefault(step, {}).update(dict.fromkeys(group.messages))
    return TargetDetail(
        state,
        problems=tuple(_problem(one, alerts) for one in snapshot.findings(target_id)),
        failures=state.failures,
        shown=tuple(_shown(state)),
        alerts=alerts,
        steps=tuple(steps),
        made=tuple(dict.fromkeys(issuance(path, state.target) for path in state.assessment.paths)),
        about=tuple(map(tuple, steps.values())),
    )


def _problem(finding: Finding, alerts: Iterable[AlertGroup]) -> TargetProblem:
    of_it = next((one for one in alerts if finding.message in one.messages), None)
    if of_it is None:
        return TargetProblem(finding)
    expired = of_it.level is AlertLevel.EXPIRED and finding.check in _EXPIRY
    return TargetProblem(finding, of_it.id, expired=expired and finding.severity is Severity.CRITICAL)


def _shown(state: TargetState) -> Iterable[ShownCertificate]:
    expiries = {(path.location, path.leaf.sha256): path.not_after for path in state.assessment.paths}
    for one in state.sightings:
        certificate = one.certificate
        yield ShownCertificate(one, expiries.get((one.location, certificate.sha256), certificate.not_after))
