"""Tests of the history of certificates: when an entry begins, goes on, ends, and by what it is replaced."""

import logging
from dataclasses import replace
from datetime import datetime

import pytest

from monitor.model import Observation, Sighting, TargetState
from monitor.store import HistoryEntry, Store
from support.factories.recorded import DAY, HOUR, NOW, probe, sha256, sighting, target, using

Probe = tuple[TargetState, dict[str, Observation]]


def history(where: str, *probes: Probe) -> list[HistoryEntry]:
    """Return the history of the usual target after some probes, latest beginning first."""

    async def act(store: Store) -> list[HistoryEntry]:
        for state, seen in probes:
            await store.record([state], seen)
        return await store.history(target_id=target().id)

    return using(act, where)


def spans(where: str, *probes: Probe) -> list[tuple[str, datetime, datetime, datetime | None, str]]:
    """Return the times in the history: fingerprint, first seen, last seen, end, successor."""
    return [
        (p.sha256, p.first_seen_at, p.last_seen_at, p.ended_at, p.replaced_by)
        for p in history(where, *probes)
    ]


def remembered(at: datetime, *sightings: Sighting) -> Probe:
    """Return a failed probe after which these are only remembered."""
    state, _ = probe(at, *sightings)
    return replace(state, failed_probes=1), probe(at)[1]


A, B, C = sha256("a"), sha256("b"), sha256("c")


def test_first_probe_begins_a_history_entry(where: str) -> None:
    """A history entry carries the location, the position and what the certificate is."""
    one = sighting("a", position=1)
    assert history(where, probe(NOW, one)) == [
        HistoryEntry(
            target().id,
            "host:443",
            1,
            A,
            "CN=a",
            one.certificate.not_after,
            NOW,
            NOW,
            ended_at=None,
            replaced_by="",
        )
    ]


def test_unchanged_probe_writes_no_history(where: str) -> None:
    """Within a day of the last time written, an unchanged certificate costs no write."""
    assert spans(where, probe(NOW, sighting("a")), probe(NOW + 23 * HOUR, sighting("a"))) == [
        (A, NOW, NOW, None, "")
    ]


def test_long_history_entry_is_brought_up_to_date_daily(where: str) -> None:
    """A day after the last time written, its entry goes on."""
    later = NOW + DAY
    assert spans(where, probe(NOW, sighting("a")), probe(later, sighting("a"))) == [(A, NOW, later, None, "")]


def test_remembered_certificate_is_not_seen(where: str) -> None:
    """While probes fail the history entry stays open, and its last sighting stays where it was."""
    assert spans(where, probe(NOW, sighting("a")), remembered(NOW + 2 * DAY, sighting("a"))) == [
        (A, NOW, NOW, None, "")
    ]


def test_replaced_certificate_ends_and_names_its_successor(where: str) -> None:
    """A leaf that another one replaces ends when that one is seen, and says which."""
    later = NOW + HOUR
    assert spans(where, probe(NOW, sighting("a")), probe(later, sighting("b"))) == [
        (B, later, later, None, ""),
        (A, NOW, NOW, later, B),
    ]


def test_removed_certificate_ends_without_successor(where: str) -> None:
    """A certificate that leaves its location empty ends and names nobody."""
    later = NOW + HOUR
    assert spans(where, probe(NOW, sighting("a")), probe(later)) == [(A, NOW, NOW, later, "")]


def test_successor_is_at_the_same_position(where: str) -> None:
    """What replaces a certificate is what is at its own location and position now."""
    before = (sighting("a"), sighting("b", position=1))
    after = (sighting("c"),)
    ends = {sha: by for sha, _, _, _, by in spans(where, probe(NOW, *before), probe(NOW + HOUR, *after))}
    assert ends == {A: C, B: "", C: ""}


def test_brief_absence_is_no_end(where: str) -> None:
    """Two certificates that alternate behind a load balancer keep one history entry each."""
    probes = [probe(NOW + n * HOUR, sighting("ab"[n % 2])) for n in range(6)]
    assert spans(where, *probes) == [
        (B, NOW + HOUR, NOW + 5 * HOUR, None, ""),
        (A, NOW, NOW + 4 * HOUR, NOW + 5 * HOUR, B),
    ]


def test_return_after_a_day_is_a_new_history_entry(where: str) -> None:
    """A certificate that was away for longer than a day is present anew."""
    back = NOW + HOUR + DAY
    probes = (probe(NOW, sighting("a")), probe(NOW + HOUR), probe(back, sighting("a")))
    assert spans(where, *probes) == [(A, back, back, None, ""), (A, NOW, NOW, NOW + HOUR, "")]


def test_end_is_never_before_the_last_sighting(where: str) -> None:
    """After the clock stepped back a history entry ends where it was seen last."""
    assert spans(where, probe(NOW, sighting("a")), probe(NOW - DAY)) == [(A, NOW, NOW, NOW, "")]


def test_forgotten_target_keeps_its_history(where: str) -> None:
    """What a forgotten target showed ends when it is forgotten, and stays to be read."""

    async def act(store: Store) -> object:
        state, seen = probe(NOW, sighting("a"))
        await store.record([state], seen)
        await store.forget_targets([state.target.id], NOW + HOUR)
        return [p.ended_at for p in await store.history(target_id=state.target.id)]

    assert using(act, where) == [NOW + HOUR]


def test_history_of_a_certificate_spans_targets(where: str) -> None:
    """Asked for a certificate, every target that showed it answers, up to the limit."""

    async def act(store: Store) -> object:
        for n in range(3):
            state, seen = probe(NOW + n * HOUR, sighting("a"), of=target(f"h{n}"))
            await store.record([state], seen)
        return [p.target_id for p in await store.history(sha256=A, limit=2)]

    assert using(act, where) == [target("h2").id, target("h1").id]


def test_sighting_without_bytes_is_not_recorded(where: str, caplog: pytest.LogCaptureFixture) -> None:
    """A new certificate whose bytes nobody brought is left out with a word, and its target is recorded."""
    state, _ = probe(NOW, sighting("a"))
    with caplog.at_level(logging.WARNING, "monitor.store"):
        found = history(where, (state, {}))
    assert (found, len(caplog.records)) == ([], 1)
