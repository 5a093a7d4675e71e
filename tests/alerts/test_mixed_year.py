"""The year of a mixed estate to the mail: who is sent what and when, and that nothing else is sent.

``tests/data/years/mixed.txt`` has each mail with the reasons for it, between remarks on what happens.
"""

import asyncio
from collections.abc import Sequence

import pytest

from monitor.alerts import NotifyReason
from support.factories.years.mixed_year import CA_NAME, HARBOUR, mixed_year
from support.factories.years.simulated_servers import DAY, Span
from support.factories.years.simulated_year import Arrived, Scenario, lived, story
from support.folders import TESTS

RECORDED = TESTS / "data" / "years" / "mixed.txt"
IN_TIME = {"Gateway", "Mobile", "Web client", "Identity", "Recovery"}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return what happens."""
    return mixed_year()


@pytest.fixture(scope="module")
def arrived(scenario: Scenario) -> Sequence[Arrived]:
    """Let the year pass."""
    return asyncio.run(lived(scenario))


def test_every_mail_of_the_year(scenario: Scenario, arrived: Sequence[Arrived]) -> None:
    """After a wanted change ``tests/data/years/make`` writes the list anew; read each difference."""
    assert list(story(scenario, arrived)) == RECORDED.read_text("utf-8").splitlines()


def test_renewed_in_time(arrived: Sequence[Arrived]) -> None:
    """Lives of 6, 47, 90 and 365 days and of 10 years are no news while they are renewed in time."""
    assert [mail.subject for mail in arrived for one in mail.said if one.item.title in IN_TIME] == []


def test_a_ca_is_notified_instead_of_what_depends_on_it(arrived: Sequence[Arrived]) -> None:
    """No recorder is named in any mail but as a location of its CA."""
    items = [one.item for mail in arrived for one in mail.said]
    assert [one.title for one in items if one.title.startswith("Recorder")] == []
    assert next(len(one.locations) for one in items if one.title == CA_NAME) == 60


def test_nothing_arrives_while_relay_or_service_are_down(
    scenario: Scenario, arrived: Sequence[Arrived]
) -> None:
    """That the world is as it says."""
    assert [one for one in arrived for span in (*scenario.away, *scenario.relay_down) if one.at in span] == []


def test_relay_that_is_back_after_days_brings_one_mail(
    scenario: Scenario, arrived: Sequence[Arrived]
) -> None:
    """It says what is true then, once; what came and went meanwhile is in none."""
    back: Span = scenario.relay_down[1]
    found = [one for one in arrived if back.end <= one.at < back.end + DAY / 12]
    reasons = [said.item.reason for one in found for said in one.said]
    assert (len(found), reasons) == (1, [NotifyReason.WORSE])
    assert [one for one in arrived if any(said.item.title == "Intrusion" for said in one.said)] == []


def test_each_site_hears_of_its_own(scenario: Scenario, arrived: Sequence[Arrived]) -> None:
    """But for the CA that both depend on."""
    sites = {server.title: server.site for server in scenario.servers}
    wrong = [
        (mail.receiver, one.item.title)
        for mail in arrived
        for one in mail.said
        if sites.get(one.item.title, mail.receiver) != mail.receiver
    ]
    assert wrong == []
    assert {mail.receiver for mail in arrived} == {HARBOUR, "plant"}
