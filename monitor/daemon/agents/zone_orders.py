"""The orders of each zone as the document that its agent gets; written anew when the targets change."""

from collections.abc import Callable, Sequence

from monitor.model import Target
from monitor.threads import ThreadPool
from monitor.wire import write_orders

Orders = tuple[str, bytes]
"""The revision of orders, and their document."""
NO_ORDERS: Orders = write_orders(())


class ZoneOrders:
    """The orders of each zone for the targets that are watched now."""

    def __init__(self, targets: Callable[[], Sequence[Target]], pool: ThreadPool) -> None:
        """Take the function that returns the targets (the same object until they change), and a pool."""
        self._targets = targets
        self._pool = pool
        self._written_for: Sequence[Target] = ()
        self._written: dict[str, Orders] = {}

    async def get(self, zone: str) -> Orders:
        """Return the orders of a zone."""
        targets = self._targets()
        if self._written_for is not targets:
            self._written_for, self._written = targets, {}
        written = self._written  # while these are written, others may begin with newer targets
        if zone not in written:
            ordered = [(one.request, one.policy.interval) for one in targets if one.zone == zone]
            written[zone] = await self._pool.run(write_orders, ordered)
        return written[zone]
