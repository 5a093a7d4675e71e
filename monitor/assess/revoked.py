"""Say which certificates on a target's paths were revoked, and of which that could not be told.

It must not ask anybody: what issuers said lies in the snapshot, and what was not asked yet is no finding.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.model import (
    Certificate,
    Check,
    Finding,
    Path,
    Revocation,
    Severity,
    Snapshot,
    Standing,
    TargetState,
)

PATIENCE = 3
"""Attempts in a row that must have told nothing before it is told: one hiccup of an issuer is no alarm."""


def revoked(
    snapshot: Snapshot,
    now: datetime,  # noqa: ARG001 - as asked of all
    *,
    patience: int = PATIENCE,
) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each place of a revoked certificate, and of one of which nothing could be told."""
    if not snapshot.revocations:
        return
    for state in snapshot:
        if state.target.policy.revocation:
            for path in asked_paths(state):
                for certificate in asked_of(path):
                    known = snapshot.revocations.get(certificate.sha256)
                    if known is not None:
                        yield from _findings(state, path, certificate, known, patience)


def asked_paths(state: TargetState) -> Iterator[Path]:
    """Yield the paths of a target that count: not those of certificates that have a successor."""
    gone = {pair.old for pair in state.assessment.superseded}
    yield from (path for path in state.assessment.paths if path.leaf.sha256 not in gone)


def asked_of(path: Path) -> tuple[Certificate, ...]:
    """Return the certificates of a path whose issuer can be asked: an anchor is trusted as it is."""
    return path.certificates[:-1]


def _findings(
    state: TargetState, path: Path, certificate: Certificate, known: Revocation, patience: int
) -> Iterator[tuple[str, Finding]]:
    who = f'{"the certificate" if certificate is path.leaf else "its CA"} "{certificate.title}"'
    if known.standing is Standing.REVOKED:
        check, default, sentence = Check.REVOKED, Severity.CRITICAL, f"{who} was {known.detail}"
    elif known.standing is Standing.UNKNOWN and known.attempts >= patience:
        check, default = Check.REVOCATION_UNKNOWN, Severity.WARNING
        sentence = f"it could not be told whether {who} was revoked: {known.detail}"
    else:
        return
    severity = state.target.policy.severity(check, default)
    if severity is not None:
        yield state.target.id, Finding(check, severity, sentence, certificate.sha256, path.place)
