"""Record batches in a database, and write only the probe's values of targets that are as they were recorded.

At 100,000 hourly probes nearly every target is: the same certificates at the same locations, nothing failed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, update

from monitor.model import Observation, TargetState
from monitor.store.columns.types import storable
from monitor.store.degraded.fallback import FallbackDatabase
from monitor.store.degraded.served import ServedDatabase
from monitor.store.facts import raise_newest
from monitor.store.observations.pruning import forget_targets
from monitor.store.observations.recording import Recorded, record
from monitor.store.tables import target

_PROBED = (
    update(target)
    .where(target.c.id == bindparam("name"))
    .values({name: bindparam(name) for name in ("probed_at", "duration", "succeeded_at", "failed_probes")})
)


class Recorder:
    """Records states, and remembers the last recorded one of each target while the database is the same."""

    def __init__(self, database: FallbackDatabase | ServedDatabase) -> None:
        """Remember nothing of this database yet."""
        self._database = database
        self._engine: Engine | None = None
        self._recorded: dict[str, Recorded] = {}

    def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        """Write the latest states of some targets atomically."""
        try:
            recorded = self._database.write_disk(self._write, states, observations)
        except BaseException:
            self._recorded.clear()
            raise
        self._forget(state.target.id for state in states)  # what is not returned was another state before
        self._recorded.update(recorded)

    def forget_targets(self, ids: Collection[str], now: datetime) -> None:
        """Remove targets that left the configuration; end their history entries ``now`` and keep them."""
        self._forget(ids)
        self._database.write_disk(forget_targets, ids, now)

    def _forget(self, ids: Iterable[str]) -> None:
        for name in ids:
            self._recorded.pop(name, None)

    def _write(
        self, connection: Connection, states: Sequence[TargetState], observations: Mapping[str, Observation]
    ) -> dict[str, Recorded]:
        if connection.engine is not self._engine:  # another database after an error of the disk
            self._engine = connection.engine
            self._recorded.clear()
        same = {state.target.id: state for state in states if self._is_recorded(state)}
        if same and not _write_probes(connection, same.values()):
            same = {}
        recorded = {name: (state, self._recorded[name][1]) for name, state in same.items()}
        recorded |= record(connection, [one for one in states if one.target.id not in same], observations)
        raise_newest(connection, max((one.probed_at for one in states if one.probed_at), default=None))
        return recorded

    def _is_recorded(self, state: TargetState) -> bool:
        """Return whether a state differs from the recorded one in the values of the probe only."""
        before, until = self._recorded.get(state.target.id, (None, None))
        return (
            before is not None
            and until is not None
            and state.probed_at is not None
            and state.probed_at < until
            and state.target is before.target
            and state.sightings is before.sightings
            and state.failures == before.failures
            and state.up is before.up
            and state.encrypted is before.encrypted
            and state.former_leaves == before.former_leaves
            and state.past_renewals == before.past_renewals
            and state.machine == before.machine
            and state.lists == before.lists
            and state.watched_since == before.watched_since
        )


def _write_probes(connection: Connection, states: Collection[TargetState]) -> bool:
    """Write the values of the last probes; return whether all targets were there."""
    rows: list[dict[str, Any]] = [
        {
            "name": storable(state.target.id),
            "probed_at": state.probed_at,
            "duration": state.duration,
            "succeeded_at": state.succeeded_at,
            "failed_probes": state.failed_probes,
        }
        for state in states
    ]
    return connection.execute(_PROBED, rows).rowcount == len(rows)
