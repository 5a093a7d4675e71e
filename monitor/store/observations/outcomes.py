"""Write and read the changes of what probes of a target gave: success, or the reason of their failure.

A probe with the outcome of the one before it writes nothing. The open row (no ``ended_at``) of a target is
its present outcome.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from monitor.model import FailureReason, TargetState
from monitor.store.chunks import chunks
from monitor.store.columns.types import storable
from monitor.store.observations.values import OutcomePeriod
from monitor.store.tables import outcome

MOST = 200
"""The periods that are kept of one target, the newest ones: it may fail and recover with every probe."""

_OPEN = select(outcome.c.target_id, outcome.c.id, outcome.c.reason, outcome.c.began_at).where(
    outcome.c.ended_at.is_(None)
)
_END = update(outcome).where(outcome.c.id == bindparam("row")).values(ended_at=bindparam("at"))
_TOO_MANY = select(outcome.c.target_id).group_by(outcome.c.target_id).having(func.count() > MOST)
_NEWEST = (
    select(outcome.c.id)
    .where(outcome.c.target_id == bindparam("name"))
    .order_by(outcome.c.id.desc())
    .limit(MOST)
)
_REMOVE_OLDEST = delete(outcome).where(outcome.c.target_id == bindparam("name"), outcome.c.id.not_in(_NEWEST))

Present = dict[str, tuple[int, FailureReason | None, datetime]]
"""Row, reason and beginning of the present outcome by target id."""


def record_outcomes(connection: Connection, states: Iterable[TargetState]) -> None:
    """Begin a period for each target whose last probe had another outcome than the one before it."""
    now = {storable(one.target.id): (reason_of(one), one.probed_at) for one in states if one.probed_at}
    known = _present(connection, now)
    changed = [id_ for id_, (reason, _) in now.items() if id_ not in known or known[id_][1] is not reason]
    ended = [id_ for id_ in changed if id_ in known]
    if ended:
        # A clock that was ahead ends no period before it began.
        rows = [{"row": known[id_][0], "at": max(known[id_][2], now[id_][1])} for id_ in ended]
        connection.execute(_END, rows)
    if changed:
        rows = [{"target_id": id_, "reason": now[id_][0], "began_at": now[id_][1]} for id_ in changed]
        connection.execute(insert(outcome), rows)
    _remove_oldest(connection, ended)


def reason_of(state: TargetState) -> FailureReason | None:
    """Return why the last probe failed, ``None`` where it succeeded."""
    if state.failed_probes == 0:
        return None
    return state.failures[0].reason if state.failures else FailureReason.INTERNAL


def outcome_periods(connection: Connection, target_id: str) -> list[OutcomePeriod]:
    """Return the outcomes of the probes of a target, the present one first."""
    columns = outcome.c.reason, outcome.c.began_at, outcome.c.ended_at
    query = select(*columns).where(outcome.c.target_id == target_id).order_by(outcome.c.id.desc())
    return [
        OutcomePeriod(_reason(reason), began_at, ended_at)
        for reason, began_at, ended_at in connection.execute(query)
    ]


def forget_outcomes(connection: Connection, ids: Collection[str]) -> None:
    """Remove the outcomes of some targets, by their stored ids; at most as many as one chunk."""
    connection.execute(delete(outcome).where(outcome.c.target_id.in_(ids)))


def _present(connection: Connection, ids: Iterable[str]) -> Present:
    return {
        id_: (row, _reason(reason), began_at)
        for some in chunks(ids)
        for id_, row, reason, began_at in connection.execute(_OPEN.where(outcome.c.target_id.in_(some)))
    }


def _reason(written: str | None) -> FailureReason | None:
    """Return a reason; one that a newer version wrote is not known here."""
    if written is None:
        return None
    return FailureReason(written) if written in set(FailureReason) else FailureReason.INTERNAL


def _remove_oldest(connection: Connection, ids: Iterable[str]) -> None:
    for some in chunks(ids):
        names = connection.scalars(_TOO_MANY.where(outcome.c.target_id.in_(some))).all()
        if names:
            connection.execute(_REMOVE_OLDEST, [{"name": name} for name in names])
