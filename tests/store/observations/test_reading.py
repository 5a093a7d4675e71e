"""Tests of the states that the store hands back, and what belongs to them."""

import logging
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from monitor.model import (
    Failure,
    FailureReason,
    FormerLeaf,
    Observation,
    PastRenewal,
    Sighting,
    TargetState,
    text,
)
from monitor.store import Store
from monitor.store.database import Database
from monitor.store.observations.reading import load
from monitor.store.observations.recording import record
from monitor.store.tables import certificate
from support.factories.recorded import (
    DAY,
    HOUR,
    NOW,
    VERSION,
    der,
    loaded,
    observation,
    probe,
    sha256,
    sighting,
    target,
    using,
)

FULL = replace(
    probe(NOW, replace(sighting("leaf"), own_key=True), sighting("ca", position=1))[0],
    watched_since=NOW - DAY,
    succeeded_at=NOW - HOUR,
    failed_probes=3,
    failures=(
        Failure(FailureReason.TIMEOUT, text("no answer within 10 s"), "host:443"),
        Failure(FailureReason.DNS, text("gone")),
    ),
    encrypted=None,
)
FULL_SEEN = observation(FULL.target, NOW, FULL.sightings)


def test_state_comes_back_whole(where: str) -> None:
    """A recorded state is equal after the store was closed and opened again."""
    using(lambda store: store.record([FULL], {FULL.target.id: FULL_SEEN}), where)
    assert using(lambda store: loaded(store, FULL.target), where) == [FULL]


def test_state_comes_with_the_bytes_of_its_sightings(where: str) -> None:
    """Beside each loaded state stand the DER bytes of what it shows."""

    async def act(store: Store) -> list[dict[str, bytes]]:
        await store.record([FULL], {FULL.target.id: FULL_SEEN})
        return [dict(ders) async for piece in store.load([FULL.target]) for _, ders in piece]

    assert using(act, where) == [{sha256("leaf"): der("leaf"), sha256("ca"): der("ca")}]


def test_never_recorded_target_is_left_out(where: str) -> None:
    """Loading a target that was never recorded gives nothing for it."""
    assert using(lambda store: loaded(store, target("other")), where) == []


def test_each_record_of_a_target_has_another_time(where: str) -> None:
    """Whoever follows what another process records asks for these alone."""

    async def act(store: Store) -> None:
        assert await store.probe_times() == {}
        await store.record([FULL], {FULL.target.id: FULL_SEEN})
        first = await store.probe_times()
        assert first.keys() == {FULL.target.id}
        assert await store.probe_times() == first
        await store.record([replace(FULL, probed_at=NOW + HOUR)], {})
        assert (await store.probe_times()).keys() == first.keys()
        assert await store.probe_times() != first

    using(act, where)


def test_departed_leaves_come_back(where: str) -> None:
    """A leaf that left its location is remembered with its successor across a restart."""
    before, seen_before = probe(NOW, sighting("old"))
    after, seen_after = probe(NOW + HOUR, sighting("new"))
    gone = (
        FormerLeaf("host:443", sighting("old").certificate, sighting("new").certificate, 1),
        FormerLeaf("host:444", sighting("old").certificate, None, 2),
    )

    async def act(store: Store) -> list[TargetState]:
        await store.record([before], seen_before)
        await store.record([replace(after, former_leaves=gone)], seen_after)
        return await loaded(store, after.target)

    assert using(act, where) == [replace(after, former_leaves=gone)]


def test_past_renewals_outlive_the_certificates(where: str) -> None:
    """When a certificate was renewed is known after a restart, also once it is no longer kept."""
    before, seen_before = probe(NOW, sighting("old"))
    after, seen_after = probe(NOW + HOUR, sighting("new"))
    old = sighting("old").certificate
    past = (PastRenewal("host:443", old.sha256, old.not_before, old.not_after, NOW + HOUR),)

    async def act(store: Store) -> list[TargetState]:
        await store.record([before], seen_before)
        await store.record([replace(after, past_renewals=past)], seen_after)
        await store.prune(NOW + DAY, HOUR)
        return await loaded(store, after.target)

    assert using(act, where) == [replace(after, past_renewals=past)]


def test_departed_leaf_that_was_pruned_is_dropped(where: str) -> None:
    """A departed leaf whose certificate is no longer kept is not remembered, and the target is."""
    before, seen_before = probe(NOW, sighting("old"))
    after, seen_after = probe(NOW + HOUR, sighting("new"))
    gone = (FormerLeaf("host:443", sighting("old").certificate, None, 1),)

    async def act(store: Store) -> list[TargetState]:
        await store.record([before], seen_before)
        await store.record([replace(after, former_leaves=gone)], seen_after)
        await store.prune(NOW + DAY, HOUR)
        return await loaded(store, after.target)

    assert using(act, where) == [after]


def test_target_waiting_for_its_first_probe_comes_back(where: str) -> None:
    """A target that was never probed keeps the instant since when it is watched."""
    state = TargetState(target(), watched_since=NOW)

    async def act(store: Store) -> list[TargetState]:
        await store.record([state], {})
        return await loaded(store, state.target)

    assert using(act, where) == [state]


