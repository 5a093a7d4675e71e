"""Named single values, such as the newest recorded instant, and the last lists of discoveries."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from monitor.store.dialect import clock_of_server, insert_missing, upsert
from monitor.store.tables import discovery, fact

NEWEST = "newest_instant"
ALIVE = "alive_at"
"""When the service was last known to run."""
OUTAGE = "outage"
"""The last time in which it did not."""

LINK_KEY = "link_key"
"""The key that signs links and sessions, in hexadecimal: on a server all centers need the same one."""
_KEY_BYTES = 32


def make_link_key(connection: Connection) -> None:
    """Make the key unless there is one."""
    row = {"key": LINK_KEY, "value": secrets.token_hex(_KEY_BYTES)}
    insert_missing(connection, fact, [row])


def read_fact(connection: Connection, key: str) -> str | None:
    """Return the value of one fact, ``None`` when it was never set."""
    return connection.scalar(select(fact.c.value).where(fact.c.key == key))


def put_facts(connection: Connection, facts: Mapping[str, str]) -> None:
    """Set some facts."""
    if facts:
        upsert(connection, fact, [{"key": key, "value": value} for key, value in facts.items()])


def forget_facts(connection: Connection, keys: Collection[str]) -> None:
    """Remove some facts."""
    connection.execute(delete(fact).where(fact.c.key.in_(keys)))


def newest_instant(connection: Connection) -> datetime | None:
    """Return the time of the newest record, ``None`` in an empty store.

    It is not later than a server's clock reads: later ones come from a center whose own clock was ahead, and
    say nothing about the clock of the next one.
    """
    text = read_fact(connection, NEWEST)
    if text is None:
        return None
    newest, server = datetime.fromisoformat(text), clock_of_server(connection)
    return newest if server is None else min(newest, server)


def raise_newest(connection: Connection, at: datetime | None) -> None:
    """Store an instant if it is later than the newest one; a clock that reads earlier is suspect."""
    if at is None:
        return
    newest = newest_instant(connection)
    if newest is None or newest < at:
        put_facts(connection, {NEWEST: at.isoformat()})


def accept_instant(connection: Connection, at: datetime) -> None:
    """Store an instant as the newest one, also where later ones were recorded by a clock that was ahead."""
    put_facts(connection, {NEWEST: at.isoformat()})


def discovered(connection: Connection, id_: str) -> tuple[str, datetime] | None:
    """Return the last good list of a discovery, as it was saved, and when it was fetched."""
    row = connection.execute(
        select(discovery.c.found, discovery.c.succeeded_at).where(discovery.c.id == id_)
    ).first()
    return None if row is None else (row.found, row.succeeded_at)


def save_discovered(connection: Connection, id_: str, found: str, at: datetime) -> None:
    """Replace the last good list of a discovery."""
    upsert(connection, discovery, [{"id": id_, "found": found, "succeeded_at": at}])
