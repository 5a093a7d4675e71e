"""Which certificates to check for revocation: those below the anchors on the paths of watched targets.

Pure; it must cost nothing where no policy asks for revocation.
"""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.assess import asked_of, asked_paths
from monitor.model import Certificate, Path, Snapshot, TargetState

STAPLE = "staple"


@dataclass(slots=True)
class RevocationCheck:
    """One certificate to check, its issuer, and the sources to ask, in order.

    ``trust`` names the anchors in which the issuer is found when no server showed it. ``staples`` are the
    responses that servers sent for it.
    """

    certificate: Certificate
    issuer: Certificate
    trust: tuple[str, ...]
    sources: tuple[str, ...]
    staples: dict[bytes, None] = field(default_factory=dict)


def revocation_checks(snapshot: Snapshot, now: datetime) -> dict[str, RevocationCheck]:
    """Return by SHA-256 every certificate to check.

    Anchors are trusted because somebody said so, and issuers forget what has ended: neither is asked about.
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
        # A server sends a response for its own certificate alone, and a file sends none.
        stapled = position == 0 and state.target.kind == "endpoint"
        sources = tuple(one for one in policy.revocation if stapled or one != STAPLE)
        if not sources or below.not_after < now:
            continue
        entry = found.setdefault(below.sha256, RevocationCheck(below, above, policy.trust, sources))
        entry.sources = tuple(dict.fromkeys((*entry.sources, *sources)))
        if stapled and STAPLE in sources:
            entry.staples.update((s.response, None) for s in state.staples if s.location == path.location)
