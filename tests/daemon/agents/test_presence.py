"""Which agent of a zone probes, and which zones are silent."""

from datetime import timedelta

import pytest

from monitor.daemon.agents.presence import SILENT_AFTER, UNHEARD_AFTER, AgentPresence
from monitor.web.services.agent_admin import AgentIdentity
from support.pki import NOW

FIRST, SECOND = AgentIdentity("dmz", "dmz-1"), AgentIdentity("dmz", "dmz-2")
SECOND_OF_TIME = timedelta(seconds=1)


@pytest.fixture
def presence() -> AgentPresence:
    """Return what is known at a start."""
    made = AgentPresence(NOW)
    made.use({"dmz": ["dmz-1", "dmz-2"]}, NOW)
    return made


def test_the_first_one_is_waited_for_at_the_start(presence: AgentPresence) -> None:
    """A restart of the center moves no zone to another agent."""
    presence.seen(SECOND, NOW + SECOND_OF_TIME)
    assert presence.probing("dmz", NOW + SECOND_OF_TIME) == FIRST
    presence.seen(SECOND, NOW + SILENT_AFTER)
    assert presence.probing("dmz", NOW + SILENT_AFTER) == SECOND


def test_the_next_one_takes_over_and_gives_back(presence: AgentPresence) -> None:
    """The order in the configuration counts, among those that are there."""
    later = NOW + 10 * SILENT_AFTER
    for at in (NOW, later - SECOND_OF_TIME):
        presence.seen(SECOND, at)
    assert presence.probing("dmz", later) == SECOND
    presence.seen(FIRST, later)
    assert presence.probing("dmz", later) == FIRST
    assert presence.probing("dmz", later + SILENT_AFTER) is None


def test_a_zone_is_silent_when_all_of_its_agents_are(presence: AgentPresence) -> None:
    """From when the last of them was heard of."""
    presence.seen(SECOND, NOW + SECOND_OF_TIME)
    assert presence.silent(NOW + UNHEARD_AFTER) == ()
    (silent,) = presence.silent(NOW + SECOND_OF_TIME + UNHEARD_AFTER)
    assert (silent.zone, silent.since) == ("dmz", NOW + SECOND_OF_TIME)


def test_a_zone_that_was_not_heard_of_yet_is_silent_since_the_start(presence: AgentPresence) -> None:
    """Nothing is concluded about its targets until it was."""
    (silent,) = presence.silent(NOW + SECOND_OF_TIME)
    assert silent.since == NOW


def test_a_zone_that_is_configured_later_is_silent_since_then(presence: AgentPresence) -> None:
    """It could not have been heard of before; what is known of other agents stays."""
    presence.seen(FIRST, NOW)
    later = NOW + 10 * SILENT_AFTER
    presence.use({"dmz": ["dmz-1"], "yard": ["yard-1"]}, later)
    assert {one.zone: one.since for one in presence.silent(later)} == {"dmz": NOW, "yard": later}
    assert not presence.knows(SECOND)
    presence.seen(SECOND, later)  # an answer that was under way


def test_the_offset_stays_while_it_is_right(presence: AgentPresence) -> None:
    """An answer that comes twice has the same time twice."""
    behind = NOW + timedelta(hours=1)
    asked = presence.reported(FIRST, behind, NOW)
    first = presence.reported(FIRST, behind, NOW)
    second = presence.reported(FIRST, behind + timedelta(seconds=9), NOW + timedelta(seconds=10))
    assert (asked, first, second) == (None, -timedelta(hours=1), first)
    assert presence.states(NOW)[0].offset == -3600


def test_a_zone_is_heard_of_by_any_of_its_agents(presence: AgentPresence) -> None:
    """What is not configured is not waited for."""
    presence.seen(SECOND, NOW + SILENT_AFTER)
    assert (presence.heard_at("dmz"), presence.heard_at("yard")) == (NOW + SILENT_AFTER, None)


def test_a_document_that_was_long_on_its_way_changes_no_offset(presence: AgentPresence) -> None:
    """Its agent was frozen, or packets were lost; later answers would seem to be older than these."""
    late = NOW + timedelta(minutes=1)
    assert presence.reported(FIRST, NOW, late) is None
    assert presence.reported(FIRST, late, late) == timedelta(0)
    assert presence.reported(FIRST, late, late) == timedelta(0)
    assert presence.states(NOW)[0].offset == 0
