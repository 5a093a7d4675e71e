"""The leaves that count, each once with every use of it, and the CAs above them; it judges nothing.

A pass over 100,000 targets must stay cheap: what depends on a certificate or on its CAs alone is done once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.assess import is_authority, made_at_start
from monitor.model import Certificate, Check, Path, Severity, Snapshot, Target, TargetState


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The CAs of a path that count, the issuer of the leaf first; equal ones are one object."""

    cas: tuple[Certificate, ...] = ()


Use = tuple[Target, Path, Chain]
"""A target, one of its paths, and the CAs of that; ``path.location`` is where its leaf was seen."""


@dataclass(slots=True, eq=False)
class Leaf:
    """One leaf certificate and its uses in the order found, at least one.

    ``first_expiry`` is the earliest one on any of its paths: its own or that of a CA. ``is_ca`` is true for a
    CA's own certificate that is stored somewhere, such as a file of trusted CAs.
    """

    certificate: Certificate
    first_expiry: datetime
    uses: list[Use]
    is_ca: bool = False

    def by_chain(self) -> dict[Chain, list[Use]]:
        """Return the uses by the CAs above the leaf."""
        if len(self.uses) == 1:
            return {self.uses[0][2]: self.uses}
        found: dict[Chain, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use[2], []).append(use)
        return found


def watched_leaves(snapshot: Snapshot) -> dict[str, Leaf]:
    """Return by SHA-256 every leaf that counts.

    Not counted are certificates that another one in the same collection supersedes, those that a product
    generates at each start (nobody can renew them), and targets whose check ``expiry`` is switched off. Where
    ``ca_expiry`` is switched off the CAs do not count.
    """
    leaves: dict[str, Leaf] = {}
    chain_of = _Chains()
    for state in snapshot.states.values():
        assessment, target = state.assessment, state.target
        paths = assessment.paths
        if assessment.superseded or target.policy.checks or target.traits.self_signed_name:
            paths = tuple(_counting(state))
        for path in paths:
            certificate = path.certificates[0]
            # That of the assessment is the same and known already, where there is only one path.
            first = (assessment.not_after if len(paths) == 1 else None) or path.not_after
            use = target, path, chain_of(target, path)
            known = leaves.get(certificate.sha256)
            if known is None:
                leaves[certificate.sha256] = known = Leaf(certificate, first, [use])
            else:
                known.uses.append(use)
                known.first_expiry = min(known.first_expiry, first)
            if certificate.is_ca:
                known.is_ca = known.is_ca or _is_stored_ca(state, path)
    return leaves


def is_switched_off(target: Target, check: Check = Check.EXPIRY) -> bool:
    """Return whether the policy of a target switches off a check."""
    return bool(target.policy.checks) and target.policy.severity(check, Severity.WARNING) is None


def is_generated(state: TargetState) -> bool:
    """Return whether a target serves a certificate that its product generates at each start."""
    return any(made_at_start(state.target, path) for path in state.assessment.paths)


class _Chains:
    """Return the CAs of paths, one object for equal ones."""

    def __init__(self) -> None:
        self._none = Chain()
        self._known: dict[tuple[str, ...], Chain] = {(): self._none}

    def __call__(self, target: Target, path: Path) -> Chain:
        certificates = path.certificates
        if len(certificates) == 1 or (target.policy.checks and is_switched_off(target, Check.CA_EXPIRY)):
            return self._none
        if len(certificates) == 3:  # the usual length: a loop would take twice the time
            key: tuple[str, ...] = certificates[1].sha256, certificates[2].sha256
        else:
            key = tuple([one.sha256 for one in certificates[1:]])
        known = self._known.get(key)
        return known or self._known.setdefault(key, Chain(certificates[1:]))


def _counting(state: TargetState) -> Iterator[Path]:
    if is_switched_off(state.target):
        return
    olds = {pair.old for pair in state.assessment.superseded}
    for path in state.assessment.paths:
        if path.leaf.sha256 not in olds and not made_at_start(state.target, path):
            yield path


def _is_stored_ca(state: TargetState, path: Path) -> bool:
    served = state.target.kind == "endpoint"
    return not served and is_authority(path.leaf, path.location, state.sightings)
