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


def revoked(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for each place of a revoked certificate, and of one of which nothing could be told."""
    for state in snapshot:
        if state.target.policy.revocation:
            for path in asked_paths(state):
                yield from _of_path(state, path, snapshot)


def asked_paths(state: TargetState) -> Iterator[Path]:
    """Yield the paths of a target that count: not those of certificates that have a successor."""
    gone = {pair.old for pair in state.assessment.superseded}
    yield from (path for path in state.assessment.paths if path.leaf.sha256 not in gone)


def asked_of(path: Path) -> tuple[Certificate, ...]:
    """Return the certificates of a path whose issuer can be asked: an anchor is trusted as it is."""
    return path.certificates[:-1]


def _of_path(state: TargetState, path: Path, snapshot: Snapshot) -> Iterator[tuple[str, Finding]]:
    for certificate in asked_of(path):
        known = snapshot.revocations.get(certificate.sha256)
        if known is not None:
            yield from _findings(state, path, certificate, known)
    last = path.certificates[-1]
    # No server sends a response for its CAs: where only those are wanted, nobody wanted to know of them.
    wanted = last is path.leaf or state.target.policy.revocation != ("staple",)
    if wanted and not path.trusted and not last.self_issued:
        why = "the certificate of its issuer is not known: nobody sends it and it is not among the anchors"
        yield from _unknown(state, path, last, why)


def _findings(
    state: TargetState, path: Path, certificate: Certificate, known: Revocation
) -> Iterator[tuple[str, Finding]]:
    if known.standing is Standing.REVOKED:
        severity = state.target.policy.severity(Check.REVOKED, Severity.CRITICAL)
        sentence = f"{_who(path, certificate)} was {known.detail}"
        if severity is not None:
            yield state.target.id, Finding(Check.REVOKED, severity, sentence, certificate.sha256, path.place)
    elif known.standing is Standing.UNKNOWN and known.attempts >= PATIENCE:
        yield from _unknown(state, path, certificate, known.detail)


def _unknown(
    state: TargetState, path: Path, certificate: Certificate, why: str
) -> Iterator[tuple[str, Finding]]:
    check = Check.REVOCATION_UNKNOWN
    severity = state.target.policy.severity(check, Severity.WARNING)
    if severity is not None:
        sentence = f"it could not be told whether {_who(path, certificate)} was revoked: {why}"
        # One issuer that is away keeps hundreds of certificates in the dark: that is one matter.
        matter = f"{check} {certificate.issuer_cn or certificate.issuer}"
        yield state.target.id, Finding(check, severity, sentence, certificate.sha256, path.place, matter)


def _who(path: Path, certificate: Certificate) -> str:
    return f'{"the certificate" if certificate is path.leaf else "its CA"} "{certificate.title}"'
