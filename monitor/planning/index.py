"""What one pass over a snapshot gives for all questions about the future, so that each costs little more."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Snapshot
from monitor.planning.ca_renewals import CaRenewal, ca_renewals
from monitor.planning.leaves import Leaf, watched_leaves
from monitor.planning.levels import Levels, expiry_levels
from monitor.planning.load import Renewals, count_renewals
from monitor.planning.unknown import Unknown, unknown


@dataclass(frozen=True, slots=True, eq=False)
class CertificateIndex:
    """The leaf certificates of a snapshot at an instant, and what follows for their CAs and renewals.

    ``levels`` has the level at which the expiry of a certificate stands, by SHA-256. It is never changed.
    """

    now: datetime
    targets: int
    leaves: tuple[Leaf, ...]
    levels: Levels
    renewals: Renewals
    ca_renewals: tuple[CaRenewal, ...]
    unknown: Unknown


def index_certificates(snapshot: Snapshot, now: datetime) -> CertificateIndex:
    """Return the index of a snapshot; at 100,000 targets it is the part that takes time."""
    leaves = tuple(watched_leaves(snapshot).values())
    return CertificateIndex(
        now=now,
        targets=len(snapshot),
        leaves=leaves,
        levels=expiry_levels(snapshot),
        renewals=count_renewals(leaves, now),
        ca_renewals=ca_renewals(leaves, now),
        unknown=unknown(snapshot),
    )
