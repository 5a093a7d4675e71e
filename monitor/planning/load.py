"""How many certificates have to be renewed in each calendar month; months are those of UTC."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.planning.leaves import Leaf
from monitor.planning.site_components import SiteComponent, SiteComponents

MOST_MONTHS = 120
_YEAR = 12

Share = tuple[str, int]
"""A site or component, empty for those that have none, and its number of certificates."""


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """The certificates of one calendar month; ``month`` is its first day.

    ``renewals`` counts leaves that expire in it. ``by_path`` counts those of which the path expires in it, by
    the leaf or by a CA above it: so many servers' certificates are no longer accepted from then on. The
    shares of ``sites`` and ``components`` are of ``renewals``, the largest first; a certificate that is
    used at two sites counts at both.
    """

    month: date
    renewals: int = 0
    by_path: int = 0
    sites: tuple[Share, ...] = ()
    components: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """The renewals of all months, those ``overdue`` because they expired already, and those ``later``."""

    overdue: int
    months: tuple[MonthLoad, ...]
    later: int


@dataclass(slots=True, eq=False)
class RenewalCounts:
    """The counts of all leaves, before anybody asks for certain months; months are numbered."""

    total: int = 0
    overdue: int = 0
    by_month: Counter[tuple[int, tuple[SiteComponent, ...]]] = field(default_factory=Counter)
    by_path: Counter[int] = field(default_factory=Counter)


def count_renewals(leaves: Iterable[Leaf], now: datetime) -> RenewalCounts:
    """Count the renewals of every month, each leaf once; CAs' own certificates do not count."""
    counted, parts_of = RenewalCounts(), SiteComponents()
    by_month, by_path = counted.by_month, counted.by_path
    for leaf in leaves:
        if leaf.is_ca:
            continue
        counted.total += 1
        first, not_after = leaf.first_expiry, leaf.certificate.not_after
        if first > now:
            by_path[first.year * _YEAR + first.month] += 1
        if not_after > now:
            by_month[not_after.year * _YEAR + not_after.month, parts_of(leaf)] += 1
        else:
            counted.overdue += 1
    return counted


def renewal_load(counted: RenewalCounts, now: datetime, until: datetime) -> Load:
    """Return the load from the month of ``now`` to that of ``until``: at least 12 months, at most 120."""
    start = _number(now)
    numbers = range(start, start + min(MOST_MONTHS, max(_YEAR, _number(until) - start + 1)))
    months = tuple(_months(counted.by_month, counted.by_path, numbers))
    inside = sum(one.renewals for one in months)
    return Load(counted.overdue, months, counted.total - counted.overdue - inside)


def _months(
    renewals: Mapping[tuple[int, tuple[SiteComponent, ...]], int], by_path: Mapping[int, int], numbers: range
) -> Iterator[MonthLoad]:
    inside: dict[int, list[tuple[tuple[SiteComponent, ...], int]]] = {number: [] for number in numbers}
    for (number, parts), count in renewals.items():
        if number in inside:
            inside[number].append((parts, count))
    for number, counted in inside.items():
        first = date((number - 1) // _YEAR, (number - 1) % _YEAR + 1, 1)
        total = sum(count for _, count in counted)
        sites, components = (_shares(counted, which) for which in (0, 1))
        yield MonthLoad(first, total, by_path.get(number, 0), sites, components)


def _number(at: datetime) -> int:
    """Return a number for a month, by which they are in order."""
    return at.year * _YEAR + at.month


def _shares(counted: Iterable[tuple[tuple[SiteComponent, ...], int]], which: int) -> tuple[Share, ...]:
    shares = Counter[str]()
    for parts, count in counted:
        for name in {part[which] for part in parts}:
            shares[name] += count
    return tuple(sorted(shares.items(), key=lambda share: (-share[1], share[0])))
