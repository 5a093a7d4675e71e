"""Start a renewal day from the page of a site: operators, within what they see, the plan that was shown."""

from dataclasses import replace

import pytest

from monitor.model import DayStep, Matcher, Snapshot
from monitor.planning.renewal_day import texts
from monitor.planning.renewal_plan import PlanProblem, RenewalPlan, plan_for_site
from monitor.web.caller import Caller, Role
from support.factories.renewals.renewal_days import NEW, OLD, served
from support.factories.renewals.site_ports import port
from support.factories.web.fakes import NOW, FakeDaemon, FakeRenewalDays
from support.factories.web.pages import get, send

VIEWER = Caller("victor", Role.VIEWER)
OPERATOR = Caller("alice", Role.OPERATOR, form_token="of-this-session")


PORTS = (
    port("rec2:7563", "recording_server", "streaming_media"),
    port("rec1:9001", "recording_server", "server"),
    port("rec1:7563", "recording_server", "streaming_media"),
    port("mob:8082", "mobile_server", "mobile"),
    port("ms:443", "management_server", "server"),
    port("ms:9000", "management_server", "server"),
    port("web:443", "web_site"),
    port("quay:443", "management_server", "server", site="Quay"),
)
SHOWN = Snapshot({one.target.id: one for one in PORTS})


def plan(snapshot: Snapshot, site: str = "Harbour") -> RenewalPlan:
    """Return the plan of a site that has one."""
    made = plan_for_site(snapshot, site, NOW)
    assert isinstance(made, RenewalPlan)
    return made


STEPS = plan(SHOWN).day_steps
VERSION = {"version": plan(SHOWN).version}
QUAY = replace(OPERATOR, scope=(Matcher("site", ("Quay",)),))


def needed(step: DayStep) -> list[str]:
    """Return the servers of the steps that a step needs."""
    return [one.server for one in STEPS if one.id in step.needs]


def test_the_order_of_steps() -> None:
    """The CA first, then a recorder as a pilot; all others wait for both."""
    found = [(one.kind, one.server, one.group, len(one.ports)) for one in STEPS]
    assert found == [
        ("ca", "CA", "", 0),
        ("switch", "rec1", "server", 1),
        ("switch", "rec1", "streaming_media", 1),
        ("switch", "ms", "server", 2),
        ("switch", "rec2", "streaming_media", 1),
        ("switch", "mob", "mobile", 1),
    ]
    first = ["CA", "rec1", "rec1"]
    assert [needed(one) for one in STEPS] == [[], ["CA"], ["CA"], first, first, first]
    assert STEPS[1].ports[0].old_sha256 == OLD.sha256


def test_the_version_follows_what_is_served() -> None:
    """The same site has the same one; another certificate at a port, or another port, has not."""
    other = served("mob:8082", NEW)
    other = replace(other, target=PORTS[3].target)
    changed = Snapshot({**SHOWN.states, other.target.id: other})
    assert plan(SHOWN, "harbour").version == VERSION["version"]
    assert plan(changed).version != VERSION["version"]
    assert plan_for_site(SHOWN, "elsewhere", NOW) is PlanProblem.NO_SITE


def test_far_too_many_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody renews a hundred thousand ports in one go, and the page of the site stays quick."""
    monkeypatch.setattr("monitor.planning.renewal_plan.make.MOST_STEPS", 3)
    assert plan_for_site(SHOWN, "Harbour", NOW) is PlanProblem.TOO_MANY


def test_a_start_leads_to_the_day() -> None:
    """It is frozen as it was shown, for whoever is logged in."""
    asked = FakeDaemon(SHOWN)
    answer = send(asked, "POST", "/plans/harbour/start", caller=OPERATOR, form=VERSION)
    (day,) = (one[0] for one in asked.renewal_days.asked)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/renewal-days/{day.id}")  # type: ignore[attr-defined]
    assert (day.site, day.started_by, day.steps) == ("Harbour", "alice", STEPS)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("site", "caller", "form", "status"),
    [
        ("Harbour", OPERATOR, {"version": "older"}, 422),
        ("Harbour", OPERATOR, {}, 422),
        ("elsewhere", OPERATOR, VERSION, 404),
        ("Harbour", QUAY, VERSION, 404),
    ],
    ids=["another version", "no version", "no site", "out of scope"],
)
def test_what_is_not_started(site: str, caller: Caller, form: dict[str, str], status: int) -> None:
    """What nobody was shown, or may see."""
    asked = FakeDaemon(SHOWN)
    assert send(asked, "POST", f"/plans/{site}/start", caller=caller, form=form).status_code == status
    assert asked.renewal_days.asked == []


def test_a_refusal_is_said() -> None:
    """Another day of the site goes on already."""
    asked = FakeDaemon(SHOWN)
    asked.renewal_days.problem = texts.GOES_ON
    answer = send(asked, "POST", "/plans/Harbour/start", caller=OPERATOR, form=VERSION)
    assert (answer.status_code, "goes on already" in answer.text) == (422, True)


def test_the_page_of_the_plan() -> None:
    """Operators have the button; where work goes on there is a link for everybody instead."""
    asked = FakeDaemon(SHOWN)
    button = f'name="version" value="{VERSION["version"]}"'
    assert button in get(asked, "/plans/Harbour", caller=OPERATOR).text
    assert button not in get(asked, "/plans/Harbour", caller=VIEWER).text
    send(asked, "POST", "/plans/Harbour/start", caller=OPERATOR, form=VERSION)
    asked.renewal_days = FakeRenewalDays([asked.renewal_days.asked[0][0]])  # type: ignore[list-item]
    for caller in (OPERATOR, VIEWER):
        shown = get(asked, "/plans/Harbour", caller=caller).text
        assert (button in shown, f"/renewal-days/{asked.renewal_days.days[0].id}" in shown) == (False, True)
