"""History entries that are not kept: a server with another certificate at every probe would fill the disk."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from monitor.store.tables import history

CHANGES_A_DAY = 4
"""Entries of one location that may begin and end on one day in UTC; of more only the last stays."""

_other = history.alias()
_BEFORE = (
    select(func.count())
    .where(
        _other.c.target_id == history.c.target_id,
        _other.c.location == history.c.location,
        _other.c.position == history.c.position,
        _other.c.first_seen_at >= bindparam("day"),
        _other.c.id < history.c.id,
    )
    .scalar_subquery()
)
_NEEDLESS = select(history.c.id).where(
    history.c.id == bindparam("row"), history.c.first_seen_at >= bindparam("day"), _BEFORE >= CHANGES_A_DAY
)
_REMOVE = delete(history).where(history.c.id == bindparam("row"))


def needless_entries(connection: Connection, ended: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the entries that began and end on one day, after several others of their location did.

    The last one of a day ends on another day, so it stays.
    """
    needless: set[int] = set()
    for one in ended:
        day = one["at"].replace(hour=0, minute=0, second=0, microsecond=0)
        needless.update(connection.scalars(_NEEDLESS, {"row": one["row"], "day": day}))
    return needless


def remove_entries(connection: Connection, rows: Collection[int]) -> None:
    """Remove some entries; their certificates are removed with all others that no entry names."""
    if rows:
        connection.execute(_REMOVE, [{"row": row} for row in rows])
