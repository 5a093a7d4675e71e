"""Start to work on the plan of a site: the button on the site's page, and what it sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import Message, RenewalDay
from monitor.planning.renewal_plan import PlanProblem, RenewalPlan, plan_for_site, plan_to_json
from monitor.web import renewal_texts as words
from monitor.web.caller import recorded_name
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.renewals.renewal_day_form import fields_of, text_of
from monitor.web.queries.planning.renewal_day import may_see
from monitor.web.services.changes import Changes
from monitor.web.services.renewal_days import RenewalDays
from monitor.web.services.view import WebView


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The plan of a site as a reader sees it, and the day on which it is worked on, if so.

    ``made`` is ``None`` where there is none, and ``problem`` says why.
    """

    site: str
    made: RenewalPlan | None = None
    problem: PlanProblem | None = None
    day_id: str = ""

    @property
    def version(self) -> str:
        """Return the version of the plan, empty where there is none."""
        return self.made.version if self.made else ""


def site_plan(reader: Reader, site: str, days: RenewalDays) -> SitePlan | None:
    """Return the plan of a site, ``None`` where the reader sees nothing of it."""
    made = plan_for_site(reader.snapshot, site, reader.writer.now)
    if made is PlanProblem.NO_SITE:
        return None
    day_id = going_on(reader, site, days)
    if isinstance(made, PlanProblem):
        return SitePlan(site, None, made, day_id)
    return SitePlan(made.site, made, None, day_id)


def going_on(reader: Reader, site: str, days: RenewalDays) -> str:
    """Return the id of the day on which the plan of a site is worked on, empty if it is not."""
    found = (
        day.id
        for day in days.open()
        if day.site.casefold() == site.casefold() and may_see(day, reader.caller.scope, reader.snapshot)
    )
    return next(found, "")


def add_renewal_start(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer ``POST /plans/SITE/start`` of operators; it leads to the page of the renewal day."""
    days = changes.renewal_days

    async def refused(request: Request, why: Message, status: int) -> Response:
        return await pages.answer(
            request, "renewals/renewal_refused.html", lambda _: _refusal(why), status=status
        )

    @app.post("/plans/{site:path}/start", response_model=None)
    async def start(site: str, request: Request) -> Response:
        fields = await fields_of(request) or {}
        plan = await pages.on_thread(request, lambda reader: site_plan(reader, site, days))
        if plan is None or plan.made is None:
            return await refused(request, words.NOTHING_TO_DO, 404)
        if text_of(fields, "version") != plan.made.version:
            return await refused(request, words.CHANGED_SINCE, 422)
        day = day_of(plan.made, recorded_name(request.scope), view.now())
        if (problem := await days.start(day)) is not None:
            return await refused(request, problem, 422)
        return RedirectResponse(f"/renewal-days/{quote(day.id)}", 303)


def day_of(plan: RenewalPlan, by: str, now: datetime) -> RenewalDay:
    """Return the day that somebody begins now."""
    return RenewalDay(uuid4().hex, plan.site, plan.version, plan_to_json(plan), now, by, now, plan.day_steps)


def _refusal(why: Message) -> Mapping[str, Any]:
    return {"title": words.START, "problem": why}
