"""Which of several centers leads: a row with an expiry by the database's clock, and a fence in each write.

An advisory lock alone would not do: a center that is frozen keeps its connection for a while, and goes on
where it was when it wakes. The clocks of the centers do not matter, only the length of a second does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    cast,
    delete,
    extract,
    func,
    insert,
    select,
    update,
)

from monitor.errors import NotLeadingError
from monitor.store.columns.types import EPOCH, MICROSECOND
from monitor.store.dialect import insert_missing
from monitor.store.tables import lease

LENGTH = timedelta(seconds=8)
"""How long a center leads without renewing the lease; so much later another one takes over at most."""

_LEADER = "leader"
_CENTER = "center/"


@dataclass(frozen=True, slots=True)
class Center:
    """A center, where its page is, and for how long its row is valid by the database's clock.

    ``epoch`` counts the times that the lease was taken, and is 0 for what is no lease.
    """

    name: str
    url: str
    epoch: int
    left: timedelta


def _now() -> ColumnElement[int]:
    return cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)


def _expiry() -> ColumnElement[int]:
    return _now() + LENGTH // MICROSECOND


def take(connection: Connection, name: str, url: str) -> int | None:
    """Return the epoch in which we lead from now on, ``None`` while another one does."""
    row = {"name": _LEADER, "holder": "", "url": "", "epoch": 0, "expires_at": EPOCH}
    insert_missing(connection, lease, [row])
    _be_present(connection, name, url)
    # Waits for a write of the last leader that passed its fence.
    expired = select(lease.c.name).where(lease.c.name == _LEADER, lease.c.expires_at < _now())
    if connection.scalar(expired.with_for_update()) is None:
        return None
    taken = (
        update(lease)
        .where(lease.c.name == _LEADER)
        .values(holder=name, url=url, epoch=lease.c.epoch + 1, expires_at=_expiry())
    )
    epoch: int | None = connection.scalar(taken.returning(lease.c.epoch))
    return epoch


def keep(connection: Connection, name: str, url: str, epoch: int) -> bool:
    """Renew the lease; return whether this center still leads, since no other took it even if it expired."""
    _be_present(connection, name, url)
    kept = update(lease).where(lease.c.name == _LEADER, lease.c.epoch == epoch).values(expires_at=_expiry())
    return connection.execute(kept).rowcount == 1


def leave(connection: Connection, name: str, epoch: int | None) -> None:
    """Release the lease and remove this center, so that another one takes over at once."""
    connection.execute(delete(lease).where(lease.c.name == _CENTER + name))
    if epoch is not None:
        ours = update(lease).where(lease.c.name == _LEADER, lease.c.epoch == epoch)
        connection.execute(ours.values(expires_at=EPOCH))


def fence_of(epoch: int | None) -> Callable[[Connection], None]:
    """Return what raises ``NotLeadingError`` unless this epoch lasts, until the end of its transaction.

    ``None`` stands for a center that does not lead.
    """
    # FOR KEY SHARE: until the end of the transaction nobody can take the lease (FOR UPDATE), and it can be
    # renewed meanwhile (FOR NO KEY UPDATE). One that expired and was not taken is ours still.
    # https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
    ours = (
        select(lease.c.epoch)
        .where(lease.c.name == _LEADER, lease.c.epoch == epoch)
        .with_for_update(read=True, key_share=True)
    )

    def fence(connection: Connection) -> None:
        if epoch is None or connection.scalar(ours) is None:
            raise NotLeadingError("this center does not lead: nothing was written")

    return fence


def leader(connection: Connection) -> Center | None:
    """Return who leads, or led last; ``None`` where nobody ever did."""
    return next((one for name, one in _rows(connection) if name == _LEADER and one.epoch), None)


def centers(connection: Connection) -> tuple[Center, ...]:
    """Return every center that did not leave, by name."""
    return tuple(one for name, one in sorted(_rows(connection)) if name.startswith(_CENTER))


def _rows(connection: Connection) -> list[tuple[str, Center]]:
    now = connection.scalar(select(_now())) or 0
    return [
        (row.name, Center(row.holder, row.url or "", row.epoch, (row.expires_at - EPOCH) - now * MICROSECOND))
        for row in connection.execute(select(lease).order_by(lease.c.name))
    ]


def _be_present(connection: Connection, name: str, url: str) -> None:
    seen = {"holder": name, "url": url, "epoch": 0, "expires_at": _expiry()}
    if not connection.execute(update(lease).where(lease.c.name == _CENTER + name).values(seen)).rowcount:
        connection.execute(insert(lease).values(name=_CENTER + name, **seen))
