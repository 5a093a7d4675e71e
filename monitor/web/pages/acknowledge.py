"""The page that a link from a mail leads to: one alert, and a form that acknowledges it.

Reading it changes nothing: scanners of mail open every link. Its token is all that it asks for, so its
address is in no log and is passed on to no other page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.alerts.acknowledge import LONGEST, USUAL
from monitor.alerts.acknowledge_link import AcknowledgeLink
from monitor.messages import machine_zone
from monitor.model import AlertGroup, AlertLevel, Message, Silence, SilenceKind, text
from monitor.parse import display
from monitor.web.changes import Changes
from monitor.web.pages import texts
from monitor.web.pages.frame import Pages, Reader
from monitor.web.paths import ACKNOWLEDGE
from monitor.web.view import WebView

_LONGEST_FORM = 16_384
_LONGEST_NAME = 100
_LONGEST_COMMENT = 500
_DAY = timedelta(days=1)
_TEMPLATE = "acknowledge.html"


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody fills in, and what is wrong with it."""

    name: str = ""
    comment: str = ""
    until: str = ""
    problem: Message | None = None


_EMPTY = Form()


@dataclass(frozen=True, slots=True)
class Days:
    """The days that may be chosen, in the reader's time zone."""

    first: date
    usual: date
    last: date


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a link does nothing: the answer's status, what the page says, and where it leads instead."""

    status: int
    heading: Message
    why: Message | None = None
    alert_id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The open alert that a link is for, and who acknowledged it already."""

    link: AcknowledgeLink
    alert: AlertGroup
    acknowledged: Silence | None = None


def add_acknowledge(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer ``GET`` and ``POST /acknowledge/TOKEN``."""

    async def found(token: str) -> Found | Stop:
        link = await changes.link(token)
        if link is None:
            return Stop(403, texts.NOT_VALID, texts.NOT_VALID_WHY)
        if not changes.links_acknowledge:
            # Where people log in, they acknowledge on the page of the alert, under their own name.
            return Stop(303, texts.SEE_ALERT, alert_id=link.alert_id)
        if link.expires_at <= view.now():
            return Stop(410, texts.EXPIRED, texts.EXPIRED_WHY, link.alert_id)
        return await _alert_of(view, link)

    @app.api_route(ACKNOWLEDGE + "{token}", methods=["GET", "HEAD"], response_model=None)
    async def show(token: str, request: Request) -> Response:
        one = await found(token)
        return await (_stopped(pages, request, one) if isinstance(one, Stop) else _form(pages, request, one))

    @app.post(ACKNOWLEDGE + "{token}", response_model=None)
    async def acknowledge(token: str, request: Request) -> Response:
        one = await found(token)
        if isinstance(one, Stop):
            return await _stopped(pages, request, one)
        now, zone = view.now(), machine_zone()
        form, until = checked(await _filled_in(request), days_of(one.alert, now, zone), now, zone)
        if form.problem:
            return await _form(pages, request, one, form)
        by = f"{form.name} (by link sent to {one.link.receiver})"
        result = await changes.acknowledge(one.alert.id, until=until, comment=form.comment, by=by)
        if result.silence is None:
            refused = replace(form, problem=text("; ".join(result.problems)))
            return await _form(pages, request, one, refused)
        return await _form(pages, request, one, done=result.silence)


async def _alert_of(view: WebView, link: AcknowledgeLink) -> Found | Stop:
    groups = {one.id: one for one in view.snapshot().alerts}
    if link.alert_id in groups:
        kept = (one for one in await view.silences() if one.kind is SilenceKind.ACKNOWLEDGE)
        of_this = (one for one in kept if one.alert_id == link.alert_id)
        return Found(link, groups[link.alert_id], next(of_this, None))
    history = await view.alert_history(link.alert_id)
    if history is None:
        return Stop(404, texts.NOT_FOUND)
    record = history.record
    if record.resolved_at is not None:
        return Stop(410, texts.RESOLVED, texts.RESOLVED_WHY, link.alert_id, record.title)
    if record.lead in groups:
        return Stop(410, texts.PART_OF_OTHER, None, record.lead, groups[record.lead].title)
    return Stop(503, texts.STARTING, texts.STARTING_WHY, "", record.title)


async def _stopped(pages: Pages, request: Request, one: Stop) -> Response:
    if one.status == 303:
        return RedirectResponse(f"/alerts/{one.alert_id}", 303)
    values = {"title": one.heading, "stop": one, "alert_id": one.alert_id, "words": texts}
    answer = await pages.answer(request, _TEMPLATE, lambda _reader: values, status=one.status)
    if one.status == 503:
        answer.headers["retry-after"] = "60"
    return answer


async def _form(
    pages: Pages, request: Request, one: Found, form: Form = _EMPTY, *, done: Silence | None = None
) -> Response:
    """Return the page with the form, or with what became of it."""

    def values(reader: Reader) -> Mapping[str, Any]:
        return {
            "title": texts.DONE if done else texts.HEADING,
            "stop": None,
            "alert": one.alert,
            "alert_id": one.alert.id,
            "acknowledged": one.acknowledged,
            "form": form,
            "days": days_of(one.alert, reader.writer.now, reader.writer.zone),
            "done": done,
            "words": texts,
            "longest_name": _LONGEST_NAME,
            "longest_comment": _LONGEST_COMMENT,
        }

    return await pages.answer(request, _TEMPLATE, values, status=422 if form.problem else 200)


def days_of(alert: AlertGroup, now: datetime, zone: tzinfo) -> Days:
    """Return the days until which an alert may be acknowledged: at most 30, and never past its expiry."""
    today, last = now.astimezone(zone).date(), (now + LONGEST).astimezone(zone).date()
    certificate = alert.certificate
    if certificate is not None and alert.level is not AlertLevel.EXPIRED and certificate.not_after > now:
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


async def _filled_in(request: Request) -> Form:
    """Return the fields of a request, cleaned and cut; what is no form has none."""
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
        display(fields.get("name", ""), _LONGEST_NAME).strip(),
        display(fields.get("comment", ""), _LONGEST_COMMENT).strip(),
        fields.get("until", "")[:10],
    )
