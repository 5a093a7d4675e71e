"""The form that silences alerts by labels: its fields, and what is wrong with them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import Request

from monitor.model import Check, Matcher, Message, Snapshot
from monitor.parse import display
from monitor.web import list_texts as texts
from monitor.web.access.forms import TooLongError, body_of, fields_of

LABELS = ("site", "component", "owner", "check")
"""What can be chosen; anything else is written."""
LENGTHS = (1, 7, 14, 30)
"""For how many days."""
LONGEST_REASON = 500
_LONGEST_VALUE = 200
_MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class SilenceForm:
    """What somebody filled in, and what is wrong with it; ``what`` is the choice beside an alert."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    others: str = ""
    days: int = 7
    reason: str = ""
    what: str = ""
    problems: tuple[Message, ...] = ()


EMPTY = SilenceForm()


def form_choices(snapshot: Snapshot) -> Sequence[tuple[str, Message, tuple[str, ...]]]:
    """Return the fields with a choice: name, title and the values that visible targets have."""
    labels = [one.target for one in snapshot]
    found = [(name, _frequent(one.label(name) for one in labels)) for name in LABELS[:-1]]
    checks = tuple(sorted({one.check.value for one in snapshot.alerts if isinstance(one.check, Check)}))
    return tuple((name, texts.FACETS[name], some) for name, some in (*found, ("check", checks)) if some)


def _frequent(values: Iterable[str]) -> tuple[str, ...]:
    counted = Counter(filter(None, values))
    return tuple(sorted((value for value, _ in counted.most_common(_MOST_CHOICES)), key=str.casefold))


async def filled_in(request: Request) -> SilenceForm:
    """Return the form of a request, ``None`` where it is too long for one."""
    try:
        fields = fields_of(await body_of(request.receive))
    except TooLongError:
        return SilenceForm(problems=(texts.FORM_TOO_LONG,))
    days = fields.get("days", "")
    return SilenceForm(
        chosen={name: _clean(fields[name]) for name in LABELS if fields.get(name)},
        others=_clean(fields.get("others", "")),
        days=int(days) if days in {str(one) for one in LENGTHS} else EMPTY.days,
        reason=display(fields.get("reason", ""), LONGEST_REASON).strip(),
        what=_clean(fields.get("what", "")),
    )


def matchers_of(form: SilenceForm, scope: Iterable[Matcher]) -> tuple[tuple[Matcher, ...], list[Message]]:
    """Return what a form matches, never more than a scope, and what is wrong with it."""
    found: dict[str, tuple[str, ...]] = {name: (value,) for name, value in form.chosen.items()}
    problems: list[Message] = []
    for part in form.others.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not (name and equals and value):
            problems.append(texts.not_a_label(written=part.strip()))
        else:
            found[name] = (value,)
    if not found and not problems:
        problems.append(texts.NOTHING_CHOSEN)
    return within_scope(found, scope, problems)


def within_scope(
    found: Mapping[str, tuple[str, ...]], scope: Iterable[Matcher], problems: Sequence[Message] = ()
) -> tuple[tuple[Matcher, ...], list[Message]]:
    """Return what is matched, limited to a scope, and what is wrong with it."""
    matched, wrong = dict(found), list(problems)
    for one in scope:
        within = tuple(value for value in matched.get(one.name, one.values) if value in one.values)
        if not within:
            wrong.append(texts.outside_of_scope(label=one.name))
        matched[one.name] = within
    return tuple(Matcher(name, values) for name, values in matched.items()), wrong


def _clean(value: str) -> str:
    return display(value, _LONGEST_VALUE).strip()
