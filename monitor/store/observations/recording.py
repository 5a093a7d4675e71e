"""Write the probe results of a batch of targets, in the caller's transaction.

Sightings, certificates and history are compared with the recorded ones and written only where they differ.
There is no SELECT per target and no statement per row.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from monitor.model import Observation, Sighting, TargetState
from monitor.store.chunks import chunks
from monitor.store.columns.json_values import (
    failures_json,
    former_leaves_json,
    lists_json,
    machine_json,
    own_keys_json,
    past_renewals_json,
)
from monitor.store.columns.types import storable
from monitor.store.dialect import insert_missing, upsert
from monitor.store.observations.needless import needless_entries, remove_entries
from monitor.store.observations.outcomes import record_outcomes
from monitor.store.observations.values import SightingKey
from monitor.store.tables import certificate, history, target

log = logging.getLogger(__name__)

REFRESH = timedelta(days=1)
"""How far ``last_seen_at`` may lag behind, so that an unchanged certificate costs one write a day.

Also how long a certificate may be away and still count as continuously present: behind a load balancer two
certificates alternate with every probe, and each swap would otherwise leave a row for good."""

Recorded = tuple[TargetState, datetime]
"""A state that is recorded as it is, and until when its history needs no write."""

_OPEN = select(
    history.c.target_id,
    history.c.location,
    history.c.position,
    history.c.sha256,
    history.c.id,
    history.c.last_seen_at,
)
_SEEN = (
    update(history)
    .where(history.c.id == bindparam("row"))
    .values(last_seen_at=bindparam("at"), ended_at=None, replaced_by=None)
)
_END = (
    update(history)
    .where(history.c.id == bindparam("row"))
    .values(ended_at=bindparam("at"), replaced_by=bindparam("by"))
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    last_seen_at: datetime


@dataclass(slots=True)
class _Changes:
    """The rows to write, over all targets of a batch."""

    seen: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    begun: list[tuple[str, datetime, SightingKey, Sighting]] = field(default_factory=list)


def record(
    connection: Connection, states: Sequence[TargetState], observations: Mapping[str, Observation]
) -> dict[str, Recorded]:
    """Write the latest state of some targets, their last known sightings, certificates, history and outcomes.

    ``observations``, by target id, contain the DER bytes of certificates that are not recorded yet, and show
    which sightings are of this probe and which are only the last known ones. Returns, by target id, the
    states whose history was recorded before.
    """
    by_id = {storable(state.target.id): state for state in states}
    if not by_id:
        return {}
    known = _open(connection, by_id)
    changes = _Changes()
    for id_, state in by_id.items():
        _compare(id_, state, observations.get(state.target.id), known.get(id_, {}), changes)
    upsert(connection, target, [_target_row(state) for state in by_id.values()])
    _write(connection, changes, observations)
    record_outcomes(connection, by_id.values())
    return {
        state.target.id: (state, min((row.last_seen_at for row in rows.values()), default=at) + REFRESH)
        for id_, state in by_id.items()
        if (at := state.probed_at) is not None
        and (rows := known.get(id_, {})).keys() == {_key(sighting) for sighting in state.sightings}
    }


def _open(connection: Connection, ids: Iterable[str]) -> dict[str, dict[SightingKey, _Row]]:
    known: dict[str, dict[SightingKey, _Row]] = {}
    for some in chunks(ids):
        rows = connection.execute(_OPEN.where(history.c.target_id.in_(some), history.c.ended_at.is_(None)))
        for id_, location, position, sha256, row, last_seen_at in rows.all():
            known.setdefault(id_, {})[location, position, sha256] = _Row(row, last_seen_at)
    return known


def _key(sighting: Sighting) -> SightingKey:
    return storable(sighting.location), sighting.position, sighting.certificate.sha256


def _compare(
    id_: str,
    state: TargetState,
    observation: Observation | None,
    known: Mapping[SightingKey, _Row],
    changes: _Changes,
) -> None:
    at = state.probed_at
    if at is None:
        return
    present = {_key(sighting): sighting for sighting in state.sightings}
    if present.keys() != known.keys():
        present_at = {key[:2]: key[2] for key in present}
        changes.begun += [(id_, at, key, present[key]) for key in present if key not in known]
        changes.ended += [
            {"row": row.id, "at": max(at, row.last_seen_at), "by": present_at.get(key[:2])}
            for key, row in known.items()
            if key not in present
        ]
    stale = [(key, row) for key, row in known.items() if key in present and at - row.last_seen_at >= REFRESH]
    if stale and observation is not None:
        seen = {_key(sighting) for sighting in observation.result.sightings}
        changes.seen += [{"row": row.id, "at": at} for key, row in stale if key in seen]


def _target_row(state: TargetState) -> dict[str, Any]:
    return {
        "id": state.target.id,
        "kind": state.target.kind,
        "location": state.target.location,
        "watched_since": state.watched_since,
        "probed_at": state.probed_at,
        "duration": state.duration,
        "succeeded_at": state.succeeded_at,
        "failed_probes": state.failed_probes,
        "failures": failures_json(state.failures) if state.failures else "[]",
        "encrypted": state.encrypted,
        "former_leaves": former_leaves_json(state.former_leaves) if state.former_leaves else "[]",
        "machine": machine_json(state.machine) if state.machine else None,
        "lists": lists_json(state.lists) if state.lists else None,
        "own_keys": own_keys_json(state.sightings),
        "past_renewals": past_renewals_json(state.past_renewals) if state.past_renewals else None,
    }


def _write(connection: Connection, changes: _Changes, observations: Mapping[str, Observation]) -> None:
    if changes.begun:
        _begin(connection, changes, observations)
    if changes.seen:
        connection.execute(_SEEN, changes.seen)
    if changes.ended:
        needless = needless_entries(connection, changes.ended)
        if kept := [one for one in changes.ended if one["row"] not in needless]:
            connection.execute(_END, kept)
        remove_entries(connection, needless)


def _begin(connection: Connection, changes: _Changes, observations: Mapping[str, Observation]) -> None:
    """Insert new certificates and history entries; reopen an entry that ended less than a day ago."""
    recorded = _put_certificates(connection, changes, observations)
    recent = _just_ended(connection, changes)
    rows = []
    for id_, at, (location, position, sha256), _ in changes.begun:
        if sha256 not in recorded:
            log.warning("certificate %s seen at %s has no bytes: not recorded", sha256, location)
        elif (row := recent.get((id_, location, position, sha256))) is not None:
            changes.seen.append({"row": row, "at": at})
        else:
            rows.append(
                {
                    "target_id": id_,
                    "location": location,
                    "position": position,
                    "sha256": sha256,
                    "first_seen_at": at,
                    "last_seen_at": at,
                }
            )
    if rows:
        connection.execute(insert(history), rows)


def _put_certificates(
    connection: Connection, changes: _Changes, observations: Mapping[str, Observation]
) -> set[str]:
    """Insert the certificates that are not recorded yet; return all that are recorded now."""
    wanted = {key[2] for _, _, key, _ in changes.begun}
    recorded: set[str] = set()
    for some in chunks(wanted):
        recorded.update(
            connection.scalars(select(certificate.c.sha256).where(certificate.c.sha256.in_(some)))
        )
    ders: dict[str, bytes] = {}
    for observation in observations.values():
        ders.update(observation.result.ders)
    rows = {
        key[2]: {
            "sha256": key[2],
            "der": ders[key[2]],
            "subject": sighting.certificate.subject,
            "not_after": sighting.certificate.not_after,
            "first_seen_at": at,
        }
        for _, at, key, sighting in changes.begun
        if key[2] not in recorded and key[2] in ders
    }
    if rows:
        insert_missing(connection, certificate, list(rows.values()))
    return recorded | rows.keys()


def _just_ended(connection: Connection, changes: _Changes) -> dict[tuple[str, str, int, str], int]:
    since = min(at for _, at, _, _ in changes.begun) - REFRESH
    query = select(
        history.c.target_id, history.c.location, history.c.position, history.c.sha256, history.c.id
    ).where(history.c.ended_at > since)
    return {
        (id_, location, position, sha256): row
        for some in chunks({id_ for id_, _, _, _ in changes.begun})
        for id_, location, position, sha256, row in connection.execute(
            query.where(history.c.target_id.in_(some)).order_by(history.c.id)
        )
    }
