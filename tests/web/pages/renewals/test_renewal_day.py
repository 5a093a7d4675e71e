"""The page of a renewal day: ticks, forms for operators alone, the protocol, and nothing beyond a scope."""

from dataclasses import replace

import pytest

from monitor.messages import english
from monitor.model import CheckedItem, DayEvent, DayEventKind, Matcher, RenewalDay, text
from monitor.planning.renewal_day import (
    Confirm,
    ContinueWork,
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
from monitor.web.pages.renewals.renewal_day import day_values
from monitor.web.queries.planning.renewal_day import PortState, StepState, day_view
from monitor.web.services.renewal_days import SilentPort
from support.factories.renewals.renewal_days import (
    CA,
    DAY,
    MINUTE,
    NEW,
    OLD,
    PILOT,
    SECOND,
    site,
    standing,
    with_step,
)
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, FakeRenewalDays
from support.factories.web.pages import get, reader_of, rendered, send

SHOWN = site()
VIEWER = Caller("victor", Role.VIEWER)
OPERATOR = Caller("alice", Role.OPERATOR, form_token="of-this-session")
OF_REC1 = replace(OPERATOR, scope=(Matcher("target", ("endpoint:rec1:7563",)),))
STARTED = DayEvent(NOW, DayEventKind.STARTED, texts.STARTED, by="alice")

_PILOT = standing(DAY, PILOT)
_PORTS = tuple(replace(one, sha256=NEW.sha256, sha1=NEW.sha1, served_at=NOW) for one in _PILOT.ports)
_DONE = replace(_PILOT, ports=_PORTS, confirmed_at=NOW, confirmed_by="carla <b>")
_CA = replace(standing(DAY, CA), confirmed_at=NOW, confirmed_by="dora")
HALF = with_step(with_step(DAY, _CA), _DONE)


def daemon(day: RenewalDay = HALF, **more: object) -> FakeDaemon:
    """Return a daemon with one renewal day."""
    made = FakeDaemon(SHOWN)
    made.renewal_days = FakeRenewalDays([day], (STARTED,), **more)  # type: ignore[arg-type]
    return made


def page(day: RenewalDay, caller: Caller = OPERATOR) -> str:
    """Return the page of a day."""
    view = day_view(day, (STARTED,))
    return rendered(
        "renewals/renewal_day.html", reader_of(SHOWN, caller=caller), lambda one: day_values(one, view)
    )


def test_half_of_it() -> None:
    """What is done, by whom, with both thumbprints, and what comes next."""
    shown = page(HALF)
    assert "Renewal of Harbour: Work goes on" in shown
    assert "2 of 3 steps done." in shown
    assert f"{OLD.sha1}<br>{NEW.sha1}</div>" in shown
    assert "Checked by carla &lt;b&gt;" in shown
    states = [one.state for one in day_view(HALF).steps]
    assert states == [StepState.DONE, StepState.DONE, StepState.NEXT]


def test_states_of_steps() -> None:
    """A step waits, is to be checked, failed or is left out; which steps it waits for is named."""
    ca, pilot, second = day_view(DAY).steps
    assert (ca.state, pilot.state, second.state) == (StepState.NEXT, StepState.WAITING, StepState.WAITING)
    assert (pilot.waits_for, second.waits_for) == (("dc.vms.example",), ("rec1.vms.example",))
    to_check = with_step(HALF, replace(_DONE, confirmed_at=None))
    assert day_view(to_check).steps[1].state is StepState.TO_CHECK
    halted = replace(to_check, stopped_at=NOW, stopped_step=PILOT, stopped_why=text("exit code 100"))
    assert day_view(halted).steps[1].state is StepState.FAILED
    without = with_step(HALF, replace(standing(HALF, SECOND), left_out_at=NOW))
    assert day_view(without).steps[2].state is StepState.LEFT_OUT


def test_states_of_ports() -> None:
    """A port that restarts does not answer; in a pause nobody asks it."""
    target = _PORTS[0].target_id
    silent = {target: SilentPort(NOW, text("nobody listens"))}
    back = with_step(HALF, replace(_DONE, ports=(replace(_PORTS[0], went_back=True), _PORTS[1])))
    wrong = with_step(HALF, replace(_DONE, ports=(replace(_PORTS[0], problem=text("no")), _PORTS[1])))
    shown = [
        day_view(HALF, (), silent),
        day_view(replace(HALF, paused_at=NOW), (), silent),
        day_view(back),
        day_view(wrong),
        day_view(DAY),
    ]
    assert [one.steps[1].ports[0].state for one in shown] == [
        PortState.SILENT,
        PortState.NEW,
        PortState.WENT_BACK,
        PortState.OTHER,
        PortState.OLD,
    ]


def test_why_it_stopped() -> None:
    """The reason comes before the steps, with the form that goes on."""
    halted = replace(HALF, stopped_at=NOW, stopped_step=SECOND, stopped_why=text("exit code 100: refused"))
    shown = page(halted)
    assert "exit code 100: refused" in shown.partition('id="step-')[0]
    assert 'action="/renewal-days/day-1/resume"' in shown


def test_the_protocol() -> None:
    """After the end there are no forms, and what was not done is said with its reason."""
    left = replace(standing(HALF, SECOND), left_out_at=NOW, left_out_by="bob", left_out_why="being replaced")
    shown = page(replace(with_step(HALF, left), ended_at=NOW + MINUTE, ended_by="alice"))
    assert "/renewal-days/day-1/" not in shown
    after = shown.partition("What was not done")[2]
    assert "3. rec2.vms.example" in after
    assert "Left out by bob: being replaced" in after
    assert "1. dc.vms.example" not in after.partition("What happened")[0]
    assert "Everything was done." in page(replace(HALF, steps=HALF.steps[:2], ended_at=NOW))


@pytest.mark.parametrize(("caller", "shown"), [(VIEWER, False), (OPERATOR, True)])
def test_forms_are_for_operators(caller: Caller, *, shown: bool) -> None:
    """With the token that they send back."""
    forms = page(HALF, caller).partition("</header>")[2]
    assert ("<form" in forms, forms.count('value="of-this-session"') == forms.count("<form")) == (shown, True)


FORMS = [
    ("expect", {"step": PILOT, "thumbprint": "ab:cd"}, Expect(PILOT, "ab:cd")),
    ("report", {"step": PILOT, "exit_code": "-4"}, ReportExitCode(PILOT, -4)),
    (
        "confirm",
        {"step": PILOT, "name": " carla\n", "checked": ["live", "failover", "other"], "note": "all well"},
        Confirm(PILOT, "carla", (CheckedItem.LIVE, CheckedItem.FAILOVER), "all well"),
    ),
    ("leave-out", {"step": PILOT, "reason": "later"}, LeaveOut(PILOT, "later")),
    ("resume", {"reason": "mended"}, Resume("mended")),
    ("pause", {}, Pause()),
    ("continue", {}, ContinueWork()),
    ("end", {}, End()),
]


@pytest.mark.parametrize(("name", "form", "action"), FORMS, ids=[one[0] for one in FORMS])
def test_what_forms_ask_for(name: str, form: dict[str, object], action: DayAction) -> None:
    """It is done for whoever is logged in, and leads back to the step."""
    asked = daemon()
    answer = send(asked, "POST", f"/renewal-days/day-1/{name}", caller=OPERATOR, form=form)
    back = "/renewal-days/day-1" + (f"#step-{PILOT}" if "step" in form else "")
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert asked.renewal_days.asked == [("day-1", action, "alice")]


def test_a_refusal_is_said_on_the_page() -> None:
    """With its reason in the reader's language, above everything."""
    answer = send(daemon(problem=texts.IS_STOPPED), "POST", "/renewal-days/day-1/pause", caller=OPERATOR)
    assert answer.status_code == 422
    assert english(NOW).write(texts.IS_STOPPED) in answer.text


@pytest.mark.parametrize("code", ["", "none", "1e3"])
def test_an_exit_code_is_a_number(code: str) -> None:
    """Anything else is said and asked for again."""
    asked = daemon()
    form = {"step": PILOT, "exit_code": code}
    answer = send(asked, "POST", "/renewal-days/day-1/report", caller=OPERATOR, form=form)
    assert (answer.status_code, asked.renewal_days.asked) == (422, [])


@pytest.mark.parametrize("path", ["/renewal-days/day-1/other", "/renewal-days/nope/pause"])
def test_what_is_not_there(path: str) -> None:
    """Neither an action nor a day that does not exist does anything."""
    asked = daemon()
    assert send(asked, "POST", path, caller=OPERATOR).status_code == 404
    assert asked.renewal_days.asked == []


def test_nothing_beyond_the_scope() -> None:
    """Who does not see every target of a day neither sees the day nor does anything on it."""
    asked = daemon()
    assert get(asked, "/renewal-days/day-1", caller=OF_REC1).status_code == 404
    assert send(asked, "POST", "/renewal-days/day-1/pause", caller=OF_REC1).status_code == 404
    assert "Harbour" not in get(asked, "/renewal-days", caller=OF_REC1).text
    assert asked.renewal_days.asked == []
    assert "Harbour" in get(asked, "/renewal-days", caller=VIEWER).text
    assert get(asked, "/renewal-days/day-1", caller=VIEWER).status_code == 200


def test_hostile_text() -> None:
    """What people typed is shown as text."""
    note = replace(_DONE, left_out_at=NOW, left_out_by=HOSTILE, left_out_why=HOSTILE, confirmed_by=HOSTILE)
    assert "<script src=" not in page(replace(with_step(HALF, note), site=HOSTILE)).partition("</head>")[2]
