"""The plan of a site as it is shown: its steps numbered, with what waits for what."""

from dataclasses import dataclass

from monitor.model import Message
from monitor.planning.renewal_plan import GoingBack, PlannedStep, RenewalPlan, Trust
from monitor.web import plan_texts as words

_MOST_HOSTS = 20


@dataclass(frozen=True, slots=True)
class NumberedStep:
    """One step with its number, the numbers of those that it waits for, and how it is undone."""

    number: int
    planned: PlannedStep
    after: tuple[str, ...]
    trust: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan for people; ``back`` has the number of each step that can be undone."""

    plan: RenewalPlan
    steps: tuple[NumberedStep, ...]
    back: tuple[tuple[int, GoingBack], ...]


def plan_view(plan: RenewalPlan) -> PlanView:
    """Return a plan with its steps numbered from 1."""
    numbers = {one.step.id: number for number, one in enumerate(plan.steps, start=1)}
    steps = tuple(
        NumberedStep(
            numbers[one.step.id],
            one,
            tuple(str(numbers[needed]) for needed in one.step.needs if needed in numbers),
            _trust(one.trust),
        )
        for one in plan.steps
    )
    return PlanView(plan, steps, tuple((numbers[one.step_id], one) for one in plan.going_back))


def _trust(trust: Trust | None) -> tuple[Message, ...]:
    if trust is None:
        return ()
    counted = (
        (words.installed, trust.installed),
        (words.missing, trust.missing),
        (words.unknown_hosts, trust.unknown),
    )
    return tuple(said(number=len(hosts), hosts=_first(hosts)) for said, hosts in counted if hosts)


def _first(hosts: tuple[str, ...]) -> tuple[str, ...]:
    return (*hosts[:_MOST_HOSTS], "...") if len(hosts) > _MOST_HOSTS else hosts
