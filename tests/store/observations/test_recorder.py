"""Targets that are as they were recorded cost one narrow row, and what is recorded is the same as without."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from monitor.model import FormerLeaf, Sighting, TargetState
from monitor.store import HistoryEntry, Store
from monitor.store.observations.recorder import Recorder
from support.factories.recorded import (
    DAY,
    HOUR,
    NOW,
    loaded,
    observation,
    probe,
    sighting,
    target,
    url,
    using,
)

A, B = (sighting("a"),), (sighting("b"),)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect every statement of every database."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def probed(store: Store, state: TargetState, *ats: timedelta) -> TargetState:
    """Record good probes of a target that find nothing new, and return its state after the last one."""
    for at in ats:
        state = replace(state, probed_at=NOW + at, succeeded_at=NOW + at)
        await store.record([state], {state.target.id: observation(state.target, NOW + at, state.sightings)})
    return state


def test_unchanged_target_is_one_update(where: str) -> None:
    """From the third probe on, history, certificates and outcomes are neither read nor written."""

    async def act(store: Store) -> list[str]:
        state = await probed(store, probe(NOW, *A)[0], HOUR, 2 * HOUR)
        with statements() as found:
            await probed(store, state, 3 * HOUR)
        assert await loaded(store, target()) == [
            replace(state, probed_at=NOW + 3 * HOUR, succeeded_at=NOW + 3 * HOUR)
        ]
        return found

    found = using(act, where)
    assert sum(one.startswith("UPDATE target") for one in found) == 1
    assert not [
        one
        for one in found
        if any(name in one for name in ("history", "certificate", "outcome", "INSERT INTO target"))
    ]


def test_last_seen_follows_within_a_day(where: str) -> None:
    """Hourly probes that find nothing new still say once a day that the certificate is there."""

    async def act(store: Store) -> list[timedelta]:
        state, lags = probe(NOW, *A)[0], []
        for hours in range(80):
            state = await probed(store, state, hours * HOUR)
            [entry] = await store.history(target_id=target().id)
            lags.append(NOW + hours * HOUR - entry.last_seen_at)
        return lags

    lags = using(act, where)
    assert max(lags) < DAY
    assert lags.count(timedelta(0)) < 8


def test_target_that_came_back_is_recorded_whole(where: str) -> None:
    """A target that left the configuration and comes back as it was has its row and its history again."""

    async def act(store: Store) -> tuple[list[TargetState], list[HistoryEntry]]:
        state = await probed(store, probe(NOW, *A)[0], HOUR, 2 * HOUR)
        await store.forget_targets([target().id], NOW + 3 * HOUR)
        assert await loaded(store, target()) == []
        await probed(store, state, 4 * HOUR)
        return await loaded(store, target()), await store.history(target_id=target().id)

    [state], entries = using(act, where)
    assert state.sightings == A
    assert [entry.ended_at for entry in entries] == [None]


def test_what_left_within_a_day_is_recorded_as_gone(where: str) -> None:
    """A certificate that appears in an empty store and is removed at the next probe leaves no open entry."""

    async def act(store: Store) -> tuple[list[TargetState], list[HistoryEntry]]:
        empty = await probed(store, probe(NOW)[0], HOUR, 2 * HOUR)
        await probed(store, replace(empty, sightings=A), 3 * HOUR)
        await probed(store, empty, 4 * HOUR)
        return await loaded(store, target()), await store.history(target_id=target().id)

    [state], entries = using(act, where)
    assert state.sightings == ()
    assert [entry for entry in entries if entry.ended_at is None] == []


def test_row_that_is_gone_is_written_again(tmp_path: Path) -> None:
    """A row that another program removed is noticed, and all of the target is recorded."""
    path = tmp_path / "state.db"

    async def act(store: Store) -> list[TargetState]:
        state = await probed(store, probe(NOW, *A)[0], HOUR, 2 * HOUR)
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM target")
        connection.close()
        await probed(store, state, 3 * HOUR)
        return await loaded(store, target())

    assert [state.probed_at for state in using(act, url(path))] == [NOW + 3 * HOUR]


STEPS = st.lists(
    st.tuples(
        st.sampled_from([A, B, (*A, sighting("b", position=1)), ()]),
        st.integers(0, 40),
        st.booleans(),
        st.sampled_from([True, None]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


async def _recorded(
    store: Store, steps: list[tuple[tuple[Sighting, ...], int, bool, bool | None, bool]], *, forgetful: bool
) -> object:
    at, of = NOW, target()
    for sightings, hours, failed, encrypted, former in steps:
        at += hours * HOUR
        if forgetful:
            store._recorder = Recorder(store._database)
        old = sightings[0].certificate if sightings else None
        state = replace(
            probe(at, *sightings)[0],
            target=of,
            watched_since=NOW,
            sightings=sightings,
            failed_probes=int(failed),
            encrypted=encrypted,
            former_leaves=(FormerLeaf("host:443", old, None, 1),) if former and old else (),
        )
        await store.record([state], {of.id: observation(of, at, () if failed else sightings)})
    return await loaded(store, of), await store.history(target_id=of.id), await store.outcomes(of.id)


@settings(max_examples=60)
@example(steps=[(one, 0, False, True, False) for one in ((), (), A, ())])  # nothing, and again nothing
@example(  # another certificate, and back to the one before it
    steps=[
        (A, 0, False, True, False),
        (A, 0, False, True, False),
        (A, 0, False, True, True),
        (B, 0, False, True, False),
        (A, 0, False, True, True),
    ]
)
@given(steps=STEPS)
def test_recorded_as_if_nothing_was_remembered(
    steps: list[tuple[tuple[Sighting, ...], int, bool, bool | None, bool]],
) -> None:
    """Whatever probes find, state and history are the same as when each record compares everything."""
    results = [
        using(lambda store, forgetful=forgetful: _recorded(store, steps, forgetful=forgetful), "sqlite://")
        for forgetful in (True, False)
    ]
    assert results[0] == results[1]
