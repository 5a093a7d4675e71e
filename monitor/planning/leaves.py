"""The leaves that count, each once with every use of it, and the CAs above them; it judges nothing.

A pass over 100,000 targets must stay cheap: what depends on a certificate or on its CAs alone is done once.
"""

from collections.abc import Iterator, Sequence
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
LeafUse = tuple[Use, datetime, bool]
"""A use with the earliest expiry on its path, and whether the leaf is a CA's certificate stored there."""
_MOST_CHAINS = 10_000


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
    """Return by SHA-256 every leaf that counts."""
    found: dict[str, list[LeafUse]] = {}
    chain_of = Chains()
    for state in snapshot.states.values():
        for sha256, one in leaf_uses(state, chain_of):
            known = found.get(sha256)
            if known is None:
                found[sha256] = [one]
            else:
                known.append(one)
    return {sha256: leaf_of(several) for sha256, several in found.items()}


def leaf_uses(state: TargetState, chain_of: "Chains") -> list[tuple[str, LeafUse]]:
    """Return the uses of leaves at a target, each with the SHA-256 of its leaf.

    Not counted are certificates that another one in the same collection supersedes, those that a product
    generates at each start (nobody can renew them), and targets whose check ``expiry`` is switched off. Where
    ``ca_expiry`` is switched off the CAs do not count.
    """
    assessment, target = state.assessment, state.target
    paths = assessment.paths
    if assessment.superseded or target.policy.checks or target.traits.self_signed_name:
        paths = tuple(_counting(state))
    # That of the assessment is the same and known already, where there is only one path.
    known = assessment.not_after if len(paths) == 1 else None
    found: list[tuple[str, LeafUse]] = []
    for path in paths:
        certificate = path.certificates[0]
        stored = certificate.is_ca and _is_stored_ca(state, path)
        use = target, path, chain_of(target, path)
        found.append((certificate.sha256, (use, known or path.not_after, stored)))
    return found


def leaf_of(several: Sequence[LeafUse]) -> Leaf:
    """Return the leaf of all its uses."""
    if len(several) == 1:
        use, first, stored = several[0]
        return Leaf(use[1].certificates[0], first, [use], stored)
    return Leaf(
        several[0][0][1].certificates[0],
        min(first for _, first, _ in several),
        [use for use, _, _ in several],
        any(stored for _, _, stored in several),
    )


def is_switched_off(target: Target, check: Check = Check.EXPIRY) -> bool:
    """Return whether the policy of a target switches off a check."""
    return bool(target.policy.checks) and target.policy.severity(check, Severity.WARNING) is None


def is_generated(state: TargetState) -> bool:
    """Return whether a target serves a certificate that its product generates at each start."""
    return any(made_at_start(state.target, path) for path in state.assessment.paths)


class Chains:
    """Return the CAs of paths, one object for equal ones."""

    def __init__(self) -> None:
        """Start with none."""
        self._none = Chain()
        self._known: dict[tuple[str, ...], Chain] = {}

    def __call__(self, target: Target, path: Path) -> Chain:
        """Return the CAs above the leaf of a path that count for a target."""
        certificates = path.certificates
        if len(certificates) == 1 or (target.policy.checks and is_switched_off(target, Check.CA_EXPIRY)):
            return self._none
        if len(certificates) == 3:  # the usual length: a loop would take twice the time
            key: tuple[str, ...] = certificates[1].sha256, certificates[2].sha256
        else:
            key = tuple([one.sha256 for one in certificates[1:]])
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_CHAINS:
                self._known.clear()  # they are remembered to save time, and servers may change CAs forever
            known = self._known.setdefault(key, Chain(certificates[1:]))
        return known


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
