"""The pages of sites: each as a map of its servers and devices with their states."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from monitor.model import text
from monitor.web import plan_texts, renewal_texts, texts
from monitor.web.pages import detail_texts
from monitor.web.pages.frame import Pages
from monitor.web.pages.not_found import not_found
from monitor.web.pages.renewals.renewal_start import going_on
from monitor.web.queries.site import Server, SiteMap, site_map, sites
from monitor.web.services.changes import Changes

_MOST_DEVICES = 300
_MOST_PORTS = 250
"""So that a page stays below 200 KB; the list of targets has them all."""


def add_sites(app: FastAPI, changes: Changes, pages: Pages) -> None:
    """Answer ``GET /sites`` and ``GET /sites/NAME``."""

    @app.api_route("/sites", methods=["GET", "HEAD"], response_model=None)
    async def every_site(request: Request) -> Response:
        return await pages.answer(
            request,
            "details/sites.html",
            lambda reader: {
                "title": texts.SITES,
                "sites": sites(reader.snapshot),
                "base": "/sites",
                "no_sites": detail_texts.NO_SITES,
                "links": [("/plans", plan_texts.PLANS), ("/renewal-days", renewal_texts.RENEWAL_DAYS)],
            },
        )

    @app.api_route("/sites/{name:path}", methods=["GET", "HEAD"], response_model=None)
    async def site(name: str, request: Request) -> Response:
        found = await pages.on_thread(request, lambda reader: site_map(reader.snapshot, name))
        if found is None:
            return await not_found(request, pages, detail_texts.no_site(site=name))
        days = changes.renewal_days
        return await pages.answer(
            request, "details/site.html", lambda reader: site_values(found, going_on(reader, name, days))
        )


def site_values(found: SiteMap, day_id: str = "") -> Mapping[str, Any]:
    """Return the values of the page of a site; ``day_id`` is that of the renewal day that goes on there."""
    shown = _first_servers(found.servers)
    return {
        "title": text(found.name),
        "site": found,
        "day_id": day_id,
        "renewal": renewal_texts,
        "plans": plan_texts,
        "servers": shown,
        "more_servers": len(found.servers) - len(shown),
        "devices": found.devices[:_MOST_DEVICES],
        "more_devices": max(len(found.devices) - _MOST_DEVICES, 0),
    }


def _first_servers(servers: Sequence[Server]) -> list[Server]:
    """Return the servers for which there is room, the worst of them first, each with as many ports."""
    shown, left = [], _MOST_PORTS
    for one in servers:
        if left <= 0:
            break
        shown.append(replace(one, ports=one.ports[:left]))
        left -= len(one.ports)
    return shown
