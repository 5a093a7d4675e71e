"""A renewal day as its page shows it: what each port serves, what each step waits for, what was not done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import DayEvent, DayPort, DayState, DayStep, Matcher, RenewalDay, Snapshot
from monitor.planning.renewal_day.progress import name_of, open_needs
from monitor.web.services.renewal_days import SilentPort


class PortState(StrEnum):
    """What a port serves now, as far as is known."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"
    WENT_BACK = "went_back"
    SILENT = "silent"


class StepState(StrEnum):
    """How far a step is."""

    DONE = "done"
    LEFT_OUT = "left_out"
    FAILED = "failed"
    TO_CHECK = "to_check"
    NEXT = "next"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class PortView:
    """One port, what it serves, and since when it does not answer, if so."""

    port: DayPort
    state: PortState
    silent: SilentPort | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step with its number, and the names of the steps that it waits for."""

    number: int
    step: DayStep
    name: str
    state: StepState
    ports: tuple[PortView, ...]
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayView:
    """A day with its steps and its log."""

    day: RenewalDay
    steps: tuple[StepView, ...]
    events: tuple[DayEvent, ...]

    @property
    def done(self) -> int:
        """Return how many steps have both ticks."""
        return sum(one.step.done for one in self.steps)

    @property
    def not_done(self) -> tuple[StepView, ...]:
        """Return the steps without both ticks."""
        return tuple(one for one in self.steps if not one.step.done)


def day_view(
    day: RenewalDay, events: Sequence[DayEvent] = (), silent: Mapping[str, SilentPort] | None = None
) -> DayView:
    """Return a day for its page; ``silent`` are the ports that do not answer now."""
    known = silent if silent and day.working else {}
    steps = tuple(_step(day, number, step, known) for number, step in enumerate(day.steps, start=1))
    return DayView(day, steps, tuple(events))


def may_see(day: RenewalDay, scope: Sequence[Matcher], snapshot: Snapshot) -> bool:
    """Return whether a reader may see a day: only who sees all of its targets may."""
    return not scope or all(one in snapshot.states for one in day.targets)


def _step(day: RenewalDay, number: int, step: DayStep, silent: Mapping[str, SilentPort]) -> StepView:
    waits_for = tuple(map(name_of, open_needs(day, step)))
    ports = tuple(_port(port, silent.get(port.target_id)) for port in step.ports)
    return StepView(number, step, name_of(step), _state(day, step, waits_for), ports, waits_for)


def _state(day: RenewalDay, step: DayStep, waits_for: Sequence[str]) -> StepState:
    if day.stopped_step == step.id and day.state is not DayState.ENDED:
        return StepState.FAILED
    if step.done:
        return StepState.DONE
    if step.left_out_at is not None:
        return StepState.LEFT_OUT
    if waits_for:
        return StepState.WAITING
    return StepState.TO_CHECK if step.served and step.ports else StepState.NEXT


def _port(port: DayPort, silent: SilentPort | None) -> PortView:
    if silent is not None:
        return PortView(port, PortState.SILENT, silent)
    if port.went_back:
        return PortView(port, PortState.WENT_BACK)
    if not port.sha256:
        return PortView(port, PortState.OLD)
    return PortView(port, PortState.OTHER if port.problem is not None else PortState.NEW)
