"""Advance a renewal day by what a person does; what ports serve is in ``observe``."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.model import DayEvent, DayEventKind, DayPort, DayState, DayStep, Message, RenewalDay, text
from monitor.model.texts import enumerated
from monitor.planning.renewal_day import texts
from monitor.planning.renewal_day.actions import (
    Confirm,
    ContinueWork,
    DayAction,
    End,
    Expect,
    LeaveOut,
    Pause,
    ReportExitCode,
    Resume,
)
from monitor.planning.renewal_day.change import DayChange, stopped, with_end, with_step
from monitor.planning.renewal_day.exit_codes import explanation, signed

_SHA1, _SHA256 = 40, 64
_HEXADECIMAL = frozenset("0123456789abcdef")

Outcome = DayChange | Message
"""A change, or why there is none."""


def act(day: RenewalDay, action: DayAction, by: str, now: datetime) -> Outcome:
    """Return a day after an action of a person, or why the action is refused."""
    if day.state is DayState.ENDED:
        return texts.IS_OVER
    step_id = getattr(action, "step_id", "")
    step = next((one for one in day.steps if one.id == step_id), None)
    if step is None and step_id:
        return texts.NO_STEP
    if isinstance(action, Expect | ReportExitCode | Confirm | LeaveOut) and day.state is DayState.PAUSED:
        return texts.IS_PAUSED
    made: Outcome = _ACTIONS[type(action)](day, step, action, by, now)
    return with_end(made, now) if isinstance(made, DayChange) else made


def open_needs(day: RenewalDay, step: DayStep) -> tuple[DayStep, ...]:
    """Return the steps that come before a step and are not settled yet."""
    return tuple(one for one in day.steps if one.id in step.needs and not one.settled)


def name_of(step: DayStep) -> str:
    """Return what people call a step."""
    return ", ".join(filter(None, (step.server, step.component))) or step.kind


def thumbprint_of(written: str) -> str | None:
    """Return a thumbprint in lower case without separators, ``None`` for anything else."""
    plain = "".join(one for one in written.lower() if one.isascii() and one.isalnum())
    right = len(plain) in (_SHA1, _SHA256) and set(plain) <= _HEXADECIMAL
    return plain if right or not written.strip() else None


def _expect(day: RenewalDay, step: DayStep, action: Expect, by: str, now: datetime) -> Outcome:
    expected = thumbprint_of(action.thumbprint)
    if expected is None:
        return texts.NO_THUMBPRINT
    if step.ports and all(expected in _old(port) for port in step.ports):
        return texts.IS_THE_OLD_ONE
    # Judged anew at the next observation.
    changed = replace(step, expected=expected, confirmed_at=None)
    said = texts.expects(thumbprint=expected.upper()) if expected else texts.EXPECTS_ANY
    return _changed(day, changed, DayEvent(now, DayEventKind.EXPECTED, said, step.id, by))


def _old(port: DayPort) -> frozenset[str]:
    return frozenset(one.lower() for one in (port.old_sha1, port.old_sha256) if one)


def _report(day: RenewalDay, step: DayStep, action: ReportExitCode, by: str, now: datetime) -> Outcome:
    code = signed(action.exit_code)
    why = explanation(code)
    event = DayEvent(now, DayEventKind.REPORTED, why, step.id, by)
    made = _changed(day, replace(step, exit_code=code), event)
    if code == 0:
        return made
    halted = stopped(made.day, step, texts.failed_on(step=name_of(step), why=why), now)
    return DayChange(halted.day, (*made.events, *halted.events))


def _confirm(day: RenewalDay, step: DayStep, action: Confirm, by: str, now: datetime) -> Outcome:
    if (refused := _not_ready(day, step, action)) is not None:
        return refused
    changed = replace(
        step,
        confirmed_at=now,
        confirmed_by=action.name.strip(),
        checked=action.checked,
        note=action.note.strip(),
        left_out_at=None,
        left_out_by="",
        left_out_why="",
    )
    seen = [*(texts.CHECKED_ITEMS[one] for one in action.checked)]
    seen += [text(changed.note)] if changed.note else []
    said = texts.confirmed(who=changed.confirmed_by, what=enumerated(seen, len(seen)))
    return _changed(day, changed, DayEvent(now, DayEventKind.CONFIRMED, said, step.id, by))


def _not_ready(day: RenewalDay, step: DayStep, action: Confirm) -> Message | None:
    if day.state is DayState.STOPPED:
        return texts.IS_STOPPED
    if not action.name.strip():
        return texts.NO_NAME
    if not action.checked and not action.note.strip():
        return texts.NOTHING_CHECKED
    if waits := open_needs(day, step):
        return texts.needs(steps=tuple(map(name_of, waits)))
    return None if step.served else texts.NOT_SERVED


def _leave_out(day: RenewalDay, step: DayStep, action: LeaveOut, by: str, now: datetime) -> Outcome:
    if day.state is DayState.STOPPED:
        return texts.IS_STOPPED
    if step.done:
        return texts.IS_DONE
    why = action.reason.strip()
    if not why:
        return texts.NO_REASON
    changed = replace(step, left_out_at=now, left_out_by=by, left_out_why=why)
    event = DayEvent(now, DayEventKind.LEFT_OUT, texts.left_out(why=text(why)), step.id, by)
    return _changed(day, changed, event)


def _resume(day: RenewalDay, _: DayStep | None, action: Resume, by: str, now: datetime) -> Outcome:
    why = action.reason.strip()
    if day.stopped_at is None:
        return texts.NOT_STOPPED
    if not why:
        return texts.NO_REASON
    event = DayEvent(now, DayEventKind.RESUMED, texts.resumed(why=text(why)), day.stopped_step, by)
    return DayChange(replace(day, stopped_at=None, stopped_step="", stopped_why=None), (event,))


def _pause(day: RenewalDay, _: DayStep | None, _action: Pause, by: str, now: datetime) -> Outcome:
    if day.paused_at is not None:
        return texts.IS_PAUSED
    event = DayEvent(now, DayEventKind.PAUSED, texts.PAUSED, by=by)
    return DayChange(replace(day, paused_at=now), (event,))


def _continue(day: RenewalDay, _: DayStep | None, _action: ContinueWork, by: str, now: datetime) -> Outcome:
    if day.paused_at is None:
        return texts.NOT_PAUSED
    event = DayEvent(now, DayEventKind.CONTINUED, texts.CONTINUED, by=by)
    return DayChange(replace(day, paused_at=None, work_began_at=now), (event,))


def _end(day: RenewalDay, _: DayStep | None, _action: End, by: str, now: datetime) -> Outcome:
    event = DayEvent(now, DayEventKind.ENDED, texts.ENDED, by=by)
    return DayChange(replace(day, ended_at=now, ended_by=by), (event,))


def _changed(day: RenewalDay, step: DayStep, event: DayEvent) -> DayChange:
    return DayChange(with_step(day, step), (event,))


_ACTIONS: dict[type, Callable[..., Any]] = {
    Expect: _expect,
    ReportExitCode: _report,
    Confirm: _confirm,
    LeaveOut: _leave_out,
    Resume: _resume,
    Pause: _pause,
    ContinueWork: _continue,
    End: _end,
}
