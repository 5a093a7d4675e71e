"""Sites and components of the targets that use a certificate."""

from monitor.model import Target
from monitor.planning.leaves import Leaf

SiteComponent = tuple[str, str]
"""Site and component of a target, each empty where it has none."""


class SiteComponents:
    """Return the parts of leaves, each distinct list of them once.

    Targets of a site share their labels, and looking into those for each target would take most of the time.
    """

    def __init__(self) -> None:
        """Start with no part known."""
        self._by_target: dict[tuple[int, str], tuple[SiteComponent, ...]] = {}

    def __call__(self, leaf: Leaf) -> tuple[SiteComponent, ...]:
        """Return the distinct parts of a leaf's uses in order."""
        uses = leaf.uses
        if len(uses) == 1:
            return self._of(uses[0][0])
        return tuple(sorted({part for target, _, _ in uses for part in self._of(target)}))

    def _of(self, target: Target) -> tuple[SiteComponent, ...]:
        component = target.info.component
        key = id(target.labels), component
        known = self._by_target.get(key)
        if known is None:
            part = target.label("site"), component or target.label("component")
            known = self._by_target[key] = (part,)
        return known
