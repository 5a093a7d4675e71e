"""What is kept between requests is never shown to a reader of another scope, whoever reads first."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.alerts import alerts_of_target
from monitor.model import Matcher, TargetState
from monitor.web.api import add_api
from monitor.web.caller import Caller, Role, set_caller
from monitor.web.pages import add_pages, ahead
from monitor.web.pages.frame import Pages
from monitor.web.pages.lists import every_list
from monitor.web.queries.cache import row_index
from monitor.web.queries.cache import snapshots as snapshot_cache
from monitor.web.queries.planning.indexes import CertificateIndexes
from support.factories.web.fakes import NOW, FakeDaemon, endpoint, snapshot

PATHS = (
    "/",
    "/alerts",
    "/certificates",
    "/certificates?page=20",
    "/targets",
    "/targets?page=20&sort=title",
    "/sites",
    "/forecast",
    "/api/v1/summary",
    "/api/v1/forecast",
    "/api/v1/alerts",
    "/api/v1/certificates",
    "/api/v1/targets?limit=1000",
)


def at_site(name: str, site: str) -> TargetState:
    """Return a critical target of a site, named after it everywhere."""
    one = endpoint(f"{name}.{site}", 5, sentence=f"{name}.{site} expires", title=f"{name}.{site}")
    return replace(one, target=replace(one.target, labels=(("site", site),)))


STATES = [at_site(name, site) for name in ("first", "second") for site in ("harbour", "attic")]
SHOWN = replace(
    snapshot(*STATES), alerts=tuple(one for state in STATES for one in alerts_of_target(state, NOW))
)


def reader(site: str) -> Caller:
    """Return a reader of one site, without a name of everything."""
    return Caller("ana", Role.VIEWER, (Matcher("site", (site,)),) if site else ())


class AsSite:
    """Make the caller of a request the reader of the site that a header names."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application behind."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        set_caller(scope, reader(dict(scope["headers"]).get(b"x-site", b"").decode()))
        await self._app(scope, receive, send)


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep everything that is kept of many targets."""
    for module in (row_index, snapshot_cache, ahead):
        monkeypatch.setattr(module, "_MANY", 1)


@pytest.mark.parametrize(
    "order", [("", "harbour", "attic"), ("attic", "harbour", ""), ("harbour", "", "attic")]
)
def test_nothing_of_another_site(order: tuple[str, ...]) -> None:
    """Every page shows its reader's site, and of another one not even its name."""
    daemon = FakeDaemon(SHOWN)
    app, pages, kinds = FastAPI(), Pages(daemon, CertificateIndexes()), every_list()
    add_pages(app, daemon, daemon, pages, kinds)
    add_api(app, daemon, daemon, pages, kinds)

    async def run() -> None:
        transport = httpx.ASGITransport(AsSite(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9850") as client:
            for site in (*order, *order):
                for path in PATHS:
                    answer = await client.get(path, headers={"x-site": site})
                    other = {"harbour": "attic", "attic": "harbour"}.get(site)
                    assert answer.status_code == 200
                    assert other is None or other not in answer.text, (site, path)
                    assert "next_expiry" in answer.text or site in answer.text, (site, path)

    asyncio.run(run())
