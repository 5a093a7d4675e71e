"""Merge the steps of several alerts: each step once, with the alerts that it is for; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from monitor.alerts.alert import RenewalSteps
from monitor.alerts.texts import value_for
from monitor.model import Message, text
from monitor.model.message import Parameter
from monitor.model.texts import joined

_ALIKE = 0.5
"""The share of the shorter of two lists that the other one has too, from which they are one list."""
_MOST_VALUES = 5
_COMMANDS = ("cert-monitor ", ".exe", "/thumbprint")
"""What steps with a command contain."""


@dataclass(frozen=True, slots=True)
class SharedStep:
    """One step; ``owners`` are the alerts that it is for, empty where it is for all of its list."""

    message: Message
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepsList:
    """The steps of one or more alerts, in order, and the alerts that they are for."""

    owners: tuple[str, ...]
    steps: tuple[SharedStep, ...]
    ca_first: bool = False


@dataclass(slots=True)
class _Merged:
    """A list that steps are added to; each step has the messages of its owners."""

    kind: tuple[bool, bool]
    owners: list[str] = field(default_factory=list)
    steps: list[tuple[str, dict[str, Message]]] = field(default_factory=list)

    @property
    def templates(self) -> list[str]:
        return [template for template, _ in self.steps]


def shared_steps(several: Iterable[tuple[str, RenewalSteps]]) -> tuple[StepsList, ...]:
    """Return the steps of several owners, alike ones as one list, in the order of their first owners."""
    lists: list[_Merged] = []
    for owner, steps in several:
        if steps.steps:
            kind = (steps.ca_first, steps.switch)
            known = next((one for one in lists if one.kind == kind and _alike(one, steps.steps)), None)
            if known is None:
                lists.append(known := _Merged(kind))
            _add(known, owner, steps.steps)
    return tuple(_finished(one) for one in lists)


def _alike(known: _Merged, steps: Sequence[Message]) -> bool:
    templates, others = set(known.templates), {step.text for step in steps}
    return len(templates & others) >= _ALIKE * min(len(templates), len(others))


def _add(known: _Merged, owner: str, steps: Sequence[Message]) -> None:
    """Add the steps of an owner, those that are new between those that are known."""
    if owner not in known.owners:
        known.owners.append(owner)
    matcher = SequenceMatcher(None, known.templates, [step.text for step in steps], autojunk=False)
    present = dict(known.steps)
    merged: list[tuple[str, dict[str, Message]]] = []
    for _, begin, end, new_begin, new_end in matcher.get_opcodes():
        merged += known.steps[begin:end]
        for step in steps[new_begin:new_end]:
            # One that is at another place already stays there: twice would be worse than a little early.
            if step.text not in present:
                merged.append((step.text, present.setdefault(step.text, {})))
            present[step.text].setdefault(owner, step)
    known.steps = merged


def _finished(known: _Merged) -> StepsList:
    everybody = tuple(known.owners)
    return StepsList(
        everybody,
        tuple(one for template, messages in known.steps for one in _shared(template, messages, everybody)),
        known.kind[0],
    )


def _shared(template: str, messages: dict[str, Message], everybody: tuple[str, ...]) -> Iterator[SharedStep]:
    """Yield a step once for all its owners, or one for each different command, which people paste."""
    different: dict[Message, list[str]] = {}
    for owner, message in messages.items():
        different.setdefault(message, []).append(owner)
    if len(different) > 1 and not any(mark in template for mark in _COMMANDS):
        different = {_one(messages): list(messages)}
    for message, owners in different.items():
        yield SharedStep(message, () if len(owners) == len(everybody) else tuple(owners))


def _one(messages: dict[str, Message]) -> Message:
    """Return the step of several owners; where a value differs each is there, with its owner."""
    first = next(iter(messages.values()))
    parameters = [
        (name, _value(name, {owner: dict(one.parameters) for owner, one in messages.items()}))
        for name, _ in first.parameters
    ]
    return Message(first.code, first.text, first.plural, tuple(parameters))


def _value(name: str, of: dict[str, dict[str, Parameter]]) -> Parameter:
    owners: dict[Parameter, list[str]] = {}
    for owner, parameters in of.items():
        owners.setdefault(parameters[name], []).append(owner)
    if len(owners) == 1:
        return next(iter(owners))
    said = [value_for(value=_message(value), owner=some[0]) for value, some in owners.items()]
    return joined(said, _MOST_VALUES)


def _message(value: Parameter) -> Message:
    return value if isinstance(value, Message) else text(str(value))