def test_large_load_comes_in_pieces_and_in_order(where: str) -> None:
    """1,200 targets come in pieces of at most 500, in the order asked for."""
    probes = [probe(NOW, sighting("leaf", f"h{n}:443"), of=target(f"h{n}")) for n in range(1200)]
    seen = {key: value for _, by_id in probes for key, value in by_id.items()}
    targets = [state.target for state, _ in probes]

    async def act(store: Store) -> list[list[str]]:
        await store.record([state for state, _ in probes], seen)
        return [[state.target.id for state, _ in piece] async for piece in store.load(targets)]

    pieces = using(act, where)
    assert ([len(piece) for piece in pieces], list(chain.from_iterable(pieces))) == (
        [500, 500, 200],
        [t.id for t in targets],
    )


def test_certificate_that_no_longer_parses_is_dropped(where: str, caplog: pytest.LogCaptureFixture) -> None:
    """A recorded certificate that cannot be read any more costs its sighting, not the target."""
    state, seen = probe(NOW, sighting("leaf"))
    using(lambda store: store.record([state], seen), where)
    database = Database.open(where, app_version=VERSION)
    database.write(lambda connection: connection.execute(update(certificate).values(der=b"\0")))
    database.close()
    with caplog.at_level(logging.WARNING, "monitor.store"):
        found = using(lambda store: loaded(store, state.target), where)
    assert (found, len(caplog.records)) == ([replace(state, sightings=())], 1)


def test_odd_file_names_are_recorded(where: str) -> None:
    """A path with bytes outside UTF-8 is recorded escaped and stays one history entry over two probes."""
    odd = sighting("leaf", "/etc/ssl/caf\udce9.pem")

    async def act(store: Store) -> tuple[list[str], int]:
        for at in (NOW, NOW + HOUR):
            state, seen = probe(at, odd)
            await store.record([state], seen)
        (found,) = await loaded(store, state.target)
        return [one.location for one in found.sightings], len(await store.history(target_id=state.target.id))

    assert using(act, where) == (["/etc/ssl/caf\\udce9.pem"], 1)


def test_ders_are_found_by_fingerprint(where: str) -> None:
    """Only fingerprints that are recorded are answered."""

    async def act(store: Store) -> dict[str, bytes]:
        await store.record([FULL], {FULL.target.id: FULL_SEEN})
        return await store.ders([sha256("ca"), "0" * 64])

    assert using(act, where) == {sha256("ca"): der("ca")}


def test_forgotten_targets_leave(where: str) -> None:
    """A forgotten target is not recorded any more; others stay."""
    kept, seen_kept = probe(NOW, sighting("leaf"), of=target("kept"))
    gone, seen_gone = probe(NOW, sighting("leaf"), of=target("gone"))

    async def act(store: Store) -> frozenset[str]:
        await store.record([kept, gone], {**seen_kept, **seen_gone})
        await store.forget_targets([gone.target.id], NOW + HOUR)
        return await store.target_ids()

    assert using(act, where) == frozenset({kept.target.id})


def test_newest_instant_never_falls(where: str) -> None:
    """The newest instant is that of the latest probe, also after the clock stepped back."""

    async def act(store: Store) -> object:
        answers = [await store.newest_instant()]
        for at in (NOW, NOW + DAY, NOW - DAY):
            state, seen = probe(at)
            await store.record([state], seen)
            answers.append(await store.newest_instant())
        return answers

    assert using(act, where) == [None, NOW, NOW + DAY, NOW + DAY]


SHOWN = st.lists(
    st.builds(sighting, st.sampled_from(["a", "b", "c"]), st.sampled_from(["p:1", "p:2"]), st.integers(0, 2)),
    unique_by=lambda one: (one.location, one.position),
    max_size=4,
).map(lambda found: tuple(sorted(found, key=lambda one: (one.location, one.position))))


@given(st.lists(st.tuples(SHOWN, st.sampled_from([HOUR, DAY, 30 * DAY])), min_size=1, max_size=6))
def test_last_state_is_what_comes_back(probes: list[tuple[tuple[Sighting, ...], timedelta]]) -> None:
    """Whatever probes were recorded before, the state of the last one is loaded."""
    database = Database.open("sqlite://", app_version=VERSION)
    at = NOW
    for shown, later in probes:
        at += later
        state, seen = probe(at, *shown)
        database.write(record, [state], seen)
    found = [back for back, _ in database.read(load, [state.target])]
    database.close()
    assert found == [state]


def test_observation_of_another_target_is_no_failure(where: str) -> None:
    """Observations without a state are not recorded."""
    _, seen = probe(NOW, sighting("leaf"))
    nothing: dict[str, Observation] = {**seen}

    async def act(store: Store) -> frozenset[str]:
        await store.record([], nothing)
        return await store.target_ids()

    assert using(act, where) == frozenset()


def test_a_key_that_comes_or_goes_is_recorded(where: str) -> None:
    """Of the same certificate, what is known of its key is what the last probe saw."""

    def recorded(*, own_key: bool) -> list[bool]:
        state = replace(FULL, sightings=tuple(replace(one, own_key=own_key) for one in FULL.sightings))
        using(lambda store: store.record([state], {FULL.target.id: FULL_SEEN}), where)
        (found,) = using(lambda store: loaded(store, FULL.target), where)
        return [one.own_key for one in found.sightings]

    assert [recorded(own_key=one) for one in (False, True, False)] == [[False] * 2, [True] * 2, [False] * 2]
