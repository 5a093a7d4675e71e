"""The latest results of targets while the store does not work; it writes nothing."""

from collections.abc import Mapping
from itertools import islice
from typing import TypeAlias

from monitor.model import Observation, ProbeResult, TargetState

AT_ONCE = 500
"""How many of them are recorded together, so that other calls of the store need not wait long."""

Learned: TypeAlias = Mapping[str, tuple[TargetState, Observation]]
"""The state after a probe and what was observed, by target id."""


class UnrecordedResults:
    """One result for each target at most, with the bytes only of certificates that are not recorded yet."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: dict[str, tuple[TargetState, Observation]] = {}
        self._recorded: dict[str, frozenset[str]] = {}

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._waiting)

    def keep(self, learned: Learned, before: Mapping[str, TargetState]) -> int:
        """Keep results, and return how many older ones they replace, which are never recorded.

        ``before`` has the state of each target before its probe.
        """
        replaced = len(learned.keys() & self._waiting.keys())
        for target_id, (state, observation) in learned.items():
            if target_id not in self._waiting:
                known = (one.certificate.sha256 for one in before[target_id].sightings)
                self._recorded[target_id] = frozenset(known)
            self._waiting[target_id] = state, _slim(observation, self._recorded[target_id])
        return replaced

    def some(self, shown: Mapping[str, TargetState]) -> Learned:
        """Return the first few; those of targets that were removed or reconfigured are forgotten."""
        first = dict(islice(self._waiting.items(), AT_ONCE))
        kept = {key: entry for key, entry in first.items() if _same(shown.get(key), entry[0])}
        for target_id in first.keys() - kept.keys():
            self._forget(target_id)
        return kept

    def written(self, learned: Learned, some: Learned) -> None:
        """Forget what was recorded: ``some`` unless newer results replaced them meanwhile."""
        for target_id, entry in some.items():
            if self._waiting.get(target_id) is entry:
                self._forget(target_id)
        for target_id in learned.keys() & self._waiting.keys():
            self._forget(target_id)

    def _forget(self, target_id: str) -> None:
        del self._waiting[target_id], self._recorded[target_id]


def _slim(observation: Observation, recorded: frozenset[str]) -> Observation:
    """Return an observation reduced to what is recorded."""
    result = observation.result
    ders = {sha256: der for sha256, der in result.ders.items() if sha256 not in recorded}
    slim = ProbeResult(result.sightings, ders=ders)
    return Observation(observation.target_id, observation.started_at, observation.duration, slim)


def _same(shown: TargetState | None, state: TargetState) -> bool:
    return shown is not None and shown.target == state.target
