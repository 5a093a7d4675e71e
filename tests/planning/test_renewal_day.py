"""The work on a plan: what ports and people tick off, what stops it, and how it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import CheckedItem, DayEventKind, DayState, Message, RenewalDay, Snapshot
from monitor.planning.renewal_day import (
    WORK_AT_MOST,
    Confirm,
    ContinueWork,
    DayAction,
    DayChange,
    End,
    Expect,
    LeaveOut,
    Pause,
    ReportExitCode,
    Resume,
    act,
    observe,
    texts,
)
from monitor.planning.renewal_day.exit_codes import explanation
from support.factories.alerts.world import NOW, certificate, picture
from support.factories.renewals.renewal_days import (
    CA,
    DAY,
    MINUTE,
    NEW,
    OLD,
    OTHER,
    PILOT,
    SECOND,
    served,
    site,
    standing,
)
from support.written import written

CHECKED = (CheckedItem.LIVE,)


def done(day: RenewalDay, *actions: DayAction, minutes: float = 0) -> RenewalDay:
    """Return a day after some actions, none of which is refused."""
    for action in actions:
        made = act(day, action, "bob", NOW + minutes * MINUTE)
        assert isinstance(made, DayChange), made
        day = made.day
    return day


def refused(day: RenewalDay, action: DayAction) -> Message:
    """Return why an action is refused."""
    made = act(day, action, "bob", NOW)
    assert isinstance(made, Message), made
    return made


def kinds(change: DayChange) -> list[str]:
    """Return what a change writes into the log."""
    return [one.kind.value for one in change.events]


def confirmed(step_id: str, name: str = "carla") -> Confirm:
    """Return a confirmation after a look at live pictures."""
    return Confirm(step_id, name, CHECKED)


BEGUN = done(DAY, Confirm(CA, "carla", (CheckedItem.CLIENTS,), "by group policy"))


def switched(day: RenewalDay = BEGUN) -> RenewalDay:
    """Return a day on which the pilot serves the new certificate at both ports."""
    return observe(day, site(rec1_7563=NEW, rec1_9001=NEW), NOW + MINUTE).day


def test_the_ca_is_confirmed_by_a_named_person() -> None:
    """It has no port that could tell: a name and what was checked are all there is."""
    ca = standing(BEGUN, CA)
    assert (ca.done, ca.confirmed_by, ca.note) == (True, "carla", "by group policy")
    assert refused(DAY, Confirm(CA, " ", CHECKED)) == texts.NO_NAME
    assert refused(DAY, Confirm(CA, "carla")) == texts.NOTHING_CHECKED


def test_every_port_ticks_a_step() -> None:
    """One of two ports is not enough; what was seen has its time and thumbprint."""
    half = observe(BEGUN, site(rec1_7563=NEW), NOW + MINUTE)
    assert kinds(half) == ["served"]
    assert not standing(half.day, PILOT).served
    port = standing(switched(), PILOT).ports[1]
    assert (port.done, port.sha1, port.served_at) == (True, NEW.sha1, NOW + MINUTE)
    assert standing(switched(), PILOT).served


def test_nothing_new_says_nothing() -> None:
    """The log does not grow every 15 seconds."""
    again = observe(switched(), site(rec1_7563=NEW, rec1_9001=NEW), NOW + 2 * MINUTE)
    assert (again.day, again.events) == (switched(), ())
    assert observe(DAY, Snapshot(), NOW) == DayChange(DAY)


def test_green_needs_both() -> None:
    """A tick of the port and one of a person, who looks after the port serves it."""
    assert refused(BEGUN, confirmed(PILOT)) == texts.NOT_SERVED
    assert not standing(switched(), PILOT).done
    assert standing(done(switched(), confirmed(PILOT)), PILOT).done


def test_a_step_waits_for_those_before_it() -> None:
    """No server step before the CA is confirmed, and none before the pilot."""
    everything = observe(DAY, site(rec1_7563=NEW, rec1_9001=NEW, rec2_7563=NEW), NOW).day
    assert written(refused(everything, confirmed(PILOT))).endswith("dc.vms.example")
    begun = done(everything, confirmed(CA))
    assert written(refused(begun, confirmed(SECOND))).endswith("rec1.vms.example")
    assert done(begun, confirmed(PILOT), confirmed(SECOND)).state is DayState.ENDED


def test_what_is_critically_wrong_does_not_count() -> None:
    """A certificate for another name is new and wrong; the step says why, once."""
    wrong = picture(served("rec1:7563", NEW, "for another name"), served("rec1:9001", NEW))
    seen = observe(BEGUN, wrong, NOW)
    assert kinds(seen) == ["other", "served"]
    assert written(seen.events[0].message).endswith("for another name")
    assert not standing(seen.day, PILOT).served
    assert kinds(observe(seen.day, wrong, NOW)) == []
    assert kinds(observe(seen.day, site(rec1_7563=NEW, rec1_9001=NEW), NOW)) == ["served"]


def test_an_older_certificate_does_not_count() -> None:
    """Somebody picked another one from the store."""
    older = certificate(9, 5, age=300)
    seen = observe(BEGUN, site(rec1_7563=older), NOW)
    assert written(seen.events[0].message).endswith(f"its thumbprint is {older.sha1}.")
    assert not standing(seen.day, PILOT).ports[0].done


def test_an_expected_thumbprint_is_exact() -> None:
    """Any other certificate does not count then, and that one does, whatever is said of it."""
    colons = ":".join(NEW.sha1[at : at + 2].lower() for at in range(0, 40, 2))
    day = done(BEGUN, Expect(PILOT, colons))
    other = observe(day, site(rec1_7563=OTHER, rec1_9001=NEW), NOW).day
    assert [port.done for port in standing(other, PILOT).ports] == [False, True]
    wrong = picture(served("rec1:7563", NEW, "for another name"))
    assert standing(observe(other, wrong, NOW).day, PILOT).served
    any_new = done(other, Expect(PILOT, ""))
    assert standing(observe(any_new, site(rec1_7563=OTHER, rec1_9001=NEW), NOW).day, PILOT).served


@pytest.mark.parametrize(
    ("typed", "why"),
    [("12345", texts.NO_THUMBPRINT), ("x" * 40, texts.NO_THUMBPRINT), (OLD.sha1, texts.IS_THE_OLD_ONE)],
)
def test_no_thumbprint(typed: str, why: Message) -> None:
    """What was mistyped is not expected for ever."""
    assert refused(BEGUN, Expect(PILOT, typed)) == why


def test_a_failed_registration_stops() -> None:
    """Nothing is confirmed until somebody goes on with a reason; the code is explained on the step."""
    halted = done(switched(), ReportExitCode(PILOT, 100))
    assert (halted.state, halted.stopped_step) == (DayState.STOPPED, PILOT)
    assert halted.working
    assert standing(halted, PILOT).exit_code == 100
    assert halted.stopped_why is not None
    assert "exit code 100: the certificate is in place" in written(halted.stopped_why)
    assert refused(halted, confirmed(PILOT)) == texts.IS_STOPPED
    assert refused(halted, LeaveOut(PILOT, "no time")) == texts.IS_STOPPED
    assert refused(halted, Resume(" ")) == texts.NO_REASON
    assert done(done(halted, Resume("registered by carla")), confirmed(PILOT)).state is DayState.ACTIVE


def test_a_port_that_was_switched_before() -> None:
    """Its new certificate was there when the plan was made; the thumbprint tells that it is the right one."""
    pilot = standing(BEGUN, PILOT)
    before = replace(pilot.ports[0], old_sha256=NEW.sha256, old_sha1=NEW.sha1)
    day = replace(BEGUN, steps=(BEGUN.steps[0], replace(pilot, ports=(before, pilot.ports[1]))))
    both = site(rec1_7563=NEW, rec1_9001=NEW)
    assert not standing(observe(day, both, NOW).day, PILOT).served
    told = done(day, Expect(PILOT, NEW.sha1))
    assert standing(observe(told, both, NOW).day, PILOT).served
    assert kinds(observe(observe(told, both, NOW).day, both, NOW)) == []


@pytest.mark.parametrize("code", [50, -1, -4, 10000, 7, 4294967295])
def test_every_other_code_stops(code: int) -> None:
    """A code whose meaning is not known is no success."""
    assert done(switched(), ReportExitCode(PILOT, code)).state is DayState.STOPPED


def test_success_goes_on() -> None:
    """The code is kept for the protocol."""
    day = done(switched(), ReportExitCode(PILOT, 0))
    assert (day.state, standing(day, PILOT).exit_code) == (DayState.ACTIVE, 0)


def test_some_shells_show_codes_without_a_sign() -> None:
    """It is -1 all the same."""
    made = act(switched(), ReportExitCode(PILOT, 4294967295), "bob", NOW)
    assert isinstance(made, DayChange)
    assert made.events[0].message == explanation(-1)


def test_a_port_that_goes_back_stops() -> None:
    """It is told on the step, and what a person confirmed before does not count any more."""
    day = done(switched(), confirmed(PILOT))
    back = observe(day, site(rec1_7563=NEW), NOW + 2 * MINUTE)
    assert kinds(back) == ["went_back", "stopped"]
    step = standing(back.day, PILOT)
    assert (back.day.state, step.ports[1].went_back, step.confirmed_at) == (DayState.STOPPED, True, None)
    assert kinds(observe(back.day, site(rec1_7563=NEW), NOW + 3 * MINUTE)) == []
    again = observe(back.day, site(rec1_7563=NEW, rec1_9001=NEW), NOW + 4 * MINUTE)
    assert kinds(again) == ["served"]
    assert again.day.state is DayState.STOPPED
    assert standing(done(again.day, Resume("it was the wrong group"), confirmed(PILOT)), PILOT).done


def test_the_first_failure_is_the_reason() -> None:
    """A second one is in the log."""
    halted = done(switched(), ReportExitCode(PILOT, 100))
    later = observe(halted, site(rec1_7563=NEW), NOW)
    assert (later.day.stopped_why, kinds(later)) == (halted.stopped_why, ["went_back"])


def test_another_certificate_asks_for_another_look() -> None:
    """What was confirmed was not this one."""
    day = done(switched(), confirmed(PILOT))
    changed = observe(day, site(rec1_7563=OTHER, rec1_9001=NEW), NOW + MINUTE).day
    step = standing(changed, PILOT)
    assert (step.served, step.done, changed.state) == (True, False, DayState.ACTIVE)


def test_a_pause_over_night() -> None:
    """Nothing is observed or confirmed until somebody continues, from when 12 hours count again."""
    resting = done(switched(), Pause(), minutes=60)
    assert (resting.state, resting.working) == (DayState.PAUSED, False)
    assert observe(resting, site(rec1_7563=NEW), NOW) == DayChange(resting)
    assert refused(resting, confirmed(PILOT)) == texts.IS_PAUSED
    assert refused(resting, Pause()) == texts.IS_PAUSED
    morning = done(resting, ContinueWork(), minutes=900)
    assert (morning.state, morning.work_began_at) == (DayState.ACTIVE, NOW + 900 * MINUTE)
    assert observe(morning, site(), NOW + 900 * MINUTE + WORK_AT_MOST - MINUTE).day.working


def test_it_rests_by_itself_after_12_hours() -> None:
    """Alerts must not wait because somebody went home; also where it stood still."""
    halted = done(switched(), ReportExitCode(PILOT, 100))
    over = observe(halted, site(rec1_7563=NEW, rec1_9001=NEW), NOW + WORK_AT_MOST)
    assert (over.day.state, kinds(over)) == (DayState.PAUSED, ["paused"])
    assert done(over.day, ContinueWork(), minutes=1000).state is DayState.STOPPED


def test_a_step_that_is_left_out() -> None:
    """Those after it go on, and it can be made up for as long as the day lasts."""
    assert refused(switched(), LeaveOut(PILOT, "")) == texts.NO_REASON
    day = done(switched(), LeaveOut(PILOT, "its recorder is being replaced"))
    later = observe(day, site(rec1_7563=NEW, rec1_9001=NEW, rec2_7563=NEW), NOW).day
    assert done(later, confirmed(SECOND)).state is DayState.ENDED
    made_up = standing(done(later, confirmed(PILOT)), PILOT)
    assert (made_up.done, made_up.left_out_at) == (True, None)
    assert refused(done(switched(), confirmed(PILOT)), LeaveOut(PILOT, "why not")) == texts.IS_DONE


def test_the_end() -> None:
    """The last confirmation ends it; somebody may end it before, and then nothing more is done."""
    day = observe(done(switched(), confirmed(PILOT)), site(rec1_7563=NEW, rec1_9001=NEW, rec2_7563=NEW), NOW)
    made = act(day.day, confirmed(SECOND), "bob", NOW + timedelta(hours=1))
    assert isinstance(made, DayChange)
    assert [one.kind for one in made.events] == [DayEventKind.CONFIRMED, DayEventKind.ENDED]
    assert (made.day.ended_at, made.day.ended_by) == (NOW + timedelta(hours=1), "")
    early = done(switched(), End())
    assert (early.state, early.ended_by) == (DayState.ENDED, "bob")
    assert refused(early, ContinueWork()) == texts.IS_OVER


def test_what_is_not_there() -> None:
    """A step of another plan, a failure or a pause that there is not."""
    assert refused(DAY, confirmed("other")) == texts.NO_STEP
    assert refused(DAY, Resume("why")) == texts.NOT_STOPPED
    assert refused(DAY, ContinueWork()) == texts.NOT_PAUSED


def test_a_port_without_an_old_certificate() -> None:
    """Encryption that is switched on with the renewal: any suitable certificate is new."""
    pilot = standing(BEGUN, PILOT)
    bare = tuple(replace(one, old_sha256="", old_sha1="", old_valid_from=None) for one in pilot.ports)
    day = replace(BEGUN, steps=(BEGUN.steps[0], replace(pilot, ports=bare)))
    assert standing(observe(day, site(rec1_7563=OLD, rec1_9001=NEW), NOW).day, PILOT).served
