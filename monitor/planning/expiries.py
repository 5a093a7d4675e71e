"""Which certificates will have expired at an instant, in the order in which they are renewed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model import Certificate, Severity, Target
from monitor.planning.leaves import Chain, Leaf, Use
from monitor.planning.levels import Levels
from monitor.planning.ordering import in_order


@dataclass(frozen=True, slots=True)
class Expiry:
    """One certificate that will have expired, once with all its uses.

    ``is_ca`` says that it is the CA of one of them, or the stored certificate of a CA. ``level`` is the one
    at which its expiry stands now. ``low_impact`` is true where little stops, at its targets and at those of
    all that depends on it. ``depends_on`` are the SHA-256 of the CAs above it that will have expired too:
    renewed before them it would have to be renewed again.
    """

    certificate: Certificate
    is_ca: bool
    level: Severity
    low_impact: bool
    uses: tuple[Use, ...]
    depends_on: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return its targets, each once."""
        return tuple({target.id: target for target, _, _ in self.uses}.values())

    @property
    def locations(self) -> tuple[str, ...]:
        """Return its locations, each once: for a CA those of the certificates below it."""
        return tuple(dict.fromkeys(path.location for _, path, _ in self.uses))


def expiries(leaves: Iterable[Leaf], at: datetime, levels: Levels) -> tuple[Expiry, ...]:
    """Return the certificates and CAs that will have expired at ``at``, also those that have already.

    A CA comes before what depends on it, and what has a low impact last; otherwise the earliest comes first,
    a group of certificates below one CA by the earliest of them.
    """
    found: dict[str, _Found] = {}
    due_cas: dict[Chain, list[_Found]] = {}
    for leaf in leaves:
        own = leaf.certificate
        mine = _found(found, own) if own.not_after <= at else None
        if mine is not None:
            mine.uses += leaf.uses
            mine.is_ca = mine.is_ca or leaf.is_ca
        for chain, uses in leaf.by_chain().items():
            cas = due_cas.get(chain)
            if cas is None:
                cas = due_cas[chain] = _due_cas(found, chain, at)
            for ca in cas:
                ca.uses += uses
            if mine is not None and cas:
                mine.above.update((ca.sha256, None) for ca in cas)
    _judge_impact(found)
    return tuple(found[sha256].expiry(levels) for sha256 in in_order(found))


@dataclass(slots=True, eq=False)
class _Found:
    sha256: str
    certificate: Certificate
    not_after: datetime
    is_ca: bool = False
    low_impact: bool = True
    uses: list[Use] = field(default_factory=list)
    above: dict[str, None] = field(default_factory=dict)

    def expiry(self, levels: Levels) -> Expiry:
        return Expiry(
            self.certificate,
            self.is_ca,
            levels.get(self.sha256, Severity.OK),
            self.low_impact,
            tuple(self.uses),
            tuple(self.above),
        )


def _judge_impact(found: dict[str, _Found]) -> None:
    """Note what has more than a low impact: at one of its targets, or at one of what depends on it."""
    waiting = [one for one in found.values() if not all(target.info.low_impact for target, _, _ in one.uses)]
    while waiting:
        one = waiting.pop()
        one.low_impact = False
        waiting += [ca for sha256 in one.above if (ca := found[sha256]).low_impact]


def _due_cas(found: dict[str, _Found], chain: Chain, at: datetime) -> list[_Found]:
    """Return the CAs that will have expired, and note for each which of them are above it."""
    cas = [_found(found, ca) for ca in chain.cas if ca.not_after <= at]
    for index, ca in enumerate(cas):
        ca.is_ca = True
        ca.above.update((one.sha256, None) for one in cas[index + 1 :])
    return cas


def _found(found: dict[str, _Found], certificate: Certificate) -> _Found:
    sha256 = certificate.sha256
    return found.get(sha256) or found.setdefault(sha256, _Found(sha256, certificate, certificate.not_after))
