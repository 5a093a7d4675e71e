"""What stands for the database of a center that cannot reach it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from monitor.errors import StoreFault, StoreUnusableError
from monitor.messages import english
from monitor.model import AccessToken, TokenRole
from monitor.store import Store
from support.factories.recorded import NOW

ERROR = StoreUnusableError("the store failed: there is no connection", StoreFault.UNREACHABLE)
TOKEN = AccessToken("grafana", "ab" * 32, TokenRole.VIEWER, (), NOW, "admin", None)


def standing_in(act: Callable[[Store], Awaitable[None]]) -> None:
    """Run a test with such a store."""

    async def scenario() -> None:
        store = await Store.in_place_of("postgresql://db/certs?sslmode=require", None, ERROR, (TOKEN,))
        try:
            await act(store)
        finally:
            await store.close()

    asyncio.run(scenario())


def test_it_says_that_nothing_is_recorded() -> None:
    """With the address of the database, and why it cannot be used."""

    async def act(store: Store) -> None:
        assert store.problem is not None
        said = english(NOW).write(store.problem)
        assert "postgresql://db/certs cannot be used (it cannot be reached)" in said
        assert (store.stands_in, store.in_memory) == (True, True)

    standing_in(act)


def test_it_knows_tokens_that_were_read_before_and_refuses_changes() -> None:
    """What people change would be lost."""

    async def act(store: Store) -> None:
        assert await store.access_tokens() == (TOKEN,)
        for change in (store.put_silences(()), store.put_access_tokens(()), store.remove_access_token("x")):
            with pytest.raises(StoreUnusableError):
                await change
        await store.set_facts({"a": "1"})
        assert await store.fact("a") == "1"

    standing_in(act)
