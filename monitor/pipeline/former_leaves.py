"""Find certificates that were replaced at their location, and when that counts as a renewal; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.model import Certificate, FormerLeaf, Path, ProbeResult, Target, TargetState

FORMER_LEAVES_KEPT = 5
"""How many replaced leaves a target remembers; the alert pass needs them only for minutes."""


def former_leaves(previous: TargetState, paths: Sequence[Path], seen: ProbeResult) -> tuple[FormerLeaf, ...]:
    """Return the leaves that are no longer at their location, with the number of good probes since.

    A renewal needs two good probes without the old certificate: several machines behind one name may answer
    in turn.
    """
    if not seen.sightings:
        return previous.former_leaves
    if not previous.former_leaves and paths == previous.assessment.paths:
        return ()
    now_at = _leaves(_renewable(previous.target, paths))
    before_at = _leaves(_renewable(previous.target, previous.assessment.paths))
    shown = {sighting.location for sighting in seen.sightings}
    older = [_counted_again(entry, now_at, shown) for entry in previous.former_leaves]
    fresh = [
        FormerLeaf(location, old, now_at.get(location), 1)
        for location, old in before_at.items()
        if location in shown and now_at.get(location) != old
    ]
    gone = [entry for entry in older if entry and not _same_leaf(entry, fresh)]
    return tuple((*gone, *fresh)[-FORMER_LEAVES_KEPT:])


def _renewable(target: Target, paths: Sequence[Path]) -> Sequence[Path]:
    """Return the paths of locations where a successor replaces a leaf.

    In a collection a successor usually has another location; only a named entry of a file or object
    (``path#alias``) is replaced in place.
    """
    return [path for path in paths if "#" in path.location] if target.collection else paths


def _counted_again(
    entry: FormerLeaf, now_at: Mapping[str, Certificate], shown: set[str]
) -> FormerLeaf | None:
    if entry.location not in shown:
        return entry
    leaf = now_at.get(entry.location)
    if leaf == entry.old:
        return None
    return replace(entry, new=leaf, probes=min(entry.probes + 1, 1000))


def _same_leaf(entry: FormerLeaf, others: Iterable[FormerLeaf]) -> bool:
    return any(entry.location == other.location and entry.old == other.old for other in others)


def _leaves(paths: Iterable[Path]) -> dict[str, Certificate]:
    leaves: dict[str, Certificate] = {}
    for path in paths:
        leaves.setdefault(path.location, path.leaf)
    return leaves
