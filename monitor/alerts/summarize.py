"""What to do first among alerts, which of them are one entry, and how targets are counted: pure, no words.

Mails and pages order and count by these functions, so that they agree; it knows neither of them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from monitor.alerts.keys import RESOLVED_BY_RENEWAL
from monitor.model import (
    AlertGroup,
    AlertLevel,
    AlertLocation,
    AnyCheck,
    Certificate,
    Check,
    Snapshot,
    TargetState,
)

OF_CA = frozenset({Check.CA_EXPIRY, Check.OUTLIVES_CA})
"""The checks of alerts about a CA that expires before what depends on it."""

_ALIKE = 20
"""So many alerts of one check and issuer within a day are one entry."""
_WITHIN = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Summarized(Protocol):
    """What is summarized: an alert of the board, or an item of a notification."""

    @property
    def level(self) -> AlertLevel | None:
        """Return the level, ``None`` for good news."""

    @property
    def check(self) -> AnyCheck | None:
        """Return the worst check, ``None`` where there is none."""

    @property
    def title(self) -> str:
        """Return what it is about."""

    @property
    def locations(self) -> tuple[AlertLocation, ...]:
        """Return where it is."""

    @property
    def certificate(self) -> Certificate | None:
        """Return the certificate that it is about."""

    @property
    def low_impact(self) -> bool:
        """Return whether little stops working."""

    @property
    def since(self) -> datetime | None:
        """Return when it began, ``None`` where that is not known."""


T = TypeVar("T", bound=Summarized)


@dataclass(frozen=True, slots=True)
class SummaryEntry(Generic[T]):
    """Alerts that are one entry of a summary, worst first; nearly always only one.

    ``number`` counts the entries that need action, 0 for one of low impact and for those that need none.
    ``after`` is the number of the CA's entry that has to be done before, 0 for none.
    """

    alerts: tuple[T, ...]
    number: int = 0
    after: int = 0
    low_impact: bool = False

    @property
    def first(self) -> T:
        """Return the worst alert."""
        return self.alerts[0]


@dataclass(frozen=True, slots=True)
class Summary(Generic[T]):
    """The entries of each section, in the order in which a person should read them.

    ``do_first`` has what is expired or critical, and the CAs that expire before what depends on them;
    ``then`` the rest, that of low impact last.
    """

    do_first: tuple[SummaryEntry[T], ...] = ()
    then: tuple[SummaryEntry[T], ...] = ()
    unreachable: tuple[SummaryEntry[T], ...] = ()
    standby: tuple[SummaryEntry[T], ...] = ()

    @property
    def entries(self) -> tuple[SummaryEntry[T], ...]:
        """Return all entries in order."""
        return self.do_first + self.then + self.unreachable + self.standby


@dataclass(frozen=True, slots=True)
class TargetCounts:
    """How many targets are in which state, each in one: the others add up to ``watched``.

    An unreachable target counts as such, whatever is known of its last certificate. ``not_sent`` are those
    with alerts that the reader is not sent.
    """

    watched: int
    need_action: int
    unreachable: int
    standby: int
    not_checked: int
    fine: int
    not_sent: int = 0


def summarize(alerts: Iterable[T]) -> Summary[T]:
    """Return alerts by section; good news is left out."""
    bad = sorted((one for one in alerts if one.level is not None), key=_order)
    rest = [one for one in bad if one.check not in (Check.UNREACHABLE, Check.NEVER_SEEN)]
    entries = [_Entry(some) for some in bundled(_cas_first(rest))]
    # Low impact goes last; within each half a CA stays before what depends on it.
    ordered = sorted(entries, key=lambda one: (not one.urgent, one.low_impact))
    numbered = list(_numbered(ordered))
    urgent = sum(one.urgent for one in entries)
    return Summary(
        do_first=tuple(numbered[:urgent]),
        then=tuple(numbered[urgent:]),
        unreachable=tuple(SummaryEntry((one,)) for one in bad if one.check is Check.UNREACHABLE),
        standby=tuple(SummaryEntry((one,)) for one in bad if one.check is Check.NEVER_SEEN),
    )


def count_levels(alerts: Iterable[Summarized]) -> Mapping[AlertLevel, int]:
    """Return how many alerts have each level, worst first; good news is not counted."""
    counted = Counter(one.level for one in alerts if one.level is not None)
    return {level: counted[level] for level in reversed(AlertLevel) if counted[level]}


def count_targets(
    snapshot: Snapshot, needing: Collection[str], not_sent: Collection[str] = ()
) -> TargetCounts:
    """Return the counts of all targets; ``needing`` are the ids of those with an alert that needs action.

    Alerts that a target is unreachable, or a standby that nothing is known of, are none of these.
    ``not_sent`` are the ids of those with alerts of which the reader is sent none.
    """
    counts = Counter(
        "not_sent"
        if state.up is not None and state.target.id in not_sent
        else count_of_target(state, needs=state.target.id in needing)
        for state in snapshot
    )
    return TargetCounts(
        watched=len(snapshot),
        need_action=counts["need_action"],
        unreachable=counts["unreachable"],
        standby=counts["standby"],
        not_checked=counts["not_checked"],
        fine=counts["fine"],
        not_sent=counts["not_sent"],
    )


def count_of_target(state: TargetState, *, needs: bool) -> str:
    """Return the name of the count to which a target belongs; ``needs`` is whether it needs action."""
    ours = state.failed_here and state.unreachable is None
    if state.up is None or (ours and state.succeeded_at is None):
        return "not_checked"
    if not state.up and not state.idle_standby and not ours:
        return "unreachable"
    return "need_action" if needs else "standby" if state.idle_standby else "fine"


def targets_in_need(alerts: Iterable[AlertGroup]) -> frozenset[str]:
    """Return the ids of the targets with an alert that needs action."""
    needing = (one for one in alerts if one.check not in (Check.UNREACHABLE, Check.NEVER_SEEN))
    return frozenset(target_id for one in needing for target_id in one.targets)


def bundled(alerts: Sequence[T]) -> list[tuple[T, ...]]:
    """Return alerts in their order; many of one check and issuer that began within a day are together.

    They are where the first of them is.
    """
    bundle_of: dict[int, tuple[T, ...]] = {}
    alike: dict[tuple[AnyCheck | None, str], list[T]] = {}
    for one in alerts:
        if one.certificate is not None and one.check not in OF_CA:
            alike.setdefault((one.check, one.certificate.issuer), []).append(one)
    for several in alike.values():
        for bundle in _bundles(several):
            bundle_of.update((id(one), bundle) for one in bundle)
    together: dict[int, tuple[T, ...]] = {}
    for one in alerts:
        bundle = bundle_of.get(id(one), (one,))
        together.setdefault(id(bundle[0]), bundle)
    return list(together.values())


def depends_on(alert: Summarized, ca: Summarized) -> bool:
    """Return whether what an alert is about depends on the CA that another one is about."""
    if alert is ca or ca.check not in OF_CA:
        return False
    if alert.check in OF_CA:
        # Of two CAs on one path only the lower one depends on the other.
        above, below = ca.certificate, alert.certificate
        return above is not None and below is not None and below.issuer == above.subject != below.subject
    return not {one.location for one in alert.locations}.isdisjoint(one.location for one in ca.locations)


def at_port(location: AlertLocation) -> bool:
    """Return whether a location is a port, and no file or entry of a store."""
    return ":" in location.location and not {"/", "\\"}.intersection(location.location)


class _Entry(Generic[T]):
    """An entry before it is numbered."""

    def __init__(self, alerts: tuple[T, ...]) -> None:
        self.alerts = alerts
        first = alerts[0]
        self.low_impact = all(one.low_impact for one in alerts)
        self.urgent = not self.low_impact and (first.level is not AlertLevel.WARNING or first.check in OF_CA)


def _numbered(entries: Sequence[_Entry[T]]) -> Iterator[SummaryEntry[T]]:
    number = 0
    cas: list[tuple[int, T]] = []
    for one in entries:
        first = one.alerts[0]
        number += not one.low_impact
        renewed = first.check in RESOLVED_BY_RENEWAL
        after = [known for known, ca in cas if renewed and any(depends_on(alert, ca) for alert in one.alerts)]
        own = 0 if one.low_impact else number
        if first.check in OF_CA and own:
            cas.append((own, first))
        yield SummaryEntry(one.alerts, own, max(after, default=0), one.low_impact)


def _cas_first(ordered: Sequence[T]) -> list[T]:
    """Return alerts in order, but each CA before what depends on it."""
    cas = [one for one in ordered if one.check in OF_CA]
    placed: dict[int, T] = {}
    on_the_way: set[int] = set()

    def place(one: T) -> None:
        # Two CAs may have issued each other.
        if id(one) in placed or id(one) in on_the_way:
            return
        on_the_way.add(id(one))
        for ca in cas:
            if id(ca) not in placed and depends_on(one, ca):
                place(ca)
        placed[id(one)] = one

    for one in ordered:
        place(one)
    return list(placed.values())


def _bundles(alike: Sequence[T]) -> Iterator[tuple[T, ...]]:
    by_time = sorted(alike, key=lambda one: one.since or _NEVER)
    while len(by_time) >= _ALIKE:
        begun = by_time[0].since or _NEVER
        within = {id(one) for one in by_time if (one.since or _NEVER) - begun <= _WITHIN}
        if len(within) >= _ALIKE:
            yield tuple(one for one in alike if id(one) in within)
            by_time = [one for one in by_time if id(one) not in within]
        else:
            by_time = by_time[1:]


def _order(alert: Summarized) -> tuple[int, datetime, str]:
    level, certificate = alert.level, alert.certificate
    return -(level.rank if level else 0), certificate.not_after if certificate else _NEVER, alert.title
