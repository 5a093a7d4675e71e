"""Start to work on the plan of a site: the button on the site's page, and what it sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import DayStep, Message, RenewalDay
from monitor.planning.renewal_day import texts
from monitor.planning.renewal_day.site_steps import site_steps, version_of
from monitor.web import renewal_texts as words
from monitor.web.callers import named
from monitor.web.changes import Changes
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.renewal_day_form import fields_of, text_of
from monitor.web.queries.renewal_day import may_see
from monitor.web.queries.site import SiteMap, site_map
from monitor.web.renewal_days import RenewalDays
from monitor.web.view import WebView


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The plan of a site as a reader sees it: its steps, and the day on which it is worked on, if so."""

    site: str
    steps: tuple[DayStep, ...]
    version: str
    day_id: str = ""


def site_plan(reader: Reader, site: str, days: RenewalDays, found: SiteMap | None = None) -> SitePlan | None:
    """Return the plan of a site, ``None`` where the reader sees nothing of it; its map may be known."""
    found = found or site_map(reader.snapshot, site)
    if found is None:
        return None
    going_on = [
        day.id
        for day in days.open()
        if day.site.casefold() == site.casefold() and may_see(day, reader.caller.scope, reader.snapshot)
    ]
    # A plan is of no use to others, and takes a second at 100,000 ports.
    steps = site_steps(reader.snapshot, found.name) if reader.caller.may_act and not going_on else ()
    return SitePlan(found.name, steps, version_of(steps), next(iter(going_on), ""))


def add_renewal_start(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer ``POST /plans/SITE/start`` of operators; it leads to the page of the renewal day."""
    days = changes.renewal_days

    async def refused(request: Request, why: Message, status: int) -> Response:
        return await pages.answer(request, "renewal_refused.html", lambda _: _refusal(why), status=status)

    @app.post("/plans/{site:path}/start", response_model=None)
    async def start(site: str, request: Request) -> Response:
        fields = await fields_of(request) or {}
        plan = await pages.on_thread(request, lambda reader: site_plan(reader, site, days))
        if plan is not None and plan.day_id:
            return await refused(request, texts.GOES_ON, 422)
        if plan is None or not plan.steps:
            return await refused(request, words.NOTHING_TO_DO, 404)
        if text_of(fields, "version") != plan.version:
            return await refused(request, words.CHANGED_SINCE, 422)
        day = day_of(plan, named(request.scope), view.now())
        if (problem := await days.start(day)) is not None:
            return await refused(request, problem, 422)
        return RedirectResponse(f"/renewal-days/{quote(day.id)}", 303)


def day_of(plan: SitePlan, by: str, now: datetime) -> RenewalDay:
    """Return the day that somebody begins now."""
    written = dumps({"steps": [step.id for step in plan.steps]})
    return RenewalDay(uuid4().hex, plan.site, plan.version, written, now, by, now, plan.steps)


def _refusal(why: Message) -> Mapping[str, Any]:
    return {"title": words.START, "problem": why}
