"""A simulated year of renewals with jitter and failed tries: what ``renewal_late`` says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from monitor.assess.renewal_late import renewal_habit
from monitor.model import Certificate, PastRenewal, Policy
from support.factories.years.simulated_servers import certificate_of

DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + 365 * DAY
JITTER = 0.5
"""Days: the standard deviation of the time at which a program tries for the first time."""
FAILED = 0.03
"""The share of tries that fail; the next one comes a day later."""
STOPPED = 0.02
"""The share of lineages whose program stops during the year."""
_REMEMBERED = 4
_POLICY = Policy()


@dataclass(frozen=True)
class LifetimeClass:
    """Certificates of one lifetime in days, renewed with so many days left."""

    life: float
    left: float
    share: float


CLASSES = (
    LifetimeClass(6.67, 3.33, 0.05),
    LifetimeClass(47, 47 / 3, 0.25),
    LifetimeClass(90, 30, 0.3),
    LifetimeClass(100, 100 / 3, 0.1),
    LifetimeClass(200, 200 / 3, 0.1),
    LifetimeClass(398, 60, 0.2),
)


@dataclass
class Outcome:
    """What became of the lineages of one class; lengths are in days, one for each alarm."""

    lineages: int = 0
    renewals: int = 0
    false_alarms: int = 0
    stopped: int = 0
    delays: list[float] = field(default_factory=list)
    before_warning: list[float] = field(default_factory=list)
    before_critical: list[float] = field(default_factory=list)
    before_expiry: list[float] = field(default_factory=list)

    @property
    def alarmed(self) -> int:
        """Return how many stopped lineages had an alarm before they expired."""
        return len(self.delays)

    @property
    def precision(self) -> float:
        """Return the share of alarms that were about a stopped lineage."""
        alarms = self.alarmed + self.false_alarms
        return self.alarmed / alarms if alarms else 1.0


def simulated(lineages: int, seed: int = 7) -> dict[float, Outcome]:
    """Return the outcome of a year by lifetime in days."""
    chance = Random(seed)
    outcomes = {}
    for one in CLASSES:
        outcome = outcomes[one.life] = Outcome()
        for _ in range(round(lineages * one.share)):
            _live(one, outcome, chance)
    return outcomes


def _live(of: LifetimeClass, outcome: Outcome, chance: Random) -> None:
    outcome.lineages += 1
    stops_at = BEGIN + chance.random() * 365 * DAY if chance.random() < STOPPED else None
    past: list[PastRenewal] = []
    for leaf, renewed_at in _lineage(of, chance):
        if renewed_at >= BEGIN:
            if stops_at is not None and stops_at < renewed_at:
                _stop(of, leaf, past, outcome)
                return
            if leaf.not_before > END:
                return
            outcome.renewals += 1
            habit = renewal_habit(leaf, past)
            outcome.false_alarms += habit is not None and habit.late_at < renewed_at
        seen_at = renewed_at + timedelta(hours=1 + chance.random())
        past = [*past, PastRenewal("", leaf.sha256, leaf.not_before, leaf.not_after, seen_at)][-_REMEMBERED:]


def _lineage(of: LifetimeClass, chance: Random) -> Iterator[tuple[Certificate, datetime]]:
    """Yield certificates of one name, each with the time of its renewal, three before the year begins."""
    life, interval = of.life * DAY, (of.life - of.left) * DAY
    at = BEGIN - interval * (3 + chance.random())
    while True:
        leaf = certificate_of("host.vms.example", at, life)
        at = leaf.not_after - of.left * DAY + chance.gauss(0, JITTER) * DAY
        while chance.random() < FAILED:
            at += DAY
        yield leaf, at


def _stop(of: LifetimeClass, leaf: Certificate, past: Sequence[PastRenewal], outcome: Outcome) -> None:
    outcome.stopped += 1
    habit = renewal_habit(leaf, past)
    if habit is not None and habit.late_at < leaf.not_after:
        outcome.delays.append((habit.late_at - leaf.not_after) / DAY + of.left)
        outcome.before_warning.append((_POLICY.warning_due_at(leaf, as_ca=False) - habit.late_at) / DAY)
        outcome.before_critical.append((_POLICY.critical_due_at(leaf, as_ca=False) - habit.late_at) / DAY)
        outcome.before_expiry.append((leaf.not_after - habit.late_at) / DAY)
