"""Sites and components of the targets that use a certificate."""

from monitor.model import Target
from monitor.planning.leaves import Leaf

Place = tuple[str, str]
"""Site and component of a target, each empty where it has none."""


class Places:
    """Return the places of leaves, each distinct list of them once.

    Targets of a site share their labels, and looking into those for each target would take most of the time.
    """

    def __init__(self) -> None:
        """Start with no place known."""
        self._by_target: dict[tuple[int, str], tuple[Place, ...]] = {}

    def __call__(self, leaf: Leaf) -> tuple[Place, ...]:
        """Return the distinct places of a leaf's uses in order."""
        uses = leaf.uses
        if len(uses) == 1:
            return self._of(uses[0][0])
        return tuple(sorted({place for target, _, _ in uses for place in self._of(target)}))

    def _of(self, target: Target) -> tuple[Place, ...]:
        component = target.info.component
        key = id(target.labels), component
        known = self._by_target.get(key)
        if known is None:
            place = target.label("site"), component or target.label("component")
            known = self._by_target[key] = (place,)
        return known
