"""The paths below ``/api/v1/renewal-days``: what goes on, and what people do; each within what they see."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from monitor.messages import english
from monitor.model import CheckedItem, Message
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
    texts,
)
from monitor.web import renewal_texts as words
from monitor.web.api.answers import answer, encoded
from monitor.web.api.bodies import InvalidError, body_of, text_of, texts_of
from monitor.web.caller import recorded_name
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.lists.writing import for_programs
from monitor.web.pages.renewals.renewal_start import day_of, site_plan
from monitor.web.problems import problem
from monitor.web.published.renewal_days import day_json, day_summary_json
from monitor.web.queries.planning.renewal_day import day_view, may_see
from monitor.web.services.changes import Changes
from monitor.web.services.renewal_days import RenewalDays
from monitor.web.services.view import WebView

PATH = "/api/v1/renewal-days"
_READ = ["GET", "HEAD"]
_NONE = "there is no such renewal day"

STEP_KEYS = ("step", "thumbprint", "exit_code", "name", "checked", "note", "reason", "by")
ACTIONS = ("expect", "report", "confirm", "leave-out", "resume", "pause", "continue", "end")


def add_renewal_days(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer the list, one day, ``POST`` of a new one, and of an action."""
    days = changes.renewal_days
    _add_start(app, view, days, pages)

    @app.api_route(PATH, methods=_READ, response_model=None)
    async def every(request: Request) -> Response:
        recent = await days.recent()

        def made(reader: Reader) -> tuple[bytes, str]:
            writer, scope = for_programs(reader.writer), reader.caller.scope
            seen = [day_view(one) for one in recent if may_see(one, scope, reader.snapshot)]
            return encoded({"items": [day_summary_json(one, writer) for one in seen]})

        return answer(request, *await pages.on_thread(request, made))

    @app.api_route(PATH + "/{day_id}", methods=_READ, response_model=None)
    async def one(day_id: str, request: Request) -> Response:
        found = await days.record(day_id)

        def made(reader: Reader) -> tuple[bytes, str] | None:
            if found is None or not may_see(found[0], reader.caller.scope, reader.snapshot):
                return None
            return encoded(day_json(day_view(*found, days.silent()), for_programs(reader.writer)))

        shown = await pages.on_thread(request, made)
        return answer(request, *shown) if shown else problem(404, [_NONE])

    @app.post(PATH + "/{day_id}/{action}", response_model=None)
    async def act(day_id: str, action: str, request: Request) -> Response:
        body, found = await body_of(request, STEP_KEYS), await days.record(day_id)
        asked, by = _action(action, body), recorded_name(request.scope, text_of(body, "by"))
        seen = found is not None and await pages.on_thread(
            request, lambda reader: may_see(found[0], reader.caller.scope, reader.snapshot)
        )
        if not seen or asked is None:
            return problem(404, [_NONE if asked else f"there is no action {action!r}"])
        refused = await days.act(day_id, asked, by=by)
        return Response(status_code=204) if refused is None else await _refused(request, pages, refused)


def _add_start(app: FastAPI, view: WebView, days: RenewalDays, pages: Pages) -> None:
    @app.post(PATH, response_model=None)
    async def start(request: Request) -> Response:
        body = await body_of(request, ("site", "version", "by"))
        site, version = text_of(body, "site"), text_of(body, "version")
        plan = await pages.on_thread(request, lambda reader: site_plan(reader, site, days))
        if plan is not None and plan.day_id:
            return await _refused(request, pages, texts.GOES_ON)
        if plan is None or plan.made is None:
            return problem(404, [f"there is nothing to renew at the site {site!r}"])
        if version and version != plan.made.version:
            return await _refused(request, pages, words.CHANGED_SINCE)
        day = day_of(plan.made, recorded_name(request.scope, text_of(body, "by")), view.now())
        refused = await days.start(day)
        if refused is not None:
            return await _refused(request, pages, refused)
        return JSONResponse({"id": day.id, "site": day.site, "version": day.version}, 201)


async def _refused(request: Request, pages: Pages, why: Message) -> Response:
    return problem(
        422, [await pages.on_thread(request, lambda reader: english(reader.writer.now).write(why))]
    )


def _action(name: str, body: Mapping[str, Any]) -> DayAction | None:
    """Return what a body asks for, ``None`` for an action that there is not."""
    step, reason = text_of(body, "step"), text_of(body, "reason")
    if name == "report":
        return ReportExitCode(step, _exit_code(body))
    if name == "confirm":
        return Confirm(step, text_of(body, "name"), _checked(body), text_of(body, "note"))
    made: Mapping[str, DayAction] = {
        "expect": Expect(step, text_of(body, "thumbprint")),
        "leave-out": LeaveOut(step, reason),
        "resume": Resume(reason),
        "pause": Pause(),
        "continue": ContinueWork(),
        "end": End(),
    }
    return made.get(name)


def _exit_code(body: Mapping[str, Any]) -> int:
    code = body.get("exit_code")
    if not isinstance(code, int) or isinstance(code, bool) or abs(code) >= 1 << 32:
        raise InvalidError("exit_code must be a whole number")
    return code


def _checked(body: Mapping[str, Any]) -> tuple[CheckedItem, ...]:
    try:
        return tuple(map(CheckedItem, texts_of(body, "checked")))
    except ValueError:
        raise InvalidError(f"checked must be some of {', '.join(CheckedItem)}") from None
