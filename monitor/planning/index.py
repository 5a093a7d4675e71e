"""An index made in one pass over a snapshot, so that each forecast from it costs little."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from monitor.model import Snapshot
from monitor.planning.ca_renewals import CaRenewal, ca_renewals
from monitor.planning.leaves import Leaf, watched_leaves
from monitor.planning.levels import Levels, expiry_levels
from monitor.planning.load import RenewalCounts, count_renewals
from monitor.planning.unknown import Unknown, unknown


@dataclass(frozen=True, eq=False)
class CertificateIndex:
    """The leaf certificates of a snapshot at an instant, and what follows for their CAs and renewals.

    ``levels`` has the level at which the expiry of a certificate stands, by SHA-256. What only forecasts
    need is made for the first of them; nothing else changes.
    """

    now: datetime
    snapshot: Snapshot
    leaves: Sequence[Leaf]
    levels: Levels

    @property
    def targets(self) -> int:
        """Return the number of targets."""
        return len(self.snapshot)

    @cached_property
    def renewals(self) -> RenewalCounts:
        """Return how many certificates have to be renewed in which month."""
        return count_renewals(self.leaves, self.now)

    @cached_property
    def ca_renewals(self) -> tuple[CaRenewal, ...]:
        """Return which CA has to be renewed by when."""
        return ca_renewals(self.leaves, self.now)

    @cached_property
    def unknown(self) -> Unknown:
        """Return what the snapshot does not know."""
        return unknown(self.snapshot)


def index_certificates(
    snapshot: Snapshot, now: datetime, leaves: Sequence[Leaf] | None = None
) -> CertificateIndex:
    """Return the index of a snapshot; finding its ``leaves`` is the part that takes time."""
    found = tuple(watched_leaves(snapshot).values()) if leaves is None else leaves
    return CertificateIndex(now, snapshot, found, expiry_levels(snapshot))


def index_again(before: CertificateIndex, snapshot: Snapshot, now: datetime) -> CertificateIndex:
    """Return the index of a later snapshot with the same leaves; what follows from those is kept."""
    index = index_certificates(snapshot, now, before.leaves)
    counted = {name: made for name, made in vars(before).items() if name in ("renewals", "ca_renewals")}
    if counted and before.now <= now and not _expire(before, now):
        vars(index).update(counted)
    return index


def _expire(index: CertificateIndex, until: datetime) -> bool:
    """Return whether a leaf or its path expires between an index and an instant."""
    since = index.now
    return any(
        since < leaf.first_expiry <= until or since < leaf.certificate.not_after <= until
        for leaf in index.leaves
    )
