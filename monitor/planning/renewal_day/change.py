"""How a renewal day changes: the day as it is then, and what is written into its log."""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import DayEvent, DayEventKind, DayState, DayStep, Message, RenewalDay
from monitor.planning.renewal_day import texts


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day after a change, and the lines that its log gains."""

    day: RenewalDay
    events: tuple[DayEvent, ...] = ()


def with_step(day: RenewalDay, step: DayStep) -> RenewalDay:
    """Return a day with one of its steps replaced."""
    return replace(day, steps=tuple(step if one.id == step.id else one for one in day.steps))


def stopped(day: RenewalDay, step: DayStep, why: Message, now: datetime) -> DayChange:
    """Return a day that a failure stops; one that stands still already has its reason."""
    if day.stopped_at is not None:
        return DayChange(day)
    halted = replace(day, stopped_at=now, stopped_step=step.id, stopped_why=why)
    return DayChange(halted, (DayEvent(now, DayEventKind.STOPPED, why, step.id),))


def with_end(change: DayChange, now: datetime) -> DayChange:
    """Return a change that also ends the day once nothing is left to do."""
    day = change.day
    if day.state is not DayState.ACTIVE or not all(step.settled for step in day.steps):
        return change
    event = DayEvent(now, DayEventKind.ENDED, texts.ALL_DONE)
    return DayChange(replace(day, ended_at=now), (*change.events, event))
