"""The form that acknowledges an alert: its fields, the days that may be chosen, and what is wrong with it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from urllib.parse import parse_qsl

from fastapi import Request

from monitor.alerts.routing.acknowledge import LONGEST, USUAL
from monitor.model import AlertLevel, Certificate, Message
from monitor.parse import display
from monitor.web.pages import texts

LONGEST_NAME = 100
LONGEST_COMMENT = 500
_LONGEST_FORM = 16_384
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody fills in, and what is wrong with it."""

    name: str = ""
    comment: str = ""
    until: str = ""
    problem: Message | None = None


EMPTY = Form()


@dataclass(frozen=True, slots=True)
class Days:
    """The days that may be chosen, in the reader's time zone."""

    first: date
    usual: date
    last: date


def days_of(level: AlertLevel, certificate: Certificate | None, now: datetime, zone: tzinfo) -> Days:
    """Return the days until which an alert may be acknowledged: at most 30, and never past its expiry."""
    today, last = now.astimezone(zone).date(), (now + LONGEST).astimezone(zone).date()
    if certificate is not None and level is not AlertLevel.EXPIRED and certificate.not_after > now:
        last = min(last, certificate.not_after.astimezone(zone).date())
    first = min(today + _DAY, last)
    return Days(first, min(today + USUAL, last), last)


def checked(form: Form, days: Days, now: datetime, zone: tzinfo) -> tuple[Form, datetime | None]:
    """Return a form with what is wrong with it, and until when: ``None`` is the usual time."""
    if form.problem:
        return form, None
    if not form.name:
        return replace(form, problem=texts.NAME_MISSING), None
    try:
        chosen = date.fromisoformat(form.until) if form.until else days.usual
    except ValueError:
        return replace(form, problem=texts.UNTIL_WRONG), None
    if chosen == days.usual:
        return form, None
    if not days.first <= chosen <= days.last:
        return replace(form, problem=texts.UNTIL_WRONG), None
    # The same time of day; on the last day a change of the clocks may not make it longer than is possible.
    until = datetime.combine(chosen, now.astimezone(zone).time(), zone).astimezone(UTC)
    return form, min(until, now + LONGEST)


async def filled_in(request: Request, name: str = "") -> Form:
    """Return the fields of a form, cleaned and cut; none where the body is no form.

    ``name`` is who sends it, where that is known.
    """
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > _LONGEST_FORM:
            return Form(problem=texts.TOO_LARGE)
    try:
        fields = dict(
            parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
        )
    except ValueError:
        fields = {}
    return Form(
        name or display(fields.get("name", ""), LONGEST_NAME).strip(),
        display(fields.get("comment", ""), LONGEST_COMMENT).strip(),
        fields.get("until", "")[:10],
    )
