"""Tests of the orders of zones while the targets change."""

import asyncio

from monitor.daemon.agents.zone_orders import NO_ORDERS, ZoneOrders
from monitor.threads import ThreadPool
from monitor.wire import read_orders
from support.factories.pipeline.world import target


def test_orders_that_were_written_while_the_targets_changed_are_not_kept() -> None:
    """The zone would have them until the next change."""

    async def scenario() -> None:
        watched = [(target(1, "dmz"),)]
        pool = ThreadPool("orders", 1)
        orders = ZoneOrders(lambda: watched[-1], pool)
        old = asyncio.create_task(orders.get("dmz"))
        await asyncio.sleep(0)
        watched.append((target(2, "dmz"),))
        assert await orders.get("yard") == NO_ORDERS
        assert [one.request.target_id for one in read_orders((await old)[1]).orders] == [watched[0][0].id]
        new = await orders.get("dmz")
        assert [one.request.target_id for one in read_orders(new[1]).orders] == [watched[1][0].id]
        pool.close()

    asyncio.run(scenario())
