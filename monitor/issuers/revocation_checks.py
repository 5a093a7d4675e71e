"""Which certificates to check for revocation: those below the anchors on the paths of watched targets.

Pure; it must cost nothing when no policy checks revocation.
"""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.assess import asked_of, asked_paths
from monitor.model import Certificate, Path, Snapshot, TargetState

STAPLE = "staple"


@dataclass(slots=True)
class RevocationCheck:
    """One certificate to check, its issuer, and the sources to try, in order.

    ``trust`` names the anchors that contain the issuer when no server sent it. ``staples`` are the OCSP
    responses that servers sent for the certificate.
    """

    certificate: Certificate
    issuer: Certificate
    trust: tuple[str, ...]
    sources: tuple[str, ...]
    staples: dict[bytes, None] = field(default_factory=dict)


def revocation_checks(snapshot: Snapshot, now: datetime) -> dict[str, RevocationCheck]:
    """Return by SHA-256 every certificate to check.

    Anchors are excluded, since they are trusted by configuration, and so are expired certificates, which
    issuers drop from their lists.
    """
    found: dict[str, RevocationCheck] = {}
    for state in snapshot:
        if state.target.policy.revocation and state.assessment.paths:
            for path in asked_paths(state):
                _add(found, state, path, now)
    return found


def _add(found: dict[str, RevocationCheck], state: TargetState, path: Path, now: datetime) -> None:
    policy = state.target.policy
    for position, (below, above) in enumerate(zip(asked_of(path), path.certificates[1:], strict=True)):
        # A server staples a response for its own certificate only, and a file has none.
        stapled = position == 0 and state.target.kind == "endpoint"
        sources = tuple(one for one in policy.revocation if stapled or one != STAPLE)
        if not sources or below.not_after < now:
            continue
        entry = found.setdefault(below.sha256, RevocationCheck(below, above, policy.trust, sources))
        entry.sources = tuple(dict.fromkeys((*entry.sources, *sources)))
        if stapled and STAPLE in sources:
            entry.staples.update((s.response, None) for s in state.staples if s.location == path.location)
