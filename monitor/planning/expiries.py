"""Which certificates will have expired at an instant, in the order in which they are renewed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest

from monitor.model import Certificate, Severity, Target
from monitor.planning.leaves import Chain, Leaf, Use
from monitor.planning.levels import Levels
from monitor.planning.ordering import RenewalOrder, SortKey


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


@dataclass(frozen=True, slots=True)
class Expiries:
    """The first certificates in the order of renewing, and how many there are: ``cas`` and all others."""

    first: tuple[Expiry, ...]
    certificates: int
    cas: int


def expiries(leaves: Iterable[Leaf], at: datetime, levels: Levels, most: int | None = None) -> Expiries:
    """Return the certificates and CAs that will have expired at ``at``, also those that have already.

    A CA comes before what depends on it, and what has a low impact last; otherwise the earliest comes first,
    a group of certificates below one CA by the earliest of them. ``most`` is how many of them are returned.
    """
    found, alone = _collected(leaves, at)
    _judge_impact(found)
    order = RenewalOrder(found)
    keyed: list[tuple[SortKey, _Found | Leaf]] = [
        (order.sort_key(sha256), one) for sha256, one in found.items()
    ]
    keyed += ((_sort_key(leaf), leaf) for leaf in alone)
    # Sort keys differ by the fingerprint, so that what stands beside them is never compared.
    ordered = sorted(keyed) if most is None else nsmallest(most, keyed)
    cas = sum(one.is_ca for one in found.values())
    return Expiries(tuple(_expiry(one, levels) for _, one in ordered), len(keyed) - cas, cas)


def _collected(leaves: Iterable[Leaf], at: datetime) -> tuple[dict[str, "_Found"], list[Leaf]]:
    """Return the CAs with all that depends on them, by SHA-256, and the leaves to which no CA matters."""
    found: dict[str, _Found] = {}
    due_cas: dict[Chain, list[_Found]] = {}
    alone: list[Leaf] = []
    for leaf in leaves:
        expired, is_alone = leaf.certificate.not_after <= at, not leaf.certificate.is_ca
        for chain, uses in leaf.by_chain().items():
            cas = due_cas.get(chain)
            if cas is None:
                cas = due_cas[chain] = _due_cas(found, chain, at)
            if cas:
                is_alone = False
                _add_below(found, cas, uses, leaf if expired else None)
        if expired and is_alone:
            alone.append(leaf)
        elif expired:
            mine = _found(found, leaf.certificate)
            mine.uses += leaf.uses
            mine.is_ca = mine.is_ca or leaf.is_ca
    for leaf in alone:
        if (known := found.get(leaf.certificate.sha256)) is not None:
            known.uses += leaf.uses  # served somewhere, and a CA elsewhere without saying that it is one
    return found, [leaf for leaf in alone if leaf.certificate.sha256 not in found]


def _add_below(
    found: dict[str, "_Found"], cas: list["_Found"], uses: list[Use], expired: Leaf | None
) -> None:
    """Add uses of a leaf to the CAs above it, and the CAs to the leaf if it expires itself."""
    for ca in cas:
        ca.uses += uses
    if expired is not None:
        _found(found, expired.certificate).above.update((ca.sha256, None) for ca in cas)


def _sort_key(leaf: Leaf) -> SortKey:
    certificate, uses = leaf.certificate, leaf.uses
    low = uses[0][0].info.low_impact if len(uses) == 1 else all(use[0].info.low_impact for use in uses)
    return low, certificate.not_after, certificate.sha256, 0, certificate.not_after, certificate.sha256


def _expiry(one: "_Found | Leaf", levels: Levels) -> Expiry:
    if isinstance(one, Leaf):
        low, certificate = _sort_key(one)[0], one.certificate
        level = levels.get(certificate.sha256, Severity.OK)
        return Expiry(certificate, one.is_ca, level, low, tuple(one.uses))
    level = levels.get(one.sha256, Severity.OK)
    return Expiry(one.certificate, one.is_ca, level, one.low_impact, tuple(one.uses), tuple(one.above))


@dataclass(slots=True, eq=False)
class _Found:
    sha256: str
    certificate: Certificate
    not_after: datetime
    is_ca: bool = False
    low_impact: bool = True
    uses: list[Use] = field(default_factory=list)
    above: dict[str, None] = field(default_factory=dict)


def _judge_impact(found: dict[str, _Found]) -> None:
    """Note which certificates have more than a low impact, at their own targets or below them."""
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
