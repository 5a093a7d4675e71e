"""The forms of a renewal day: what somebody sends, as an action."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qs

from fastapi import Request

from monitor.model import CheckedItem, Message
from monitor.parse import display
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
)
from monitor.web import renewal_texts as words
from monitor.web.access.forms import TooLongError, body_of

Fields = Mapping[str, Sequence[str]]

LONGEST_NAME = 100
LONGEST_TEXT = 500
_LONGEST_NUMBER = 12


async def fields_of(request: Request) -> Fields | None:
    """Return the fields of a form, each with all its values; ``None`` for what is too long."""
    try:
        return parse_qs((await body_of(request.receive)).decode("utf-8", "replace"), max_num_fields=50)
    except TooLongError:
        return None
    except ValueError:
        return {}


def action_of(name: str, fields: Fields) -> DayAction | Message | None:
    """Return what a form asks for, or what is wrong with it; ``None`` for no form of ours."""
    made = _FORMS.get(name)
    return made(fields) if made else None


def text_of(fields: Fields, name: str, most: int = LONGEST_TEXT) -> str:
    """Return one field, cleaned and cut."""
    return display(next(iter(fields.get(name, ())), ""), most).strip()


def _report(fields: Fields) -> DayAction | Message:
    written = text_of(fields, "exit_code", _LONGEST_NUMBER)
    try:
        return ReportExitCode(text_of(fields, "step"), int(written))
    except ValueError:
        return words.NO_EXIT_CODE


def _confirm(fields: Fields) -> DayAction:
    chosen = tuple(one for one in CheckedItem if one in fields.get("checked", ()))
    name = text_of(fields, "name", LONGEST_NAME)
    return Confirm(text_of(fields, "step"), name, chosen, text_of(fields, "note"))


_FORMS: Mapping[str, Callable[[Fields], DayAction | Message]] = {
    "report": _report,
    "confirm": _confirm,
    "expect": lambda fields: Expect(text_of(fields, "step"), text_of(fields, "thumbprint")),
    "leave-out": lambda fields: LeaveOut(text_of(fields, "step"), text_of(fields, "reason")),
    "resume": lambda fields: Resume(text_of(fields, "reason")),
    "pause": lambda _: Pause(),
    "continue": lambda _: ContinueWork(),
    "end": lambda _: End(),
}
