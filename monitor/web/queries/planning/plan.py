"""The plan of a site as it is shown: its steps numbered, with what waits for what."""

from dataclasses import dataclass, replace

from monitor.model import Message
from monitor.planning.renewal_plan import GoingBack, PlannedStep, RenewalPlan, Trust
from monitor.web import plan_texts as words

_MOST_HOSTS = 20
_OF_ONE_SERVER = frozenset({"host", "port", "names", "thumbprint"})
"""Parameters of instructions that a reader replaces by those of another server."""
_OWN = frozenset({"preset.texts.command"})
"""Instructions that are written for each step, because people copy them."""


@dataclass(frozen=True, slots=True)
class NumberedStep:
    """One step with its number, and the numbers of those that it waits for.

    ``like`` is the number of an earlier step with the same instructions, 0 if there is none; then
    ``instructions`` are only those that cannot be read there.
    """

    number: int
    planned: PlannedStep
    after: tuple[str, ...]
    instructions: tuple[Message, ...]
    like: int = 0
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
    first: dict[frozenset[Message], int] = {}
    steps = []
    for number, one in enumerate(plan.steps, start=1):
        like = first.setdefault(frozenset(map(_for_any_server, one.instructions)), number)
        again = like != number
        steps.append(
            NumberedStep(
                number,
                one,
                tuple(str(numbers[needed]) for needed in one.step.needs if needed in numbers),
                tuple(said for said in one.instructions if not again or said.code in _OWN),
                like if again else 0,
                _trust(one.trust),
            )
        )
    return PlanView(plan, tuple(steps), tuple((numbers[one.step_id], one) for one in plan.going_back))


def _for_any_server(said: Message) -> Message:
    """Return an instruction without what differs between servers; group and account stay."""
    kept = tuple(one for one in said.parameters if one[0] not in _OF_ONE_SERVER)
    return replace(said, parameters=kept)


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
