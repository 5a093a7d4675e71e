"""What is missing of a monitor on several machines, from what is known: one row for each piece."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.daemon.cluster.component_watch import ComponentWatch
from monitor.daemon.cluster.components import KnownComponents, degraded
from monitor.web.services.agent_admin import AgentIdentity, AgentState
from monitor.web.services.components import Component, Degradation
from support.pki import NOW
from support.written import written

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
WELL = KnownComponents(centers={"center-b": NOW})


def said(known: KnownComponents, now: datetime = NOW) -> list[str]:
    """Return what is said first of each piece that is missing."""
    return [written(one.said) for one in degraded(known, now)]


def agents(seen: Mapping[str, datetime | None]) -> KnownComponents:
    """Return what is known where the agents of zone dmz were heard of at these instants."""
    states = [AgentState(AgentIdentity("dmz", name), at) for name, at in seen.items()]
    heard = max((at for at in seen.values() if at), default=NOW - 2 * MINUTE)
    return KnownComponents(agents=states, heard_at=lambda zone: heard if zone == "dmz" else None)


def test_one_machine_misses_nothing() -> None:
    """Nobody without zones, workers or ha ever reads of them."""
    assert degraded(KnownComponents(), NOW) == ()


def test_a_center_that_began_anew_knows_since_when() -> None:
    """The time that it waited as a standby counts."""
    found = degraded(replace(WELL, database_away=True, database_since=NOW - MINUTE), NOW)
    assert [one.since for one in found] == [NOW - MINUTE]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (WELL, []),
        (replace(WELL, centers=None), []),
        (replace(WELL, database_away=True, centers={}), ["Mails wait: the database does not answer"]),
        (
            KnownComponents(leads=False, database_away=True),
            ["This center cannot take over: the database does not answer"],
        ),
        (KnownComponents(leads=False, nats="refused"), []),
        (replace(WELL, centers={"center-b": NOW - MINUTE}), ["Center center-b is not there"]),
        (replace(WELL, centers={"b": NOW, "c": NOW - MINUTE}), ["Center c is not there"]),
        (replace(WELL, centers={}), ["No other center waits to take over"]),
        (replace(WELL, centers={"old": NOW - 200 * HOUR}), ["No other center waits to take over"]),
        (replace(WELL, nats="refused"), ["NATS is not reachable"]),
        (
            replace(WELL, without_workers={"dmz": NOW, "": NOW}),
            ["No worker answers for the targets without a zone", "Zone dmz: no worker answers"],
        ),
        (agents({"dmz-1": NOW - 30 * SECOND}), []),
        (agents({"dmz-1": NOW - 2 * MINUTE}), ["Zone dmz: no agent reports"]),
        (agents({"dmz-1": None}), ["Zone dmz: no agent reports"]),
        (agents({"dmz-1": NOW, "dmz-2": None}), ["Zone dmz: agent dmz-2 does not report"]),
        (agents({"dmz-1": None, "dmz-2": NOW}), ["Zone dmz: agent dmz-1 does not report"]),
    ],
)
def test_each_missing_piece_is_said(known: KnownComponents, expected: list[str]) -> None:
    """By its name, and nothing of those that are there."""
    assert said(known) == expected


def test_what_it_means_depends_on_who_is_left() -> None:
    """A third center takes over, or nobody does."""
    [alone] = degraded(replace(WELL, centers={"c": NOW - MINUTE}), NOW)
    [of_three] = degraded(replace(WELL, centers={"b": NOW, "c": NOW - MINUTE}), NOW)
    assert "nothing is probed and no mail is sent" in written(alone.effect)
    assert "another one that waits takes over" in written(of_three.effect)
    assert alone.since == NOW - MINUTE


def test_everything_may_be_missing_at_once() -> None:
    """What matters most is first; of the centers nothing is known without the database."""
    known = replace(
        agents({"dmz-1": None}),
        database_away=True,
        centers={},
        nats="refused",
        without_workers={"": NOW},
    )
    found = [one.component for one in degraded(known, NOW)]
    assert found == [Component.DATABASE, Component.NATS, Component.WORKERS, Component.ZONE]


def test_the_beginning_is_remembered_until_it_is_back() -> None:
    """A piece that is missing again is so since then."""
    known, now = KnownComponents(nats="refused"), NOW

    def look(at: datetime) -> list[datetime | None]:
        nonlocal now
        now = at
        return [one.since for one in watch.missing()]

    watch = ComponentWatch(lambda: known, lambda: now)
    assert [look(NOW), look(NOW + MINUTE)] == [[NOW], [NOW]]
    known = KnownComponents()
    assert look(NOW + 2 * MINUTE) == []
    known = KnownComponents(nats="refused")
    assert look(NOW + HOUR) == [NOW + HOUR]


def test_every_one_says_what_it_means_and_what_to_do() -> None:
    """A name alone helps nobody."""

    def whole(one: Degradation) -> bool:
        return all(written(text).endswith(".") for text in (one.effect, one.advice))

    known = replace(
        agents({"dmz-1": NOW, "dmz-2": None}), centers={}, nats="it is refused.", without_workers={"": NOW}
    )
    everything = (*degraded(known, NOW), *degraded(KnownComponents(leads=False, database_away=True), NOW))
    assert len(everything) == 5
    assert all(map(whole, everything))
