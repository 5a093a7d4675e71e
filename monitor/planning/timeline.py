"""The timeline: how many certificates and CAs expire in each of the next weeks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from monitor.model import Certificate, Severity
from monitor.planning.index import CertificateIndex
from monitor.planning.leaves import Leaf
from monitor.planning.levels import Levels

WEEKS = 53
"""Whole weeks from Monday on, so that the next 12 months are in them on any day of the week."""
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Week:
    """The certificates that expire from ``starts_at`` on, a Monday at 0:00 UTC, and before ``ends_at``.

    ``levels`` has how many there are at each level at which their expiry stands now, without zeros; ``cas``
    are those of them that are CAs, the earliest first.
    """

    starts_at: datetime
    ends_at: datetime
    levels: tuple[tuple[Severity, int], ...] = ()
    cas: tuple[Certificate, ...] = ()

    @property
    def count(self) -> int:
        """Return the number of all of them."""
        return sum(count for _, count in self.levels)

    def at(self, level: Severity) -> int:
        """Return the number at one level."""
        return dict(self.levels).get(level, 0)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The weeks, the number of certificates that have ``expired`` already, and of those that do ``later``.

    Every leaf and every CA on a path counts once. What has expired is in no week.
    """

    now: datetime
    weeks: tuple[Week, ...]
    expired: int
    later: int


def timeline(index: CertificateIndex) -> Timeline:
    """Return the timeline of the 53 weeks from the Monday of the week of the index on."""
    now, levels = index.now, index.levels
    cas = {ca.sha256: ca for ca in _cas(index.leaves)}
    ends = {leaf.certificate.sha256: leaf.certificate.not_after for leaf in index.leaves}
    ends.update((sha256, ca.not_after) for sha256, ca in cas.items())
    start = datetime.combine(now.date() - timedelta(days=now.weekday()), time(), now.tzinfo)
    inside: list[list[str]] = [[] for _ in range(WEEKS)]
    expired = later = 0
    for sha256, not_after in ends.items():
        if not_after <= now:
            expired += 1
        elif (week := (not_after - start).days // 7) < WEEKS:
            inside[week].append(sha256)
        else:
            later += 1
    weeks = tuple(_week(start + n * _WEEK, members, levels, cas) for n, members in enumerate(inside))
    return Timeline(now, weeks, expired, later)


def _cas(leaves: Iterable[Leaf]) -> Iterator[Certificate]:
    """Yield the CAs above leaves, and the leaves that are certificates of CAs."""
    yield from (leaf.certificate for leaf in leaves if leaf.is_ca)
    for chain in {chain for leaf in leaves for _, _, chain in leaf.uses}:
        yield from chain.cas


def _week(starts_at: datetime, members: list[str], levels: Levels, cas: Mapping[str, Certificate]) -> Week:
    counts = Counter(levels.get(sha256, Severity.OK) for sha256 in members)
    marked = sorted((cas[one] for one in members if one in cas), key=lambda ca: (ca.not_after, ca.sha256))
    ordered = tuple((level, counts[level]) for level in Severity if counts[level])
    return Week(starts_at, starts_at + _WEEK, ordered, tuple(marked))
