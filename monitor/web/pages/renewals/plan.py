"""The plans for renewal days: the list of sites, the plan of one, and the same as one file to print."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from monitor.messages import Writer
from monitor.planning.renewal_plan import RenewalPlan
from monitor.web import plan_texts, texts
from monitor.web import renewal_texts as renewal
from monitor.web.pages.frame import Pages
from monitor.web.pages.layout import environment
from monitor.web.pages.not_found import not_found
from monitor.web.pages.renewals.renewal_start import SitePlan, site_plan
from monitor.web.queries.planning.plan import plan_view
from monitor.web.queries.site import sites
from monitor.web.services.changes import Changes

_READ = ["GET", "HEAD"]


def add_plans(app: FastAPI, changes: Changes, pages: Pages) -> None:
    """Answer ``GET /plans`` and ``GET /plans/SITE``."""
    days = changes.renewal_days

    @app.api_route("/plans", methods=_READ, response_model=None)
    async def every(request: Request) -> Response:
        return await pages.answer(
            request,
            "details/sites.html",
            lambda reader: {
                "title": plan_texts.PLANS,
                "sites": sites(reader.snapshot),
                "base": "/plans",
                "no_sites": plan_texts.NO_PLANS,
                "links": [("/renewal-days", renewal.RENEWAL_DAYS)],
            },
        )

    @app.api_route("/plans/{name:path}", methods=_READ, response_model=None)
    async def one(name: str, request: Request) -> Response:
        found = await pages.on_thread(request, lambda reader: site_plan(reader, name, days))
        if found is None:
            return await not_found(request, pages, plan_texts.no_site(site=name))
        return await pages.answer(request, "renewals/plan.html", lambda _: _values(found))


def _values(found: SitePlan) -> Mapping[str, Any]:
    return {
        "title": plan_texts.plan_of(site=found.site),
        "site": found.site,
        "plan": found,
        "view": plan_view(found.made) if found.made else None,
        "words": plan_texts,
        "renewal": renewal,
    }


def plan_document(plan: RenewalPlan, writer: Writer) -> str:
    """Return a plan as one HTML file that loads nothing, for printing and for taking along."""
    title = plan_texts.plan_of(site=plan.site)
    return environment.get_template("renewals/plan_document.html").render(
        title=title, view=plan_view(plan), words=plan_texts, texts=texts, writer=writer, site=plan.site
    )
