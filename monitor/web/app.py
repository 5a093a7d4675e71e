"""The applications, and their routes for programs: metrics, health, readiness and changes."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.middleware import Middleware

from monitor.errors import SystemBrokenError
from monitor.messages import english
from monitor.metrics import CONTENT_TYPE
from monitor.model import AlertLevel, Snapshot, WorkerZone
from monitor.web.access import AccessControl, Guard, Identities
from monitor.web.access.login import LoginService
from monitor.web.api import add_api, add_tokens
from monitor.web.api.agents import add_agents
from monitor.web.calendar.subscription import add_calendar
from monitor.web.caller import caller_of
from monitor.web.on_demand import add_probe
from monitor.web.pages import add_pages
from monitor.web.pages.frame import Pages
from monitor.web.pages.lists import every_list
from monitor.web.pages.planning.calendars import add_calendars
from monitor.web.paths import loggable
from monitor.web.problems import problem
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.web.services.agent_admin import AgentAdmin
from monitor.web.services.changes import ChangeResult, Changes
from monitor.web.services.health_json import health_json
from monitor.web.services.view import WebView
from monitor.web.serving.framing import OneLength
from monitor.web.serving.headers import SAFE, SafeHeaders
from monitor.web.serving.hosts import KnownHosts
from monitor.web.standby import StandbyPages

_READ = ["GET", "HEAD"]
_log = logging.getLogger(__name__)


def make_app(  # noqa: PLR0913 - all that there may be
    view: WebView,
    changes: Changes,
    *,
    own_host: str = "",
    access: Identities | None = None,
    agents: AgentAdmin | None = None,
    workers: Callable[[], Sequence[WorkerZone]] = tuple,
) -> FastAPI:
    """Return the whole application; ``own_host`` is the host on which it listens.

    ``access`` is ``None`` where there can be no users, ``agents`` where there can be no agents. ``workers``
    returns what is known of workers.
    """
    control = Middleware(
        AccessControl,
        is_allowed=changes.is_allowed,
        own_host=own_host,
        external_url=view.external_url,
        guard=Guard(access) if access else None,
    )
    app = _begun(view, access, control)
    add_probe(app, view, on_metrics_listen=False)
    indexes = CertificateIndexes()
    pages, kinds = Pages(view, indexes), every_list()
    add_pages(app, view, changes, pages, kinds, LoginService(access) if access else None)
    add_api(app, view, changes, pages, kinds)
    if access:
        add_calendar(app, view, access.services.tokens, indexes)
        add_tokens(app, access.services.tokens)
        add_calendars(app, view, access.services.tokens, pages)
        add_agents(app, agents, workers)
    _add_changes(app, changes)
    return app


def make_metrics_app(view: WebView, access: Identities | None = None) -> FastAPI:
    """Return only what other machines may see: ``/metrics``, ``/healthz``, ``/readyz`` and ``/livez``.

    And ``/probe``, which the view refuses here unless it is set to answer.
    """
    guard = Guard(access, login_page=False) if access else None
    control = [Middleware(AccessControl, is_allowed=_nobody, guard=guard)] if guard else []
    app = _begun(view, access, *control)
    add_probe(app, view, on_metrics_listen=True)
    return app


def _nobody(token: str) -> bool:  # noqa: ARG001 - nothing is changed here
    return False


def _begun(view: WebView, access: Identities | None, *control: Middleware) -> FastAPI:
    # The first one is the outermost: what access control refuses has safe headers too.
    middleware = [
        Middleware(SafeHeaders, more=access.services.headers if access else dict),
        Middleware(OneLength),
        Middleware(KnownHosts, names=view.hosts),
        Middleware(StandbyPages, view=view),
        *control,
    ]
    app = FastAPI(
        title="cert-monitor", docs_url=None, redoc_url=None, openapi_url=None, middleware=middleware
    )
    app.add_exception_handler(SystemBrokenError, _away)
    app.add_exception_handler(Exception, _internal)
    _add_metrics(app, view)
    _add_health(app, view, access)
    return app


async def _away(request: Request, _error: Exception) -> Response:
    """Answer where the database cannot be used, which health explains to those who may know."""
    said = "the database cannot be used now; see /healthz"
    if request.url.path.startswith("/api/"):
        return problem(503, [said])
    return PlainTextResponse(f"{said}\n", 503)


async def _internal(request: Request, error: Exception) -> Response:
    _log.error("answering %s %s failed", request.method, loggable(request.url.path), exc_info=error)
    # This answer is made outside of every middleware, so it brings the headers itself.
    return PlainTextResponse("cert-monitor could not answer; see its log\n", 500, headers=SAFE)


def _add_metrics(app: FastAPI, view: WebView) -> None:
    @app.api_route("/metrics", methods=_READ, response_model=None)
    async def metrics(request: Request) -> Response:
        headers = {"content-type": CONTENT_TYPE}
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(_breathing(view.metrics()), headers=headers)


async def _breathing(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        if piece:
            yield piece
        # Sending does not always wait, and probes must go on during a scrape of 200 MB.
        await asyncio.sleep(0)


def _add_health(app: FastAPI, view: WebView, access: Identities | None) -> None:
    @app.api_route("/healthz", methods=_READ, response_model=None)
    async def healthz(request: Request) -> Response:
        health = view.health()
        if access and access.services.login_needed and not caller_of(request.scope).sees_everything:
            # Whether all is well may be asked by anybody, as a check of services does; what is wrong, not.
            return JSONResponse({"ok": health.ok}, 200 if health.ok else 503)
        body = {
            "ok": health.ok,
            "instance": {"name": health.name, "customer": health.customer},
            "loop_age_seconds": health.loop_age,
            "schedule_age_seconds": health.schedule_age,
            "alert_pass_age_seconds": health.alert_pass_age,
            "store_ok": health.store_ok,
            **health_json(health, english(view.now())),
            "not_ready": list(view.ready()[1]),
            **_counted(view.snapshot()),
        }
        return JSONResponse(body, 200 if health.ok else 503)

    @app.api_route("/livez", methods=_READ, response_model=None)
    async def livez() -> Response:
        # That this is answered at all says that the event loop runs.
        return PlainTextResponse("ok\n")

    @app.api_route("/readyz", methods=_READ, response_model=None)
    async def readyz() -> Response:
        ready, problems = view.ready()
        return JSONResponse({"ready": ready, "problems": problems}, 200 if ready else 503)


def _counted(snapshot: Snapshot) -> dict[str, object]:
    """Return the numbers of targets and of alerts by level; the page and the metrics have more."""
    levels = Counter(group.level for group in snapshot.alerts)
    return {"targets": len(snapshot), "alerts": {level.value: levels[level] for level in AlertLevel}}


def _add_changes(app: FastAPI, changes: Changes) -> None:
    @app.post("/-/reload", response_model=None)
    async def reload() -> Response:
        return _answer(await changes.reload())

    @app.post("/-/clock/accept", response_model=None)
    async def accept_clock() -> Response:
        return _answer(await changes.accept_clock())


def _answer(result: ChangeResult) -> Response:
    return JSONResponse({"ok": result.ok, "problems": result.problems}, 200 if result.ok else 422)
