"""What one row of the table of certificates shows; no HTML."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.assess import damaged, failures_named
from monitor.model import (
    Check,
    Failure,
    FailureReason,
    Finding,
    Message,
    Severity,
    TargetState,
    is_within,
    text,
    worst,
)
from monitor.web import texts
from monitor.web.queries.row_sources import RowSource, bare_locations

_NO_ANSWER = frozenset({FailureReason.REFUSED, FailureReason.UNREACHABLE, FailureReason.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate or CRL at one location, or a target that shows none.

    ``target_id`` is empty where the location is the target's own. ``subject`` and ``state`` are ``None`` when
    there is nothing to say.
    """

    severity: Severity
    expires_at: datetime | None
    leaf_expires_at: datetime | None
    title: str
    target_id: str
    location: str
    labels: tuple[tuple[str, str], ...]
    owner: str
    note: str
    subject: Message | None
    issuer: str
    problems: tuple[Message, ...]
    state: Message | None
    probed_at: datetime | None


def row(source: RowSource, findings: Iterable[Finding]) -> Row:
    """Return the row for a source; ``findings`` are those of its target."""
    state, sighting = source.state, source.sighting
    certificate = sighting.certificate if sighting else None
    own = [finding for finding in findings if _concerns(finding, source)]
    failures = [failure for failure in state.failures if _met_at(failure, source)]
    return Row(
        severity=_severity(own, source),
        expires_at=source.expires_at,
        leaf_expires_at=certificate.not_after if certificate else source.expires_at,
        title=state.target.info.title,
        target_id=state.target.id if source.location != state.target.location else "",
        location=source.location,
        labels=state.target.labels,
        owner=state.target.label("owner"),
        note=state.target.info.note,
        subject=text(certificate.title) if certificate else source.crl_title,
        issuer=certificate.issuer_cn or certificate.issuer if certificate else "",
        problems=tuple(_problems(own, failures, state)),
        state=_state(source, failures),
        probed_at=state.probed_at,
    )


def _problems(own: list[Finding], failures: list[Failure], state: TargetState) -> Iterator[Message]:
    """Yield the findings, then the failures that none of them names."""
    yield from (finding.message for finding in own)
    checks = {finding.check for finding in own}
    named = failures_named(state.failures) if Check.UNREACHABLE in checks else ()
    if Check.DAMAGED in checks:
        named += tuple(failure.message for failure in damaged(state))
    for failure in failures:
        expected = state.idle_standby and failure.reason in _NO_ANSWER
        if not expected and failure.message not in named:
            yield failure.message


def _severity(own: Iterable[Finding], source: RowSource) -> Severity:
    """Return the worst finding's severity; nothing found where nothing was seen is not ok but unknown."""
    found = worst(finding.severity for finding in own)
    unseen = not source.shown and not source.state.up
    return Severity.UNKNOWN if found is Severity.OK and unseen else found


def _concerns(finding: Finding, source: RowSource) -> bool:
    """Return whether a finding belongs on this row; one about the whole target belongs on its first."""
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


def _state(source: RowSource, failures: list[Failure]) -> Message | None:
    """Return what is special about the target, or else about the certificate."""
    state = source.state
    if state.probed_at is None:
        return texts.NOT_CHECKED
    if state.idle_standby:
        return texts.ON_STANDBY if state.succeeded_at or state.sightings else texts.NEVER_REACHED
    if failures and not state.up:
        return texts.checks_failed(count=max(state.failed_probes, 1))
    if state.encrypted is False:
        return texts.NOT_ENCRYPTED
    superseded = {old.old for old in state.assessment.superseded}
    return texts.SUPERSEDED if source.sha256 in superseded else None
