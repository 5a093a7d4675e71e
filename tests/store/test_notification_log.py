"""Tests of the notification log, facts and discoveries, and of removing what is old."""

from monitor.model import (
    LogChange,
)
from monitor.store import Pruned, Store
from support.factories.recorded import (
    DAY,
    HOUR,
    NOW,
    finished,
    notified,
    probe,
    sha256,
    sighting,
    using,
    waiting,
)


def test_log_is_put_and_forgotten(where: str) -> None:
    """The log holds the latest value of each key that was not forgotten since."""
    first, second = notified("expiry a"), notified("trust b")
    lower = notified("expiry a", "critical", NOW + DAY)

    async def act(store: Store) -> object:
        await store.notify([first, second], [], {})
        await store.notify([lower, LogChange("trust b", None)], [], {})
        return await store.notification_log()

    assert using(act, where) == {"expiry a": lower.record}


def test_facts_are_replaced(where: str) -> None:
    """A fact has the value set last, also when an alert pass sets it."""

    async def act(store: Store) -> object:
        await store.set_facts({"a": "1", "b": "1"})
        await store.notify([], [], {"b": "2"})
        return await store.fact("a"), await store.fact("b"), await store.fact("c")

    assert using(act, where) == ("1", "2", None)


def test_discoveries_keep_their_last_list(where: str) -> None:
    """A discovery answers with the list saved last, one never saved with nothing."""

    async def act(store: Store) -> object:
        await store.save_discovered("dns:a", "[1]", NOW)
        await store.save_discovered("dns:a", "[2]", NOW + HOUR)
        return await store.discovered("dns:a"), await store.discovered("dns:b")

    assert using(act, where) == (("[2]", NOW + HOUR), None)


def test_prune_removes_what_is_old_and_counts_it(where: str) -> None:
    """Ended history, certificates without any, and finished notifications go once older than asked."""

    async def act(store: Store) -> object:
        for at, name in ((NOW, "old"), (NOW + 2 * HOUR, "new")):
            state, seen = probe(at, sighting(name))
            await store.record([state], seen)
        await store.notify([], [waiting(1), waiting(2)], {})
        await store.attempted(finished(waiting(1)))
        kept = await store.prune(NOW + DAY, 2 * DAY)
        gone = await store.prune(NOW + 3 * DAY, 2 * DAY)
        return kept, gone, set(await store.ders([sha256("old"), sha256("new")])), await store.outbox()

    assert using(act, where) == (Pruned(), Pruned(1, 1, 1), {sha256("new")}, (1, NOW))


def test_prune_works_through_many_slices(where: str) -> None:
    """More rows than one slice holds are all removed."""
    many = [sighting("leaf", f"host:{port}") for port in range(1300)]

    async def act(store: Store) -> Pruned:
        for at, shown in ((NOW, many), (NOW + HOUR, many[:0])):
            state, seen = probe(at, *shown)
            await store.record([state], seen)
        return await store.prune(NOW + DAY, HOUR)

    assert using(act, where) == Pruned(history=1300, certificates=1)
