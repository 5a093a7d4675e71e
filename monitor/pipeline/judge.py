"""Make the new state of a target from its last one and the result of a probe; no I/O, no clock.

previous state + observation -> sightings -> paths -> assessment -> next state
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from monitor.assess import PathFinder, damaged, flapping, judge, split_chains, unreachability
from monitor.model import (
    Anchors,
    Certificate,
    Finding,
    Observation,
    Path,
    Sighting,
    Target,
    TargetState,
)
from monitor.pipeline.former_leaves import former_leaves
from monitor.pipeline.last_known import last_known, lists_known, machine_known
from monitor.pipeline.past_renewals import past_renewals

Link = tuple[Certificate, bytes]


class Judge:
    """Judge targets against their anchors; has the path finder's cache and the time since we are awake.

    ``awake_at`` is set again after every start, sleep and clock step: a target is not unreachable because the
    monitor did not probe it. ``waits`` returns whether the order of a target, by its id, waits for a
    worker: that does not make it unreachable either. ``heard_at`` returns when a zone was heard of last: what
    its agents saw since, nobody knows. ``without_zones`` says that no zone reports here at all.
    """

    def __init__(self, finder: PathFinder) -> None:
        """Take the path finder whose cache lives as long as this judge."""
        self._finder = finder
        self.awake_at: datetime | None = None
        self.waits: Callable[[str], bool] | None = None
        self.heard_at: Callable[[str], datetime | None] = lambda _zone: None
        self.without_zones = False
        self._silent_zones: frozenset[str] = frozenset()
        self._zones_heard_at: dict[str, datetime] = {}

    def note_silent_zones(self, zones: frozenset[str], now: datetime) -> None:
        """Note of which zones nothing is heard: while that lasts, it is no fault of their targets."""
        self._zones_heard_at |= dict.fromkeys(self._silent_zones - zones, now)
        self._silent_zones = zones

    def unreachable(self, state: TargetState, now: datetime) -> Finding | None:
        """Return the finding about a target that cannot be seen."""
        zone = state.target.zone
        if self.waits is not None and self.waits(state.target.id):
            return state.unreachable
        if not zone:
            return unreachability(state, now, awake_at=self.awake_at)
        if self.without_zones or zone in self._silent_zones:
            return state.unreachable
        awake = [at for at in (self.awake_at, self._zones_heard_at.get(zone)) if at is not None]
        return unreachability(state, min(now, self.heard_at(zone) or now), awake_at=max(awake, default=None))

    def observed(
        self, previous: TargetState, observation: Observation, anchors: Anchors, now: datetime
    ) -> TargetState:
        """Return the state after a probe."""
        seen, target = observation.result, previous.target
        kept = last_known(previous, seen, now)
        paths = (*self._paths(previous, seen.sightings, seen.ders, anchors, now), *_paths_at(previous, kept))
        sightings = (*seen.sightings, *kept)
        if sightings == previous.sightings:
            sightings = previous.sightings  # so that a state shares the memory of the one before it
        lists = lists_known(previous, seen, now)
        if lists == previous.lists:
            lists = previous.lists
        encrypted = seen.encrypted if seen.encrypted is not None else previous.encrypted
        succeeded = observation.succeeded
        former = former_leaves(previous, paths, seen)
        state = replace(
            previous,
            watched_since=previous.watched_since or observation.started_at,
            probed_at=observation.started_at,
            duration=observation.duration,
            succeeded_at=observation.started_at if succeeded else previous.succeeded_at,
            failed_probes=0 if succeeded else previous.failed_probes + 1,
            failures=seen.failures,
            encrypted=encrypted,
            sightings=sightings,
            former_leaves=former,
            past_renewals=past_renewals(previous, former, paths, observation.started_at),
            machine=machine_known(previous, seen, kept),
            lists=lists,
            staples=seen.staples if seen.sightings else previous.staples,
        )
        if not _judged_already(previous, state, paths, now):
            assessment = judge(
                target,
                sightings,
                paths,
                now,
                encrypted=encrypted,
                lists=lists,
                damage=damaged(state),
                changing=flapping(state.former_leaves),
                renewals=state.past_renewals,
            )
            state = replace(state, assessment=assessment)
        if succeeded:
            # Whatever the clock did during the probe: what has just been seen is reachable.
            return state if state.unreachable is None else replace(state, unreachable=None)
        return self._with_unreachability(state, now)

    def again(
        self, state: TargetState, ders: Mapping[str, bytes], anchors: Anchors, now: datetime
    ) -> TargetState:
        """Return the state judged again from its last known certificates.

        ``ders`` may be empty when no path has left its validity: then the paths stay. They stay as well at
        locations of which bytes are missing, because they could not be recorded.
        """
        paths = state.assessment.paths
        if ders:
            bare = [one for one in state.sightings if one.certificate.sha256 not in ders]
            locations = {one.location for one in bare}
            whole = [one for one in state.sightings if one.location not in locations]
            paths = (*self._paths(state, whole, ders, anchors, now), *_paths_at(state, bare))
        assessment = judge(
            state.target,
            state.sightings,
            paths,
            now,
            encrypted=state.encrypted,
            lists=state.lists,
            damage=damaged(state),
            changing=flapping(state.former_leaves),
            renewals=state.past_renewals,
        )
        return self._with_unreachability(replace(state, assessment=assessment), now)

    def _with_unreachability(self, state: TargetState, now: datetime) -> TargetState:
        unreachable = self.unreachable(state, now)
        return state if unreachable == state.unreachable else replace(state, unreachable=unreachable)

    def _paths(
        self,
        state: TargetState,
        sightings: Sequence[Sighting],
        ders: Mapping[str, bytes],
        anchors: Anchors,
        now: datetime,
    ) -> Iterator[Path]:
        # The paths of certificates that never come back would fill the cache.
        keep = not flapping(state.former_leaves)
        for location, links in _by_location(sightings, ders):
            for chain in chains(state.target, links):
                yield self._finder.find(location, chain, anchors, now, keep=keep)


def unjudged(previous: TargetState, observation: Observation) -> TargetState:
    """Return the state after a probe that could not be judged; what was known before stays."""
    return replace(
        previous,
        watched_since=previous.watched_since or observation.started_at,
        probed_at=observation.started_at,
        duration=observation.duration,
        failed_probes=previous.failed_probes + 1,
        failures=observation.result.failures,
    )


def chains(target: Target, links: Sequence[Link]) -> tuple[Sequence[Link], ...]:
    """Return the chains that the certificates of one location form, each with its leaf first.

    A server names its leaf by serving it first (RFC 8446 section 4.4.2); a file may hold a chain, several
    or a bundle of CAs.
    """
    return (links,) if target.kind == "endpoint" else split_chains(links)


def stale(state: TargetState, now: datetime) -> bool:
    """Return whether a path is no longer valid as found, so that the DER bytes are needed again."""
    return any(
        (path.valid_until is not None and now >= path.valid_until)
        or (path.valid_from is not None and now < path.valid_from)
        for path in state.assessment.paths
    )


def _judged_already(previous: TargetState, state: TargetState, paths: Sequence[Path], now: datetime) -> bool:
    """Return whether judging would give the previous assessment again: nothing to say, and the same facts.

    A clock that was set back does no harm: where it passes a beginning or an end the path itself differs, and
    what is no warning now was none before. For the same reason findings are made again: one that was due by
    the wrong clock may not be due.
    """
    known = previous.assessment
    return (
        known.next_change_at is not None
        and now < known.next_change_at
        and not known.findings
        and state.sightings is previous.sightings
        and state.lists is previous.lists
        and state.past_renewals is previous.past_renewals
        and state.encrypted is previous.encrypted
        and damaged(state) == damaged(previous)
        and paths == known.paths
    )


def _by_location(
    sightings: Sequence[Sighting], ders: Mapping[str, bytes]
) -> Iterator[tuple[str, list[Link]]]:
    for location, group in groupby(sightings, key=attrgetter("location")):
        links = [(s.certificate, ders[s.certificate.sha256]) for s in group if s.certificate.sha256 in ders]
        if links:
            yield location, links


def _paths_at(state: TargetState, sightings: Sequence[Sighting]) -> Iterator[Path]:
    if sightings:
        locations = {sighting.location for sighting in sightings}
        yield from (path for path in state.assessment.paths if path.location in locations)
