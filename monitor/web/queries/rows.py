"""What one row of the table of certificates tells; no HTML."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.assess import failures_named
from monitor.messages import Writer, english
from monitor.model import Check, Failure, FailureReason, Finding, Severity, TargetState, is_within, worst
from monitor.model.certificate import DAY
from monitor.web.queries.row_sources import RowSource, bare_locations

_SILENCE = frozenset({FailureReason.REFUSED, FailureReason.UNREACHABLE, FailureReason.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate or CRL at one location, or a target that shows none.

    ``days`` are whole days left, ``expired_days`` whole days since the expiry; at most one of them is set.
    """

    severity: Severity
    days: int | None
    expired_days: int | None
    expires_at: datetime | None
    leaf_expires_at: datetime | None
    title: str
    target_id: str
    location: str
    labels: tuple[tuple[str, str], ...]
    owner: str
    note: str
    subject: str
    issuer: str
    notes: tuple[str, ...]
    state: str
    probed_at: datetime | None


def row(source: RowSource, findings: Iterable[Finding], now: datetime) -> Row:
    """Return the row for a source; ``findings`` are those of its target."""
    state, sighting = source.state, source.sighting
    certificate = sighting.certificate if sighting else None
    own = [finding for finding in findings if _concerns(finding, source)]
    failures = [failure for failure in state.failures if _met_at(failure, source)]
    left = None if source.expires_at is None else (source.expires_at - now) / DAY
    return Row(
        severity=_severity(own, source),
        days=math.floor(left) if left is not None and left >= 0 else None,
        expired_days=math.floor(-left) if left is not None and left < 0 else None,
        expires_at=source.expires_at,
        leaf_expires_at=certificate.not_after if certificate else source.expires_at,
        title=state.target.info.title,
        target_id=state.target.id,
        location=source.location,
        labels=state.target.labels,
        owner=state.target.label("owner"),
        note=state.target.info.note,
        subject=certificate.title if certificate else source.crl_title,
        issuer=certificate.issuer_cn or certificate.issuer if certificate else "",
        notes=tuple(_notes(own, failures, state, english(now))),
        state=_state(source, failures),
        probed_at=state.probed_at,
    )


def _notes(own: list[Finding], failures: list[Failure], state: TargetState, writer: Writer) -> Iterator[str]:
    """Yield the findings, then the failures that none of them has named."""
    yield from (writer.write(finding.message) for finding in own)
    unreachable = any(finding.check is Check.UNREACHABLE for finding in own)
    named = failures_named(state.failures) if unreachable else ()
    for failure in failures:
        said = f"{failure.reason}: {failure.detail}"
        expected = state.idle_standby and failure.reason in _SILENCE
        if not expected and said not in named:
            yield said


def _severity(own: Iterable[Finding], source: RowSource) -> Severity:
    """Return the worst finding's severity; nothing found where nothing was seen is not ok but unknown."""
    found = worst(finding.severity for finding in own)
    unseen = not source.shown and not source.state.up
    return Severity.UNKNOWN if found is Severity.OK and unseen else found


def _concerns(finding: Finding, source: RowSource) -> bool:
    """Return whether a finding belongs on this row; one about the whole target stands on its first."""
    if source.crl is not None or finding.check is Check.CRL_EXPIRY:
        return (finding.location, finding.sha256) == (source.location, source.sha256)
    if finding.location:
        return finding.location == source.location and _on_path(finding, source)
    bare = bare_locations(source.state)[:1] if finding.check is Check.UNREACHABLE else ()
    return (not source.shown and source.location in bare) if bare else source.first


def _on_path(finding: Finding, source: RowSource) -> bool:
    if not finding.sha256 or source.sighting is None:
        return True
    leaf = source.sighting.certificate.sha256
    paths = [path for path in source.state.assessment.paths if path.location == source.location]
    mine = {c.sha256 for path in paths if path.leaf.sha256 == leaf for c in path.certificates} | {leaf}
    others = {c.sha256 for path in paths for c in path.certificates}
    return finding.sha256 in mine or finding.sha256 not in others


def _met_at(failure: Failure, source: RowSource) -> bool:
    return is_within(source.location, failure.location) if failure.location else source.first


def _state(source: RowSource, failures: list[Failure]) -> str:
    """Return the state of the target, or of the certificate where the target is well, in words."""
    state = source.state
    if state.probed_at is None:
        return "not looked at yet"
    if state.idle_standby:
        return "stands by" if state.succeeded_at or state.sightings else "stands by, never seen"
    if failures and not state.up:
        return f"not reached, {state.failed_probes} in a row" if state.failed_probes else "not reached"
    if state.encrypted is False:
        return "not encrypted"
    superseded = {old.old for old in state.assessment.superseded}
    return "superseded" if source.sha256 in superseded else "seen"
