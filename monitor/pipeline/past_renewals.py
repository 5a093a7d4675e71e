"""Remember when certificates were renewed at their location, from leaves that were replaced; pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from monitor.assess import flapping
from monitor.model import FormerLeaf, PastRenewal, Path, TargetState

_CONFIRMED = 2
"""Good probes without the old certificate, as for notifications: machines may answer in turn."""
_KEPT_OF_LOCATION = 4
_KEPT = 200
_CORRECTION = 0.1
"""The share of its life before which a certificate that is replaced was a mistake, and no renewal was due."""


def past_renewals(
    previous: TargetState, former_leaves: Sequence[FormerLeaf], paths: Sequence[Path], at: datetime
) -> tuple[PastRenewal, ...]:
    """Return the newest renewals of each location, with those that a probe at this instant confirmed.

    A certificate that is back was not renewed.
    """
    known = previous.past_renewals
    if not (known or former_leaves) or flapping(former_leaves):
        return known
    shown = {path.leaf.sha256 for path in paths}
    kept = [one for one in known if one.sha256 not in shown]
    fresh = list(_confirmed(former_leaves, {(one.location, one.sha256) for one in kept}, at))
    return tuple(_newest((*kept, *fresh))) if fresh or len(kept) < len(known) else known


def _confirmed(
    former_leaves: Iterable[FormerLeaf], known: set[tuple[str, str]], at: datetime
) -> Iterator[PastRenewal]:
    for one in former_leaves:
        old, new = one.old, one.new
        if one.probes != _CONFIRMED or new is None or (one.location, old.sha256) in known:
            continue
        if new.not_before > old.not_before and at - old.not_before >= old.lifetime * _CORRECTION:
            yield PastRenewal(one.location, old.sha256, old.not_before, old.not_after, at)


def _newest(renewals: Sequence[PastRenewal]) -> list[PastRenewal]:
    counts: dict[str, int] = {}
    newest = []
    for one in reversed(renewals):
        counts[one.location] = counts.get(one.location, 0) + 1
        if counts[one.location] <= _KEPT_OF_LOCATION:
            newest.append(one)
    return newest[:_KEPT][::-1]
