"""Renewal days for programs: what the page shows, and what it does, within what the caller sees."""

from dataclasses import replace

import pytest
from web.pages.renewals.test_renewal_start import SHOWN, VERSION

from monitor.model import CheckedItem, DayEvent, DayEventKind, Matcher
from monitor.planning.renewal_day import (
    Confirm,
    DayAction,
    End,
    Expect,
    LeaveOut,
    Pause,
    ReportExitCode,
    Resume,
    texts,
)
from monitor.web.caller import Caller, Role
from support.factories.renewals.renewal_days import DAY, PILOT, site
from support.factories.web.fakes import NOW, FakeDaemon, FakeRenewalDays
from support.factories.web.pages import get, send

OPERATOR = Caller("alice", Role.OPERATOR)
OF_REC1 = replace(OPERATOR, scope=(Matcher("target", ("endpoint:rec1:7563",)),))
PATH = "/api/v1/renewal-days"


def daemon() -> FakeDaemon:
    """Return a daemon with one renewal day."""
    made = FakeDaemon(site())
    events = (DayEvent(NOW, DayEventKind.STARTED, texts.STARTED, by="alice"),)
    made.renewal_days = FakeRenewalDays([DAY], events)
    return made


def test_the_list_and_one_day() -> None:
    """Steps with their ports, and what happened."""
    (short,) = get(daemon(), PATH, caller=OPERATOR).json()["items"]
    assert (short["id"], short["state"], short["done"], short["total"]) == ("day-1", "active", 0, 3)
    whole = get(daemon(), f"{PATH}/day-1", caller=OPERATOR).json()
    assert [one["state"] for one in whole["steps"]] == ["next", "waiting", "waiting"]
    assert whole["steps"][1]["ports"][0]["state"] == "old"
    assert [one["message"] for one in whole["events"]] == ["The plan was started."]


BODIES = [
    ("expect", {"step": PILOT, "thumbprint": "ab"}, Expect(PILOT, "ab")),
    ("report", {"step": PILOT, "exit_code": 100}, ReportExitCode(PILOT, 100)),
    (
        "confirm",
        {"step": PILOT, "name": "carla", "checked": ["live"], "note": "well"},
        Confirm(PILOT, "carla", (CheckedItem.LIVE,), "well"),
    ),
    ("leave-out", {"step": PILOT, "reason": "later"}, LeaveOut(PILOT, "later")),
    ("resume", {"reason": "mended"}, Resume("mended")),
    ("pause", {}, Pause()),
    ("end", {}, End()),
]


@pytest.mark.parametrize(("name", "body", "action"), BODIES, ids=[one[0] for one in BODIES])
def test_actions(name: str, body: dict[str, object], action: DayAction) -> None:
    """They are done for whoever asks."""
    asked = daemon()
    assert send(asked, "POST", f"{PATH}/day-1/{name}", body, caller=OPERATOR).status_code == 204
    assert asked.renewal_days.asked == [("day-1", action, "alice")]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("day-1/report", {"step": PILOT, "exit_code": "100"}, 422),
        ("day-1/confirm", {"step": PILOT, "checked": ["stars"]}, 422),
        ("day-1/other", {}, 404),
        ("nope/pause", {}, 404),
    ],
)
def test_what_is_wrong(path: str, body: dict[str, object], status: int) -> None:
    """It is said, and nothing is done."""
    asked = daemon()
    assert send(asked, "POST", f"{PATH}/{path}", body, caller=OPERATOR).status_code == status
    assert asked.renewal_days.asked == []


def test_a_start() -> None:
    """Of the plan that was shown, if a version is given; within what the caller sees."""
    asked = FakeDaemon(SHOWN)
    answer = send(asked, "POST", PATH, {"site": "harbour", **VERSION}, caller=OPERATOR)
    (day,) = (one[0] for one in asked.renewal_days.asked)
    assert (answer.status_code, answer.json()["id"]) == (201, day.id)  # type: ignore[attr-defined]
    for body, status in (
        ({"site": "harbour", "version": "old"}, 422),
        ({"site": "elsewhere"}, 404),
        ({}, 404),
    ):
        assert send(asked, "POST", PATH, body, caller=OPERATOR).status_code == status
    assert send(asked, "POST", PATH, {"site": "harbour"}, caller=OF_REC1).status_code == 201
    assert [len(one[0].steps) for one in asked.renewal_days.asked] == [6, 2]  # type: ignore[attr-defined]


def test_a_refusal() -> None:
    """Its reason is a sentence."""
    asked = daemon()
    asked.renewal_days.problem = texts.IS_STOPPED
    answer = send(asked, "POST", f"{PATH}/day-1/end", {}, caller=OPERATOR)
    assert (answer.status_code, answer.json()["problems"][0][:20]) == (422, "The work is stopped.")


def test_nothing_beyond_the_scope() -> None:
    """A day is for who sees all of its targets."""
    asked = daemon()
    assert get(asked, PATH, caller=OF_REC1).json() == {"items": []}
    assert get(asked, f"{PATH}/day-1", caller=OF_REC1).status_code == 404
    assert send(asked, "POST", f"{PATH}/day-1/end", {}, caller=OF_REC1).status_code == 404
    assert asked.renewal_days.asked == []
