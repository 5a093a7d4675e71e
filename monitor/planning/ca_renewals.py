"""Which CA has to be renewed by when, because certificates that it issues from then on would outlive it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.assess import outlived
from monitor.model import Certificate
from monitor.model.policy import earlier
from monitor.planning.leaves import Chain, Leaf


@dataclass(frozen=True, slots=True)
class CaRenewal:
    """One CA, and the instant from which leaves of the typical lifetime would outlive it.

    ``typical_lifetime`` is the median lifetime of the ``leaves`` that were seen under it, in whole days
    rounded up. ``outliving`` is the number of them that outlive it as they are (check ``outlives_ca``).
    """

    certificate: Certificate
    renew_by: datetime
    typical_lifetime: timedelta
    leaves: int
    outliving: int


def ca_renewals(leaves: Iterable[Leaf], now: datetime) -> tuple[CaRenewal, ...]:
    """Return the CAs by the instant at which they have to be renewed, the earliest first.

    ``renew_by`` is the CA's expiry minus the typical lifetime. A leaf counts once for each CA above it, until
    it expires. A CA under which no current leaf was seen has no typical lifetime and is not in the list. The
    certificate of a CA in a file is no leaf.
    """
    alike: dict[tuple[Chain, ...], _Issued] = {}
    for leaf in leaves:
        if leaf.certificate.not_after > now and not leaf.is_ca:
            uses = leaf.uses
            chains = (uses[0][2],) if len(uses) == 1 else tuple(leaf.by_chain())
            issued = alike.get(chains)
            if issued is None:
                issued = alike[chains] = _Issued()
            issued.add(leaf)
    renewals = (one.renewal(ca) for ca, one in _by_ca(alike))
    return tuple(sorted(renewals, key=lambda one: (one.renew_by, one.certificate.sha256)))


@dataclass(slots=True, eq=False)
class _Issued:
    """Leaves below the same CAs: how many have which lifetime in days, and how many outlive which CA."""

    days: Counter[int] = field(default_factory=Counter)
    outliving: Counter[str] = field(default_factory=Counter)

    def add(self, leaf: Leaf) -> None:
        lifetime = leaf.certificate.lifetime
        self.days[lifetime.days + (1 if lifetime.seconds else 0)] += 1
        if leaf.first_expiry < leaf.certificate.not_after:
            paths = {chain: path for _, path, chain in leaf.uses if chain.cas}
            shorter = {ca.sha256 for path in paths.values() if (ca := outlived(path)) is not None}
            self.outliving.update(shorter)

    def renewal(self, ca: Certificate) -> CaRenewal:
        typical = timedelta(days=_median(self.days))
        renew_by = earlier(ca.not_after, typical)
        return CaRenewal(ca, renew_by, typical, self.days.total(), self.outliving[ca.sha256])


def _by_ca(alike: dict[tuple[Chain, ...], _Issued]) -> Iterable[tuple[Certificate, _Issued]]:
    found: dict[str, tuple[Certificate, _Issued]] = {}
    for chains, issued in alike.items():
        for ca in {ca.sha256: ca for chain in chains for ca in chain.cas}.values():
            _, total = found.setdefault(ca.sha256, (ca, _Issued()))
            total.days.update(issued.days)
            total.outliving.update(issued.outliving)
    return found.values()


def _median(days: Counter[int]) -> int:
    """Return the median; of an even number the smaller of the two in the middle."""
    middle, passed = (days.total() + 1) // 2, 0
    for value, count in sorted(days.items()):
        passed += count
        if passed >= middle:
            return max(value, 0)
    return 0
