"""The page of a renewal day: steps with their ticks and forms while work goes on, the protocol after it."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import CheckedItem, DayState, Message, RenewalDay
from monitor.planning.renewal_day import WORK_AT_MOST, texts
from monitor.planning.renewal_plan import words_of_steps
from monitor.web import plan_texts
from monitor.web import renewal_texts as words
from monitor.web.caller import recorded_name
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.not_found import not_found
from monitor.web.pages.renewals.renewal_day_form import (
    LONGEST_NAME,
    LONGEST_TEXT,
    action_of,
    fields_of,
    text_of,
)
from monitor.web.queries.planning.renewal_day import DayView, day_view, may_see
from monitor.web.services.changes import Changes
from monitor.web.services.renewal_days import RenewalDays

_PATH = "/renewal-days"


def add_renewal_days(app: FastAPI, changes: Changes, pages: Pages) -> None:
    """Answer ``GET /renewal-days``, ``GET /renewal-days/ID`` and ``POST /renewal-days/ID/ACTION``.

    Access control lets nobody through to act but operators, with the token of the form.
    """
    shown = _DayPages(changes.renewal_days, pages)

    @app.api_route(_PATH, methods=["GET", "HEAD"], response_model=None)
    async def every(request: Request) -> Response:
        return await shown.every(request)

    @app.api_route(_PATH + "/{day_id}", methods=["GET", "HEAD"], response_model=None)
    async def one(day_id: str, request: Request) -> Response:
        return await shown.one(request, day_id)

    @app.post(_PATH + "/{day_id}/{name}", response_model=None)
    async def act(day_id: str, name: str, request: Request) -> Response:
        return await shown.act(request, day_id, name)


class _DayPages:
    """Answers requests about renewal days."""

    def __init__(self, days: RenewalDays, pages: Pages) -> None:
        self._days = days
        self._pages = pages

    async def every(self, request: Request) -> Response:
        """Return the list of days."""
        recent = await self._days.recent()
        return await self._pages.answer(
            request,
            "renewals/renewal_days.html",
            lambda reader: {
                "title": words.RENEWAL_DAYS,
                "days": [day_view(one) for one in recent if _sees(reader, one)],
                "words": words,
                "plans": plan_texts,
            },
        )

    async def one(self, request: Request, day_id: str) -> Response:
        """Return the page of one day."""
        shown = await self._view(request, day_id)
        return await (self._page(request, shown) if shown else self._missing(request))

    async def act(self, request: Request, day_id: str, name: str) -> Response:
        """Do what a form asks for, and lead back to its step."""
        fields, shown = await fields_of(request), await self._view(request, day_id)
        action = action_of(name, fields or {})
        if shown is None or action is None:
            return await self._missing(request)
        if fields is None:
            return await self._page(request, shown, words.TOO_LONG)
        if isinstance(action, Message):
            return await self._page(request, shown, action)
        problem = await self._days.act(day_id, action, by=recorded_name(request.scope))
        if problem is None:
            step = text_of(fields, "step")
            return RedirectResponse(f"{_PATH}/{day_id}{f'#step-{quote(step)}' if step else ''}", 303)
        return await self._page(request, await self._view(request, day_id) or shown, problem)

    async def _view(self, request: Request, day_id: str) -> DayView | None:
        found = await self._days.record(day_id)
        if found is None or not await self._pages.on_thread(request, lambda reader: _sees(reader, found[0])):
            return None
        return day_view(*found, self._days.silent())

    async def _page(self, request: Request, shown: DayView, problem: Message | None = None) -> Response:
        status = 200 if problem is None else 422
        return await self._pages.answer(
            request,
            "renewals/renewal_day.html",
            lambda reader: day_values(reader, shown, problem),
            status=status,
        )

    async def _missing(self, request: Request) -> Response:
        return await not_found(request, self._pages, words.NO_DAY)


def _sees(reader: Reader, day: RenewalDay) -> bool:
    return may_see(day, reader.caller.scope, reader.snapshot)


def day_values(reader: Reader, shown: DayView, problem: Message | None = None) -> Mapping[str, Any]:
    """Return the values of the page; ``problem`` is why the last form was refused."""
    day = shown.day
    return {
        "title": words.day_of(site=day.site),
        "view": shown,
        "day": day,
        "problem": problem,
        "state": words.STATES[day.state],
        "level": _LEVELS[day.state],
        "facts": tuple(_facts(shown)),
        "may_act": reader.caller.may_act and day.state is not DayState.ENDED,
        "changed": [
            (one, port) for one in shown.steps for port in one.step.ports if port.sha1 and not port.went_back
        ],
        "events": [(one, _step_name(shown, one.step_id)) for one in reversed(shown.events)],
        "checked_items": [(one, texts.CHECKED_ITEMS[one]) for one in CheckedItem],
        "longest_name": LONGEST_NAME,
        "longest_text": LONGEST_TEXT,
        "said": words_of_steps(day.plan),
        "words": words,
    }


_LEVELS = {
    DayState.ACTIVE: "ok",
    DayState.STOPPED: "critical",
    DayState.PAUSED: "warning",
    DayState.ENDED: "",
}


def _facts(shown: DayView) -> Iterator[Message]:
    day = shown.day
    yield words.steps_done(done=shown.done, count=len(shown.steps))
    yield words.started(at=day.started_at, who=day.started_by)
    if day.ended_at is not None:
        yield (
            words.ended(at=day.ended_at, who=day.ended_by)
            if day.ended_by
            else words.ended_alone(at=day.ended_at)
        )
    elif day.paused_at is not None:
        yield words.paused(at=day.paused_at)
    else:
        yield words.waits_until(at=day.work_began_at + WORK_AT_MOST)


def _step_name(shown: DayView, step_id: str) -> str:
    return next((f"{one.number}. {one.name}" for one in shown.steps if one.step.id == step_id), "")
