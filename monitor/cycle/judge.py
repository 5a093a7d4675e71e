"""From what was known and what a look gave to what is known now; no I/O, no clock.

previous state + observation -> sightings -> paths -> assessment -> next state
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from monitor.assess import Anchors, PathFinder, blindness, heads, judge
from monitor.model import (
    Certificate,
    Departed,
    Finding,
    Machine,
    Observation,
    Path,
    RevocationList,
    Seen,
    Sighting,
    Target,
    TargetState,
)

Link = tuple[Certificate, bytes]

DEPARTED_KEPT = 5
"""How many replaced leaves a target remembers; the alert pass needs them only for minutes."""


class Judge:
    """Judge targets against their anchors; holds the path finder's cache and since when we are awake.

    ``awake_at`` is set anew after every start, sleep and clock step: a target is not blind because the
    monitor did not look.
    """

    def __init__(self, finder: PathFinder) -> None:
        """Take the path finder whose cache lives as long as this judge."""
        self._finder = finder
        self.awake_at: datetime | None = None

    def blind(self, state: TargetState, now: datetime) -> Finding | None:
        """Return the finding about a target that cannot be seen."""
        return blindness(state, now, awake_at=self.awake_at)

    def observed(
        self, previous: TargetState, observation: Observation, anchors: Anchors, now: datetime
    ) -> TargetState:
        """Return the state after a look."""
        seen, target = observation.seen, previous.target
        kept = _carried(previous, seen, now)
        paths = (*self._paths(target, seen.sightings, seen.ders, anchors, now), *_paths_at(previous, kept))
        sightings = (*seen.sightings, *kept)
        if sightings == previous.sightings:
            sightings = previous.sightings  # so that a state shares the memory of the one before it
        lists = _lists(previous, seen, now)
        if lists == previous.lists:
            lists = previous.lists
        encrypted = seen.encrypted if seen.encrypted is not None else previous.encrypted
        succeeded = observation.succeeded
        state = replace(
            previous,
            watched_since=previous.watched_since or observation.started_at,
            looked_at=observation.started_at,
            duration=observation.duration,
            succeeded_at=observation.started_at if succeeded else previous.succeeded_at,
            failed_looks=0 if succeeded else previous.failed_looks + 1,
            failures=seen.failures,
            encrypted=encrypted,
            sightings=sightings,
            departed=_departed(previous, paths, seen),
            machine=_machine(previous, seen, kept),
            lists=lists,
            staples=seen.staples if seen.sightings else previous.staples,
        )
        if not _judged_already(previous, state, paths, now):
            assessment = judge(target, sightings, paths, now, encrypted=encrypted, lists=lists)
            state = replace(state, assessment=assessment)
        if succeeded:
            # Whatever the clock did during the look: what has just been seen is not blind.
            return state if state.blind is None else replace(state, blind=None)
        return self._with_blindness(state, now)

    def again(
        self, state: TargetState, ders: Mapping[str, bytes], anchors: Anchors, now: datetime
    ) -> TargetState:
        """Return the state judged again from its last known certificates.

        ``ders`` may be empty when no path has left its validity: then the paths stay. They stay as well at
        places of which bytes are missing, because they could not be recorded.
        """
        paths = state.assessment.paths
        if ders:
            bare = [one for one in state.sightings if one.certificate.sha256 not in ders]
            places = {one.place for one in bare}
            whole = [one for one in state.sightings if one.place not in places]
            paths = (*self._paths(state.target, whole, ders, anchors, now), *_paths_at(state, bare))
        assessment = judge(
            state.target, state.sightings, paths, now, encrypted=state.encrypted, lists=state.lists
        )
        return self._with_blindness(replace(state, assessment=assessment), now)

    def _with_blindness(self, state: TargetState, now: datetime) -> TargetState:
        blind = self.blind(state, now)
        return state if blind == state.blind else replace(state, blind=blind)

    def _paths(
        self,
        target: Target,
        sightings: Sequence[Sighting],
        ders: Mapping[str, bytes],
        anchors: Anchors,
        now: datetime,
    ) -> Iterator[Path]:
        for place, links in _by_place(sightings, ders):
            for chain in chains(target, links):
                yield self._finder.find(place, chain, anchors, now)


def unjudged(previous: TargetState, observation: Observation) -> TargetState:
    """Return the state after a look that could not be judged; what was known before stays."""
    return replace(
        previous,
        watched_since=previous.watched_since or observation.started_at,
        looked_at=observation.started_at,
        duration=observation.duration,
        failed_looks=previous.failed_looks + 1,
        failures=observation.seen.failures,
    )


def chains(target: Target, links: Sequence[Link]) -> tuple[Sequence[Link], ...]:
    """Return the chains that the certificates of one place form, each with its leaf first.

    A server names its leaf by serving it first (RFC 8446 section 4.4.2); a file may hold a chain, several
    or a bundle of CAs.
    """
    return (links,) if target.kind == "endpoint" else heads(links)


def stale(state: TargetState, now: datetime) -> bool:
    """Return whether a path has left the time in which it holds, so that the DER bytes are needed again."""
    return any(
        (path.valid_until is not None and now >= path.valid_until)
        or (path.valid_from is not None and now < path.valid_from)
        for path in state.assessment.paths
    )


def _judged_already(previous: TargetState, state: TargetState, paths: Sequence[Path], now: datetime) -> bool:
    """Return whether judging would give the previous assessment again: nothing to say, and the same facts.

    Findings are made anew because their sentences count days. A clock that was set back does no harm: where
    it passes a beginning or an end the path itself differs, and what is no warning now was none before.
    """
    known = previous.assessment
    return (
        known.next_change_at is not None
        and now < known.next_change_at
        and not known.findings
        and state.sightings is previous.sightings
        and state.lists is previous.lists
        and state.encrypted is previous.encrypted
        and paths == known.paths
    )


def _by_place(sightings: Sequence[Sighting], ders: Mapping[str, bytes]) -> Iterator[tuple[str, list[Link]]]:
    for place, group in groupby(sightings, key=attrgetter("place")):
        links = [(s.certificate, ders[s.certificate.sha256]) for s in group if s.certificate.sha256 in ders]
        if links:
            yield place, links


def _carried(previous: TargetState, seen: Seen, now: datetime) -> tuple[Sighting, ...]:
    """Return the last known sightings of the places that could not be looked at this time."""
    if not previous.sightings:
        return ()
    shown = {sighting.place for sighting in seen.sightings}
    places = _lost(previous, seen, now)
    return tuple(s for s in previous.sightings if s.place not in shown and _within(s.place, places))


def _lost(previous: TargetState, seen: Seen, now: datetime) -> list[str]:
    """Return the places that could not be looked at, empty when they have been lost for too long.

    A standby that was seen once falls silent for good reason, for years: it is not forgotten.
    """
    if not seen.failures:
        return []
    since = previous.succeeded_at or previous.watched_since
    too_long = since is not None and now - since > previous.target.policy.forget_after
    if too_long and not previous.target.part.standby:
        return []
    return [failure.place for failure in seen.blind_failures]


def _machine(previous: TargetState, seen: Seen, kept: tuple[Sighting, ...]) -> Machine | None:
    """Return what is known of the machine: told by this look, else as long as its certificates stay known."""
    return seen.machine or (previous.machine if kept else None)


def _lists(previous: TargetState, seen: Seen, now: datetime) -> tuple[RevocationList, ...]:
    """Return the CRLs of this look and the last known ones of places that could not be looked at."""
    if not previous.lists:
        return seen.lists
    shown = {one.place for one in seen.lists}
    places = _lost(previous, seen, now)
    return (
        *seen.lists,
        *(one for one in previous.lists if one.place not in shown and _within(one.place, places)),
    )


def _within(place: str, places: Iterable[str]) -> bool:
    """Return whether a place is one of the others, or inside one.

    Inside lie a file of a folder, an entry of a store, a key type of a server.
    """
    inside = ("/", "\\", "#", " (")
    return any(
        not lost or place == lost or place.startswith(tuple(lost + part for part in inside))
        for lost in places
    )


def _paths_at(state: TargetState, sightings: Sequence[Sighting]) -> Iterator[Path]:
    if sightings:
        places = {sighting.place for sighting in sightings}
        yield from (path for path in state.assessment.paths if path.place in places)


def _departed(previous: TargetState, paths: Sequence[Path], seen: Seen) -> tuple[Departed, ...]:
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
