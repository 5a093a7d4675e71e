"""The timeline: how many certificates and CAs expire in each of the next weeks."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise

from monitor.model import Certificate, Severity
from monitor.planning.index import CertificateIndex
from monitor.planning.leaves import Leaf
from monitor.planning.levels import Levels

WEEKS = 53
"""Whole weeks from Monday on, so that the next 12 months are in them on any day of the week."""
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Week:
    """The certificates that expire from ``starts_at`` on, a Monday at 0:00, and before ``ends_at``.

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


def timeline(index: CertificateIndex, zone: tzinfo = UTC) -> Timeline:
    """Return the timeline of the 53 weeks from the Monday of this week on, as days are in a time zone."""
    now, levels = index.now, index.levels
    cas = {ca.sha256: ca for ca in _cas(index.leaves)}
    ends = {leaf.certificate.sha256: leaf.certificate.not_after for leaf in index.leaves}
    ends.update((sha256, ca.not_after) for sha256, ca in cas.items())
    mondays = _mondays(now.astimezone(zone))
    inside: list[list[str]] = [[] for _ in range(WEEKS)]
    expired = later = 0
    for sha256, not_after in ends.items():
        if not_after <= now:
            expired += 1
        elif (week := bisect_right(mondays, not_after) - 1) < WEEKS:
            inside[week].append(sha256)
        else:
            later += 1
    weeks = (
        _week(span, members, levels, cas) for span, members in zip(pairwise(mondays), inside, strict=True)
    )
    return Timeline(now, tuple(weeks), expired, later)


def _mondays(local: datetime) -> list[datetime]:
    """Return when the weeks begin, and the last one ends, in UTC: comparing instants of one zone is quick."""
    first = datetime.combine(local.date() - timedelta(days=local.weekday()), time(), local.tzinfo)
    return [(first + number * _WEEK).astimezone(UTC) for number in range(WEEKS + 1)]


def _cas(leaves: Iterable[Leaf]) -> Iterator[Certificate]:
    """Yield the CAs above leaves, and the leaves that are certificates of CAs."""
    yield from (leaf.certificate for leaf in leaves if leaf.is_ca)
    for chain in {chain for leaf in leaves for _, _, chain in leaf.uses}:
        yield from chain.cas


def _week(
    span: tuple[datetime, datetime], members: list[str], levels: Levels, cas: Mapping[str, Certificate]
) -> Week:
    counts = Counter(levels.get(sha256, Severity.OK) for sha256 in members)
    marked = sorted((cas[one] for one in members if one in cas), key=lambda ca: (ca.not_after, ca.sha256))
    ordered = tuple((level, counts[level]) for level in Severity if counts[level])
    return Week(*span, ordered, tuple(marked))
