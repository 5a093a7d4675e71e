"""Say which certificates gave way to others at their place, and are to be called renewed; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.model import Certificate, Departed, Path, Seen, Target, TargetState

DEPARTED_KEPT = 5
"""How many replaced leaves a target remembers; the alert pass needs them only for minutes."""


def departed(previous: TargetState, paths: Sequence[Path], seen: Seen) -> tuple[Departed, ...]:
    """Return which leaves are gone from their place, counted in good looks.

    Two good looks without the old one are asked for before anything is called renewed: behind one name
    there may be several machines that take turns in answering.
    """
    if not seen.sightings:
        return previous.departed
    if not previous.departed and paths == previous.assessment.paths:
        return ()
    now_at = _leaves(_renewable(previous.target, paths))
    before_at = _leaves(_renewable(previous.target, previous.assessment.paths))
    shown = {sighting.place for sighting in seen.sightings}
    older = [_looked_again(entry, now_at, shown) for entry in previous.departed]
    fresh = [
        Departed(place, old, now_at.get(place), 1)
        for place, old in before_at.items()
        if place in shown and now_at.get(place) != old
    ]
    gone = [entry for entry in older if entry and not _same_leaf(entry, fresh)]
    return tuple((*gone, *fresh)[-DEPARTED_KEPT:])


def _renewable(target: Target, paths: Sequence[Path]) -> Sequence[Path]:
    """Return the paths of places where one leaf gives way to another.

    In a collection a successor mostly lies elsewhere; only what has a name in a file or object
    (``path#alias``) is renewed where it stands.
    """
    return [path for path in paths if "#" in path.place] if target.collection else paths


def _looked_again(entry: Departed, now_at: Mapping[str, Certificate], shown: set[str]) -> Departed | None:
    if entry.place not in shown:
        return entry
    leaf = now_at.get(entry.place)
    if leaf == entry.old:
        return None
    return replace(entry, new=leaf, looks=min(entry.looks + 1, 1000))


def _same_leaf(entry: Departed, others: Iterable[Departed]) -> bool:
    return any(entry.place == other.place and entry.old == other.old for other in others)


def _leaves(paths: Iterable[Path]) -> dict[str, Certificate]:
    leaves: dict[str, Certificate] = {}
    for path in paths:
        leaves.setdefault(path.place, path.leaf)
    return leaves
