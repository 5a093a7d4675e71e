"""Judge which certificates on a target's paths are revoked, and of which the status is unknown.

It must not do any request: what issuers answered is in the snapshot, and without an answer yet there is no
finding.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate import texts
from monitor.assess.texts import its_ca, the_certificate
from monitor.model import (
    AlertKey,
    Certificate,
    Check,
    Finding,
    Message,
    Path,
    Revocation,
    RevocationStatus,
    Scope,
    Severity,
    Snapshot,
    TargetState,
)

PATIENCE = 3
"""Attempts in a row without an answer before that is a finding: one failed request is no alert."""


def revoked(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for each location of a certificate that is revoked, or whose status is unknown."""
    for state in snapshot:
        if state.target.policy.revocation:
            for path in asked_paths(state):
                yield from _of_path(state, path, snapshot)


def asked_paths(state: TargetState) -> Iterator[Path]:
    """Yield the paths of a target whose revocation matters: not those of superseded certificates."""
    gone = {pair.old for pair in state.assessment.superseded}
    yield from (path for path in state.assessment.paths if path.leaf.sha256 not in gone)


def asked_of(path: Path) -> tuple[Certificate, ...]:
    """Return the certificates of a path whose issuer can be asked; an anchor's cannot."""
    return path.certificates[:-1]


def _of_path(state: TargetState, path: Path, snapshot: Snapshot) -> Iterator[tuple[str, Finding]]:
    for certificate in asked_of(path):
        known = snapshot.revocations.get(certificate.sha256)
        if known is not None:
            yield from _findings(state, path, certificate, known)
    last = path.certificates[-1]
    # No server staples a response for its CAs: where only stapled ones count, CAs are not judged.
    wanted = last == path.leaf or state.target.policy.revocation != ("staple",)
    if wanted and not path.trusted and not last.self_issued:
        yield from _unknown(state, path, last, texts.ISSUER_UNKNOWN)


def _findings(
    state: TargetState, path: Path, certificate: Certificate, known: Revocation
) -> Iterator[tuple[str, Finding]]:
    if known.status is RevocationStatus.REVOKED:
        severity = state.target.policy.severity(Check.REVOKED, Severity.CRITICAL)
        said = texts.revoked(who=_who(path, certificate), how=known.message or texts.NO_DETAILS)
        if severity is not None:
            yield (
                state.target.id,
                Finding(Check.REVOKED, severity, said, certificate.sha256, path.location),
            )
    elif known.status is RevocationStatus.UNKNOWN and known.attempts >= PATIENCE:
        yield from _unknown(state, path, certificate, known.message or texts.NO_DETAILS)


def _unknown(
    state: TargetState, path: Path, certificate: Certificate, why: Message
) -> Iterator[tuple[str, Finding]]:
    check = Check.REVOCATION_UNKNOWN
    severity = state.target.policy.severity(check, Severity.WARNING)
    if severity is not None:
        said = texts.revocation_unknown(who=_who(path, certificate), why=why)
        # One issuer that does not answer concerns hundreds of certificates: that is one alert.
        shared = AlertKey(check, Scope.ISSUER, certificate.issuer_cn or certificate.issuer)
        yield state.target.id, Finding(check, severity, said, certificate.sha256, path.location, shared)


def _who(path: Path, certificate: Certificate) -> Message:
    kind = the_certificate if certificate == path.leaf else its_ca
    return kind(title=certificate.title)
