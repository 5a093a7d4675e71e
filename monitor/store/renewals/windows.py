"""Renewal windows suggested by CAs; the first is stored to detect after a restart that a window moved up."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, exists, select

from monitor.model import RenewalWindow
from monitor.store.chunks import chunks
from monitor.store.dialect import upsert
from monitor.store.tables import certificate, renewal


def renewals(connection: Connection, fingerprints: Iterable[str]) -> dict[str, RenewalWindow]:
    """Return the recorded windows of some certificates by SHA-256."""
    found: dict[str, RenewalWindow] = {}
    for some in chunks(fingerprints):
        for row in connection.execute(select(renewal).where(renewal.c.sha256.in_(some))).mappings():
            found[row["sha256"]] = RenewalWindow(**row)
    return found


def put_renewals(connection: Connection, windows: Iterable[RenewalWindow]) -> None:
    """Record some windows, replacing those of the same certificates."""
    rows = [{column.name: getattr(window, column.name) for column in renewal.c} for window in windows]
    if rows:
        upsert(connection, renewal, rows)


def prune_renewals(connection: Connection) -> int:
    """Remove the windows of certificates that are no longer recorded; return how many."""
    kept = exists().where(certificate.c.sha256 == renewal.c.sha256)
    return connection.execute(delete(renewal).where(~kept)).rowcount
