"""Judge whether a certificate is later for its renewal than those before it ever were.

It keeps nothing: the renewals that were seen are in the state.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.assess import texts
from monitor.assess.case import Case
from monitor.model import Certificate, Check, Finding, PastRenewal, Severity

_LEAST_SEEN = 2
_PATIENCE = 0.4
"""The share of the life usually left to wait after the latest renewal: a few failed tries are usual."""
_LEAST_PATIENCE = timedelta(days=2)
"""Programs try once or twice a day: of certificates of a few days nothing can be said before they expire."""
_SPREADS = 3
_MOST_PATIENCE = 0.5
"""The share of the life usually left from which renewals are too irregular to call one of them late."""
_SAME_LIFE = 0.1
"""How much lifetimes may differ: a program plans by the lifetime, and CAs are about to shorten theirs."""


@dataclass(frozen=True, slots=True)
class RenewalHabit:
    """When a certificate is late, from the least time that was left before it, and at how many renewals."""

    late_at: datetime
    least_left: timedelta
    renewals: int


def late_renewals(case: Case, renewals: Iterable[PastRenewal], instants: list[datetime]) -> Iterator[Finding]:
    """Yield a finding where the leaf of a path is late; add the instant from which it is."""
    path = case.path
    habit = renewal_habit(path.leaf, [one for one in renewals if one.location == path.location])
    if habit is None:
        return
    instants.append(habit.late_at)
    if case.now >= habit.late_at:
        said = texts.renewal_late(
            who=case.who(path.leaf),
            renewals=habit.renewals,
            least=habit.least_left,
            not_after=path.leaf.not_after,
        )
        yield from case.finding(Check.RENEWAL_LATE, Severity.WARNING, path.leaf, said)


def renewal_habit(leaf: Certificate, renewals: Sequence[PastRenewal]) -> RenewalHabit | None:
    """Return the habit at a location, ``None`` where too few renewals were seen or they are too irregular.

    Late is later than the latest renewal seen by the larger of 40 % of the life usually left then and three
    times their spread, two days at least. Where that is more than half of the life usually left, nothing is
    late.
    """
    left = [one.not_after - one.at for one in renewals if _is_alike(one, leaf)]
    if len(left) < _LEAST_SEEN:
        return None
    usual, least = sum(left, timedelta(0)) / len(left), min(left)
    patience = max(usual * _PATIENCE, (max(left) - least) * _SPREADS, _LEAST_PATIENCE)
    if usual <= timedelta(0) or patience > usual * _MOST_PATIENCE:
        return None
    return RenewalHabit(leaf.not_after - least + patience, least, len(left))


def _is_alike(renewal: PastRenewal, leaf: Certificate) -> bool:
    lifetime = renewal.not_after - renewal.not_before
    return abs(lifetime - leaf.lifetime) <= leaf.lifetime * _SAME_LIFE
