"""The page that a link from a mail leads to: one alert, and a form that acknowledges it.

Reading it changes nothing: scanners of mail open every link. Its token is all that it asks for, so its
address is in no log and is passed on to no other page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.alerts.routing.acknowledge_link import AcknowledgeLink
from monitor.messages import machine_zone
from monitor.model import AlertGroup, Message, Silence, SilenceKind, text
from monitor.web.pages import texts
from monitor.web.pages.alerts.acknowledge_form import (
    EMPTY,
    LONGEST_COMMENT,
    LONGEST_NAME,
    Days,
    Form,
    checked,
    days_of,
    filled_in,
)
from monitor.web.pages.frame import Pages, Reader
from monitor.web.paths import ACKNOWLEDGE
from monitor.web.services.changes import Changes
from monitor.web.services.view import WebView

_TEMPLATE = "alerts/acknowledge.html"


@dataclass(frozen=True, slots=True)
class RefusedLink:
    """Why a link does nothing: the answer's status, what the page says, and where it leads instead."""

    status: int
    heading: Message
    why: Message | None = None
    alert_id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """The open alert that a link is for, and who acknowledged it already."""

    link: AcknowledgeLink
    alert: AlertGroup
    acknowledged: Silence | None = None


def add_acknowledge(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer ``GET`` and ``POST /acknowledge/TOKEN``."""

    async def found(token: str) -> OpenLink | RefusedLink:
        link = await changes.link(token)
        if link is None:
            return RefusedLink(403, texts.NOT_VALID, texts.NOT_VALID_WHY)
        if not changes.links_acknowledge:
            # Where people log in, they acknowledge on the page of the alert, under their own name.
            return RefusedLink(303, texts.SEE_ALERT, alert_id=link.alert_id)
        if link.expires_at <= view.now():
            return RefusedLink(410, texts.EXPIRED, texts.EXPIRED_WHY, link.alert_id)
        return await _alert_of(view, link)

    @app.api_route(ACKNOWLEDGE + "{token}", methods=["GET", "HEAD"], response_model=None)
    async def show(token: str, request: Request) -> Response:
        one = await found(token)
        return await _opened(pages, request, one)

    @app.post(ACKNOWLEDGE + "{token}", response_model=None)
    async def acknowledge(token: str, request: Request) -> Response:
        one = await found(token)
        if isinstance(one, RefusedLink):
            return await _stopped(pages, request, one)
        now, zone = view.now(), machine_zone()
        form, until = checked(await filled_in(request), _days(one.alert, now, zone), now, zone)
        if form.problem:
            return await _form(pages, request, one, form)
        by = f"{form.name} (by link sent to {one.link.receiver})"
        result = await changes.acknowledge(one.alert.id, until=until, comment=form.comment, by=by)
        if result.silence is None:
            refused = replace(form, problem=text("; ".join(result.problems)))
            return await _form(pages, request, one, refused)
        return await _form(pages, request, one, done=result.silence)


async def _alert_of(view: WebView, link: AcknowledgeLink) -> OpenLink | RefusedLink:
    groups = {one.id: one for one in view.snapshot().alerts}
    if link.alert_id in groups:
        kept = (one for one in await view.silences() if one.kind is SilenceKind.ACKNOWLEDGE)
        of_this = (one for one in kept if one.alert_id == link.alert_id)
        return OpenLink(link, groups[link.alert_id], next(of_this, None))
    history = await view.alert_history(link.alert_id)
    if history is None:
        return RefusedLink(404, texts.NOT_FOUND)
    record = history.record
    if record.resolved_at is not None:
        return RefusedLink(410, texts.RESOLVED, texts.RESOLVED_WHY, link.alert_id, record.title)
    if record.lead in groups:
        return RefusedLink(410, texts.PART_OF_OTHER, None, record.lead, groups[record.lead].title)
    return RefusedLink(503, texts.STARTING, texts.STARTING_WHY, "", record.title)


def _days(alert: AlertGroup, now: datetime, zone: tzinfo) -> Days:
    return days_of(alert.level, alert.certificate, now, zone)


async def _opened(pages: Pages, request: Request, one: OpenLink | RefusedLink) -> Response:
    if isinstance(one, RefusedLink):
        return await _stopped(pages, request, one)
    return await _form(pages, request, one)


async def _stopped(pages: Pages, request: Request, one: RefusedLink) -> Response:
    if one.status == 303:
        return RedirectResponse(f"/alerts/{one.alert_id}", 303)
    values = {"title": one.heading, "stop": one, "alert_id": one.alert_id, "words": texts}
    answer = await pages.answer(request, _TEMPLATE, lambda _reader: values, status=one.status)
    if one.status == 503:
        answer.headers["retry-after"] = "60"
    return answer


async def _form(
    pages: Pages, request: Request, one: OpenLink, form: Form = EMPTY, *, done: Silence | None = None
) -> Response:
    """Return the page with the form, or with its result."""

    def values(reader: Reader) -> Mapping[str, Any]:
        return {
            "title": texts.DONE if done else texts.HEADING,
            "stop": None,
            "alert": one.alert,
            "alert_id": one.alert.id,
            "acknowledged": one.acknowledged,
            "form": form,
            "days": _days(one.alert, reader.writer.now, reader.writer.zone),
            "done": done,
            "words": texts,
            "longest_name": LONGEST_NAME,
            "longest_comment": LONGEST_COMMENT,
        }

    return await pages.answer(request, _TEMPLATE, values, status=422 if form.problem else 200)
