"""From findings to matters: what is wrong now, each once, with all its locations."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.alerts.advice import AdviceKey, add_advice
from monitor.alerts.decision import Advice, Rung, Spot
from monitor.alerts.keys import key_of, subject_of
from monitor.alerts.remedies import AT_A_PORT, JOINED, host_of
from monitor.model import Certificate, Check, Finding, Severity, Snapshot, TargetState

ALARMING = (Severity.WARNING, Severity.CRITICAL)
_ENDING = (Check.EXPIRY, Check.CA_EXPIRY)
_OF_A_CA = (Check.CA_EXPIRY, Check.CA_NOT_INSTALLED)
_OF_ONE_AT_FAULT = (Check.RECORDER_PAIR, Check.FAILOVER_OLDER)
_SHOWN_LABELS = ("component", "certificate_group", "site")


@dataclass(slots=True, eq=False)
class Matter:
    """Gather one thing that is wrong now.

    ``key`` is judged against told-state; ``marks`` are further keys that count as told with it, each with
    its own places. Matters of one ``group`` become one entry.
    """

    key: str
    group: str
    check: Check
    rung: Rung
    remind_every: timedelta
    title: str
    certificate: Certificate | None = None
    sentences: dict[str, None] = field(default_factory=dict)
    spots: dict[tuple[str, str], Spot] = field(default_factory=dict)
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    advice: dict[AdviceKey, Advice] = field(default_factory=dict)

    @property
    def locations(self) -> tuple[str, ...]:
        """Return every location once, in the order found."""
        return tuple(dict.fromkeys(spot.location for spot in self.spots.values()))


def collect(snapshot: Snapshot, now: datetime) -> dict[str, Matter]:
    """Return every matter about certificates and shared ones by key; blindness is gathered apart."""
    matters: dict[str, Matter] = {}
    files: dict[str, Certificate] = {}
    for state, findings in _alarming(snapshot):
        known = known_certificates(state)
        for finding in findings:
            certificate = known.get(_about(finding))
            if certificate is None and finding.check is Check.CA_NOT_INSTALLED:
                files = files or _in_files(snapshot)
                certificate = files.get(finding.sha256)
            _add(matters, state, finding, certificate, now)
    return matters


def spot_of(state: TargetState, location: str = "") -> Spot:
    """Return a location of a target with what people call it; without a location the target's own."""
    target = state.target
    labels = tuple(label for label in target.labels if label[0] in _SHOWN_LABELS)
    return Spot(location or target.where, target.info.title or target.where, labels)


def remind_every(state: TargetState, severity: Severity) -> timedelta:
    """Return how often an unsolved matter of this severity is told again for a target."""
    policy = state.target.policy
    return policy.remind_critical_every if severity is Severity.CRITICAL else policy.remind_warning_every


def known_certificates(state: TargetState) -> dict[str, Certificate]:
    """Return by SHA-256 what a target showed and what lies on its paths (an anchor was not served)."""
    known = {c.sha256: c for path in state.assessment.paths for c in path.certificates}
    known.update((sighting.certificate.sha256, sighting.certificate) for sighting in state.sightings)
    return known


def _in_files(snapshot: Snapshot) -> dict[str, Certificate]:
    """Return the certificates in files by SHA-256: a CA that a machine lacks is not seen on that machine."""
    states = (state for state in snapshot.states.values() if state.target.kind == "files")
    return {one.certificate.sha256: one.certificate for state in states for one in state.sightings}


def _alarming(snapshot: Snapshot) -> Iterator[tuple[TargetState, list[Finding]]]:
    # With 100,000 quiet targets these two loops are all that the pass costs.
    for state in snapshot.states.values():
        findings = state.assessment.findings
        if findings and (wrong := _wrong(findings)):
            yield state, wrong
        if state.unreachable is not None and (wrong := _wrong((state.unreachable,))):
            yield state, wrong
    for target_id, findings in snapshot.correlated.items():
        if target_id in snapshot.states and (wrong := _wrong(findings)):
            yield snapshot.states[target_id], wrong


def _wrong(findings: tuple[Finding, ...]) -> list[Finding]:
    return [f for f in findings if f.severity in ALARMING and f.check is not Check.UNREACHABLE]


def _about(finding: Finding) -> str:
    """Return the fingerprint of what the matter is about: a CA that its leaves outlive, not the leaves."""
    if finding.check is Check.OUTLIVES_CA and finding.matter:
        return subject_of(finding.matter)
    return finding.sha256


def _add(
    matters: dict[str, Matter],
    state: TargetState,
    finding: Finding,
    certificate: Certificate | None,
    now: datetime,
) -> None:
    key = key_of(state.target.id, finding)
    matter = matters.get(key) or matters.setdefault(key, _begin(key, state, finding, certificate))
    rung = _rung(finding, certificate, now)
    matter.rung = max(matter.rung, rung, key=lambda step: step.rank)
    matter.remind_every = min(matter.remind_every, remind_every(state, finding.severity))
    matter.sentences[finding.sentence] = None
    spot = spot_of(state, finding.location)
    matter.spots[state.target.id, spot.location] = spot
    if matter.certificate is None and certificate is not None:
        matter.certificate, matter.title = certificate, _title(finding, certificate, spot)
    add_advice(matter.advice, state, finding, certificate, now)


def _begin(key: str, state: TargetState, finding: Finding, certificate: Certificate | None) -> Matter:
    return Matter(
        key=key,
        group=_group(state, finding),
        check=finding.check,
        rung=Rung.WARNING,
        remind_every=remind_every(state, finding.severity),
        title=_title(finding, certificate, spot_of(state, finding.location)),
        certificate=certificate,
    )


def _group(state: TargetState, finding: Finding) -> str:
    if finding.check is Check.NEVER_SEEN:
        return f"{finding.check} {state.target.host or state.target.id}"
    if finding.matter and finding.check is not Check.OUTLIVES_CA and finding.check not in JOINED:
        return finding.matter
    # What is joined belongs beside what else is known of its certificate: that it ends, and that its
    # successor lies ready, is one piece of news.
    return _about(finding) or finding.matter or state.target.id


def _title(finding: Finding, certificate: Certificate | None, spot: Spot) -> str:
    """Return whose trouble it is: a CA speaks for itself, since it fails with all that hangs on it."""
    ca = finding.check in _OF_A_CA or (finding.check is Check.OUTLIVES_CA and finding.matter)
    if certificate is not None and (ca or (finding.check is Check.REVOKED and certificate.is_ca)):
        return certificate.title
    if finding.check in JOINED:
        return spot.title if finding.check in AT_A_PORT else host_of(finding)
    at_fault = finding.check in _OF_ONE_AT_FAULT and certificate is not None
    if finding.matter and not (at_fault and spot.title != spot.location):
        return finding.matter.removeprefix(f"{finding.check} ")
    return spot.title


def _rung(finding: Finding, certificate: Certificate | None, now: datetime) -> Rung:
    if finding.check in _ENDING and certificate is not None and certificate.not_after <= now:
        return Rung.EXPIRED
    return Rung.CRITICAL if finding.severity is Severity.CRITICAL else Rung.WARNING
