"""Read recorded states, certificates and history; the caller judges them."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, func, select, type_coerce

from monitor.model import Certificate, FormerLeaf, Sighting, Target, TargetState
from monitor.parse import UnreadableCertificateError
from monitor.parse import parse_certificate as parse
from monitor.store.chunks import chunks
from monitor.store.columns.json_values import (
    StoredFormerLeaf,
    failures_of,
    former_leaves_of,
    lists_of,
    machine_of,
    own_keys_of,
    past_renewals_of,
)
from monitor.store.columns.types import storable
from monitor.store.observations.values import HistoryEntry, SightingKey
from monitor.store.tables import certificate, history, target

log = logging.getLogger(__name__)

Loaded = tuple[TargetState, Mapping[str, bytes]]
"""A recorded state (nothing is judged in it) and the DER bytes of its sightings by SHA-256."""

_SIGHTINGS = (
    select(history.c.target_id, history.c.location, history.c.position, history.c.sha256)
    .where(history.c.ended_at.is_(None))
    .order_by(history.c.location, history.c.position, history.c.id)
)
_ENTRIES = (
    select(
        history.c.target_id,
        history.c.location,
        history.c.position,
        history.c.sha256,
        certificate.c.subject,
        certificate.c.not_after,
        history.c.first_seen_at,
        history.c.last_seen_at,
        history.c.ended_at,
        func.coalesce(history.c.replaced_by, "").label("replaced_by"),
    )
    .join_from(history, certificate)
    .order_by(history.c.first_seen_at.desc(), history.c.id.desc())
)


def load(connection: Connection, targets: Sequence[Target]) -> list[Loaded]:
    """Return the recorded states of some targets, in their order; those never recorded are left out.

    A certificate that no longer parses is dropped with a log line.
    """
    by_id = {storable(item.id): item for item in targets}
    rows: dict[str, Row[Any]] = {}
    sightings: dict[str, list[SightingKey]] = {}
    for some in chunks(by_id):
        rows.update((row.id, row) for row in connection.execute(select(target).where(target.c.id.in_(some))))
        for row in connection.execute(_SIGHTINGS.where(history.c.target_id.in_(some))):
            sightings.setdefault(row.target_id, []).append((row.location, row.position, row.sha256))
    gone = {
        id_: former_leaves_of(row.former_leaves) for id_, row in rows.items() if row.former_leaves != "[]"
    }
    bytes_of = ders(connection, _wanted(sightings.values(), gone.values()))
    parsed = _parsed(bytes_of)
    return [
        (
            _state(
                item,
                rows[id_],
                _seen(sightings.get(id_, ()), parsed, own_keys_of(rows[id_].own_keys)),
                _former_leaves(gone.get(id_, ()), parsed),
            ),
            {sha256: bytes_of[sha256] for _, _, sha256 in sightings.get(id_, ())},
        )
        for id_, item in by_id.items()
        if id_ in rows
    ]


def _wanted(
    sightings: Iterable[Iterable[SightingKey]], gone: Iterable[Iterable[StoredFormerLeaf]]
) -> set[str]:
    wanted = {sha256 for locations in sightings for _, _, sha256 in locations}
    wanted.update(sha256 for some in gone for one in some for sha256 in (one.old, one.new) if sha256)
    return wanted


def _parsed(bytes_of: Mapping[str, bytes]) -> dict[str, Certificate]:
    parsed: dict[str, Certificate] = {}
    for sha256, der in bytes_of.items():
        try:
            parsed[sha256] = parse(der)
        except UnreadableCertificateError as error:
            log.warning("the stored certificate %s cannot be read: %s", sha256, error.message.code)
    return parsed


def _state(
    item: Target, row: Row[Any], sightings: tuple[Sighting, ...], former_leaves: tuple[FormerLeaf, ...]
) -> TargetState:
    return TargetState(
        target=item,
        watched_since=row.watched_since,
        probed_at=row.probed_at,
        duration=row.duration,
        succeeded_at=row.succeeded_at,
        failed_probes=row.failed_probes,
        failures=failures_of(row.failures) if row.failures != "[]" else (),
        encrypted=row.encrypted,
        sightings=sightings,
        former_leaves=former_leaves,
        past_renewals=past_renewals_of(row.past_renewals) if row.past_renewals else (),
        machine=machine_of(row.machine) if row.machine else None,
        lists=lists_of(row.lists) if row.lists else (),
    )


def _seen(
    locations: Iterable[SightingKey], parsed: Mapping[str, Certificate], own_keys: Collection[tuple[str, str]]
) -> tuple[Sighting, ...]:
    return tuple(
        Sighting(location, position, parsed[sha256], (location, sha256) in own_keys)
        for location, position, sha256 in locations
        if sha256 in parsed
    )


def _former_leaves(
    gone: Iterable[StoredFormerLeaf], parsed: Mapping[str, Certificate]
) -> tuple[FormerLeaf, ...]:
    return tuple(
        FormerLeaf(one.location, parsed[one.old], parsed.get(one.new), one.probes)
        for one in gone
        if one.old in parsed
    )


def ders(connection: Connection, sha256s: Iterable[str]) -> dict[str, bytes]:
    """Return the DER bytes of the recorded ones among some certificates, by SHA-256."""
    found: dict[str, bytes] = {}
    for some in chunks(sha256s):
        query = select(certificate.c.sha256, certificate.c.der).where(certificate.c.sha256.in_(some))
        found.update((row.sha256, row.der) for row in connection.execute(query))
    return found


def history_entries(connection: Connection, sha256: str, target_id: str, limit: int) -> list[HistoryEntry]:
    """Return the history of a certificate or a target, latest first; empty arguments match all."""
    query = _ENTRIES.limit(limit)
    if sha256:
        query = query.where(history.c.sha256 == sha256)
    if target_id:
        query = query.where(history.c.target_id == target_id)
    return [HistoryEntry(**row) for row in connection.execute(query).mappings()]


def probe_times(connection: Connection) -> dict[str, int]:
    """Return when each recorded target was probed last, as a number that is only compared."""
    rows = connection.execute(select(target.c.id, type_coerce(target.c.probed_at, BigInteger)))
    return {id_: -1 if probed_at is None else probed_at for id_, probed_at in rows}


def target_ids(connection: Connection) -> frozenset[str]:
    """Return the ids of every recorded target."""
    return frozenset(connection.scalars(select(target.c.id)))
