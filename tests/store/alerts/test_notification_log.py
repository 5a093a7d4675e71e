"""Tests of the notification log, facts and discoveries, and of removing what is old."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from monitor.model import (
    AlertLevel,
    AlertResolution,
    LogChange,
    ReceiverChanges,
    ReceiverRecord,
)
from monitor.store import Pruned, Store
from support.factories.recorded import (
    DAY,
    HOUR,
    NOW,
    RECEIVER,
    alert_key,
    finished,
    notified,
    probe,
    sha256,
    sighting,
    url,
    using,
    waiting,
)


def test_log_is_put_and_forgotten(where: str) -> None:
    """The log holds the latest value of each key that was not forgotten since."""
    alerts, worse = notified("a", level=AlertLevel.CRITICAL, at=NOW + DAY)
    (change,) = worse[RECEIVER].log
    forgotten = LogChange(alert_key("b"), None)

    async def act(store: Store) -> object:
        await store.notify(*notified("a", "b"), [], NOW)
        await store.notify(alerts, {RECEIVER: ReceiverChanges((change, forgotten))}, [], NOW)
        return (await store.receiver_record(RECEIVER)).log, set(await store.open_alerts())

    assert using(act, where) == ({change.key: change.record}, {alert_key("a"), alert_key("b")})


def test_open_alerts_come_back_as_they_were(where: str) -> None:
    """What is recorded of an alert, the alert that leads its group included, is read back equal."""
    alerts, changes = notified("a", "b")

    async def act(store: Store) -> object:
        await store.notify(alerts, changes, [], NOW)
        return await store.open_alerts()

    assert using(act, where) == {record.key: record for record in alerts}


def test_each_receiver_has_a_log_of_its_own(where: str) -> None:
    """What one receiver was notified of, and that it got its inventory, says nothing of another."""
    log, renewals = notified("a")[1][RECEIVER].log, (("old", "new"),)

    async def act(store: Store) -> object:
        await store.notify(notified("a")[0], {"hook": ReceiverChanges(log, renewals, (), NOW)}, [], NOW)
        return await store.receiver_record(RECEIVER), await store.receiver_record("hook")

    hook = ReceiverRecord("hook", {alert_key("a"): log[0].record}, frozenset(renewals), NOW)
    assert using(act, where) == (ReceiverRecord(RECEIVER), hook)


def test_renewals_are_remembered_until_they_are_out_of_sight(where: str) -> None:
    """A renewal is added once and removed when it is gone."""
    one, two = ("a", "b"), ("c", "d")

    async def act(store: Store) -> object:
        await store.notify([], {RECEIVER: ReceiverChanges(renewals_added=(one, two))}, [], NOW)
        await store.notify([], {RECEIVER: ReceiverChanges((), (two,), (one,))}, [], NOW)
        return (await store.receiver_record(RECEIVER)).renewals

    assert using(act, where) == {two}


def test_alert_that_is_over_is_in_no_log(where: str) -> None:
    """A resolved alert is neither open nor in the log of any receiver; opened again it starts anew."""
    (alert,), changes = notified("a")
    over = replace(alert, resolved_at=NOW + DAY, resolution=AlertResolution.RENEWED)
    again = replace(alert, opened_at=NOW + 2 * DAY)

    async def act(store: Store) -> object:
        await store.notify([alert], {**changes, "hook": changes[RECEIVER]}, [], NOW)
        await store.notify([over], {}, [], NOW + DAY)
        gone = await store.open_alerts(), [(await store.receiver_record(r)).log for r in (RECEIVER, "hook")]
        await store.notify([again], {}, [], NOW + 2 * DAY)
        return gone, await store.open_alerts()

    assert using(act, where) == (({}, [{}, {}]), {again.key: again})


def test_alert_that_a_newer_version_wrote_is_left_alone(tmp_path: Path) -> None:
    """An alert of an unknown check is not read, and not dropped either."""
    path = tmp_path / "state.db"
    (alert,), changes = notified("a")

    async def act(store: Store) -> object:
        return await store.open_alerts(), (await store.receiver_record(RECEIVER)).log

    using(lambda store: store.notify([alert], changes, [], NOW), url(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alert SET \"check\" = 'later'")
        connection.commit()
    assert using(act, url(path)) == ({}, {})
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM alert").fetchone() == (1,)


def test_facts_are_replaced(where: str) -> None:
    """A fact has the value set last."""

    async def act(store: Store) -> object:
        await store.set_facts({"a": "1", "b": "1"})
        await store.set_facts({"b": "2"})
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
        await store.notify([], {}, [waiting(1), waiting(2)], NOW)
        await store.attempted(finished(waiting(1)), NOW)
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
