"""What stops working at an instant if nothing is renewed, by the texts of presets and configuration."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest

from monitor.alerts.steps.texts import REFUSED
from monitor.model import Message, Target
from monitor.planning.leaves import Leaf


@dataclass(frozen=True, slots=True)
class Stop:
    """What stops working at targets of one component, and when the first of them stops.

    ``impact`` is the text of the preset or the configuration, else the one that is true of any server.
    ``component`` is empty where nothing has named it. ``targets`` are in the order in which they stop,
    perhaps only the first of ``count``.
    """

    impact: Message
    component: str
    low_impact: bool
    first_at: datetime
    targets: tuple[Target, ...]
    count: int


def stops(leaves: Iterable[Leaf], at: datetime, most: int | None = None) -> tuple[Stop, ...]:
    """Return what will have stopped at ``at``: low impact last, the earliest first.

    A target stops when the first of its paths expires, by its leaf or by a CA. Each counts once. A CA's
    certificate that is only stored somewhere stops nothing there unless a text says so. ``most`` is how many
    targets of each are returned.
    """
    first: dict[int, tuple[datetime, Target]] = {}
    for leaf in leaves:
        for target, path, _ in leaf.uses:
            expires_at = leaf.first_expiry if len(leaf.uses) == 1 else path.not_after
            if expires_at > at or (leaf.is_ca and target.info.runbook.impact is None):
                continue
            known = first.get(id(target))
            if known is None or expires_at < known[0]:
                first[id(target)] = expires_at, target
    stopped = [one.stop(most) for one in _by_impact(first.values())]
    return tuple(sorted(stopped, key=lambda one: (one.low_impact, one.first_at, one.component)))


@dataclass(slots=True, eq=False)
class _Group:
    impact: Message
    component: str
    low_impact: bool
    members: list[tuple[datetime, Target]] = field(default_factory=list)

    def stop(self, most: int | None) -> Stop:
        count = len(self.members)
        # Most often nobody reads all of them, and sorting 100,000 would hold the interpreter for long.
        first = nsmallest(count if most is None else most, self.members, key=_order)
        targets = tuple(target for _, target in first)
        first_at = min(at for at, _ in self.members)
        return Stop(self.impact, self.component, self.low_impact, first_at, targets, count)


def _order(one: tuple[datetime, Target]) -> tuple[datetime, str]:
    return one[0], one[1].id


def _by_impact(stopping: Iterable[tuple[datetime, Target]]) -> Iterable[_Group]:
    groups: dict[tuple[Message, str, bool], _Group] = {}
    # Texts and labels are shared by many targets, and hashing them for each would take most of the time.
    alike: dict[tuple[int, int, str, bool], _Group] = {}
    for one in stopping:
        info, labels = one[1].info, one[1].labels
        key = id(info.runbook.impact), id(labels), info.component, info.low_impact
        group = alike.get(key)
        if group is None:
            impact = info.runbook.impact or REFUSED
            component = info.component or one[1].label("component")
            made = _Group(impact, component, info.low_impact)
            group = alike[key] = groups.setdefault((impact, component, info.low_impact), made)
        group.members.append(one)
    return groups.values()
