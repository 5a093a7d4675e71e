"""Servers of a simulated estate: what each serves at an instant, judged as after a probe."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import takewhile

from monitor.assess import judge
from monitor.model import (
    Certificate,
    Failure,
    FailureReason,
    FormerLeaf,
    Path,
    Sighting,
    Target,
    TargetInfo,
    TargetState,
    text,
)
from monitor.pipeline.former_leaves import FORMER_LEAVES_KEPT
from support.factories.alerts.world import target

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_ENOUGH = 3
"""Good probes after a change that are counted; two confirm a renewal."""
_REFUSED = (Failure(FailureReason.REFUSED, text("nobody listens there")),)


@dataclass(frozen=True)
class Span:
    """A time in which something is down."""

    begin: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        """Return whether an instant is in it."""
        return self.begin <= at < self.end


@lru_cache
def certificate_of(
    name: str, not_before: datetime, life: timedelta, issuer: str = "VMS CA", *, ca: bool = False
) -> Certificate:
    """Return the certificate of a name that is valid from an instant for a time."""
    number = sha256(f"{name} {not_before} {life}".encode()).hexdigest()
    return Certificate(
        sha256=number,
        sha1=number[:40].upper(),
        subject=f"CN={name}",
        issuer=f"CN={issuer}",
        subject_cn=name,
        issuer_cn=issuer,
        serial=number[:16],
        not_before=not_before,
        not_after=not_before + life,
        dns_names=(name,),
        ip_addresses=(),
        is_ca=ca,
        self_issued=name == issuer,
        key_type="RSA",
        key_bits=2048,
        signature_hash="sha256",
        extended_usages=None,
    )


@dataclass(frozen=True)
class Served:
    """A certificate that a server serves from an instant on, with the CAs above it."""

    since: datetime
    leaf: Certificate
    above: tuple[Certificate, ...] = ()


def renewed(name: str, life: timedelta, *renewals: datetime | timedelta, since: datetime) -> Iterator[Served]:
    """Yield a certificate and those that replace it, each begun when it is installed.

    ``renewals`` are instants, or times after the one before; the last of the times repeats.
    """
    yield Served(since, certificate_of(name, since, life))
    for one in renewals:
        since = since + one if isinstance(one, timedelta) else one
        yield Served(since, certificate_of(name, since, life))
    if renewals and isinstance(every := renewals[-1], timedelta):
        while True:
            since += every
            yield Served(since, certificate_of(name, since, life))


@dataclass(frozen=True)
class Server:
    """One server: what it serves in turn, when it does not answer, and how it is called."""

    title: str
    site: str
    served: tuple[Served, ...]
    down: tuple[Span, ...] = ()
    low_impact: bool = False

    @classmethod
    def of(
        cls,
        title: str,
        site: str,
        served: Iterator[Served] | Sequence[Served],
        until: datetime,
        *,
        down: Sequence[Span] = (),
        low_impact: bool = False,
    ) -> "Server":
        """Return a server with what it serves before an instant."""
        known = tuple(takewhile(lambda one: one.since < until, served))
        return cls(title, site, known, tuple(down), low_impact)

    @property
    def where(self) -> str:
        """Return its location."""
        return f"{self.title.lower().replace(' ', '-')}.{self.site}.example:443"

    def target(self) -> Target:
        """Return it as a target."""
        info = TargetInfo(title=self.title, low_impact=self.low_impact)
        return replace(target(self.where, info=info), labels=(("site", self.site),))

    def serving(self, at: datetime) -> int:
        """Return the index of what it serves at an instant."""
        return max(number for number, one in enumerate(self.served) if not number or one.since <= at)

    def is_settled(self, begin: datetime, end: datetime) -> bool:
        """Return whether nothing changes between two instants."""
        return bisect_left(self.changes, begin) == bisect_right(self.changes, end)

    @cached_property
    def changes(self) -> list[datetime]:
        """Return the instants at which something changes."""
        ends = (at for span in self.down for at in (span.begin, span.end))
        return sorted({*ends, *(one.since for one in self.served)})

    def is_down(self, at: datetime) -> bool:
        """Return whether it does not answer at an instant."""
        return any(at in span for span in self.down)


class Prober:
    """Probes every server at every full hour at which the monitor runs, and at its starts.

    ``state`` computes what these probes left instead of making each: most of them see nothing new.
    """

    def __init__(self, begin: datetime, end: datetime, away: Sequence[Span] = ()) -> None:
        """Note when it probes: from an instant to another one, but for the times when it is away."""
        hours = (begin + number * HOUR for number in range((end - begin) // HOUR))
        running = {hour for hour in hours if not any(hour in span for span in away)}
        self.instants = sorted(running | {span.end for span in away})

    def state(self, server: Server, before: TargetState, at: datetime) -> TargetState:
        """Return the state of a server after all probes until an instant."""
        probes = bisect_right(self.instants, at)
        last = self.instants[probes - 1]
        known = before.up and all(one.probes == _ENOUGH for one in before.former_leaves)
        if known and server.is_settled(self.instants[max(probes - _ENOUGH - 1, 0)], last):
            return replace(before, probed_at=last, succeeded_at=last)
        before = replace(before, watched_since=self.instants[0], probed_at=last)
        if server.is_down(last):
            failed = self._count(probes, server.is_down, 20)
            return replace(before, failed_probes=failed, failures=_REFUSED)
        number = server.serving(last)
        state = replace(before, succeeded_at=last, failed_probes=0, failures=(), unreachable=None)
        good = self._count(
            probes, lambda one: not server.is_down(one) and server.serving(one) == number, _ENOUGH
        )
        state = replace(state, former_leaves=_former(before, server.served[number].leaf, good))
        return _showing(state, server, number, at)

    def _count(self, probes: int, so: Callable[[datetime], bool], most: int) -> int:
        """Return how many of the last probes in a row were so, at most this many."""
        latest = self.instants[max(probes - most, 0) : probes]
        return sum(1 for _ in takewhile(so, reversed(latest)))


def _showing(state: TargetState, server: Server, number: int, at: datetime) -> TargetState:
    shown = server.served[number]
    chain = (shown.leaf, *shown.above)
    if state.assessment.paths and state.assessment.paths[0].certificates == chain:
        return state
    sightings = (Sighting(server.where, 0, shown.leaf),)
    paths = (Path(server.where, chain, trusted=True),)
    return replace(state, sightings=sightings, assessment=judge(state.target, sightings, paths, at))


def _former(before: TargetState, leaf: Certificate, good: int) -> tuple[FormerLeaf, ...]:
    """Return the leaves that were replaced, as many as the monitor remembers."""
    older = [
        replace(one, new=leaf, probes=max(one.probes, good))
        for one in before.former_leaves
        if one.old != leaf
    ]
    old = before.sightings[0].certificate if before.sightings else leaf
    fresh = [FormerLeaf(before.target.location, old, leaf, good)] if old != leaf else []
    return (*older, *fresh)[-FORMER_LEAVES_KEPT:]
