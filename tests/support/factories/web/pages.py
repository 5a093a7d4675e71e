"""Render a page as the web does, for a reader of a test's choice, and ask the whole application."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.messages import Writer, english
from monitor.model import Snapshot
from monitor.web import Health, make_app
from monitor.web.api import add_api
from monitor.web.caller import ANONYMOUS, Caller, set_caller
from monitor.web.pages import add_pages
from monitor.web.pages.frame import Pages, Reader, render
from monitor.web.pages.lists import every_list
from monitor.web.pages.lists.answers import list_values
from monitor.web.pages.lists.kind import ListKind, RowSource
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.web.queries.scope import TargetScope, scoped
from support.factories.web.fakes import NOW, FakeDaemon


def reader_of(
    shown: Snapshot,
    *,
    writer: Writer | None = None,
    caller: Caller = ANONYMOUS,
    health: Health | None = None,
) -> Reader:
    """Return a reader who sees as much of a snapshot as the caller may; without a writer in English."""
    narrowed = scoped(shown, TargetScope(caller.scope))
    return Reader(caller, writer or english(NOW), narrowed, health or Health())


def rendered(
    template: str, reader: Reader, make: Callable[[Reader], Mapping[str, Any]], *, path: str = "/"
) -> str:
    """Return the HTML of a page."""
    return render(template, reader, path, make(reader))


def listed(kind: ListKind[Any], source: RowSource[Any], reader: Reader, query: str = "") -> str:
    """Return the page of a list; ``query`` is that of its address, not encoded."""
    parameters = [(one.partition("=")[0], one.partition("=")[2]) for one in query.split("&") if one]
    return rendered(
        kind.template, reader, lambda one: list_values(kind, source, parameters, one), path=kind.path
    )


def get(
    daemon: FakeDaemon, path: str, headers: Mapping[str, str] | None = None, *, caller: Caller | None = None
) -> httpx.Response:
    """Return the answer of the whole application to a request from this machine, without a socket."""
    return send(daemon, "GET", path, headers=headers, caller=caller)


def send(
    daemon: FakeDaemon,
    method: str,
    path: str,
    body: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    caller: Caller | None = None,
    form: Mapping[str, object] | None = None,
) -> httpx.Response:
    """Return the answer to a request with a JSON body or a form, as if from a caller who logged in."""
    app = make_app(daemon, daemon) if caller is None else _app_for(caller, daemon)

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9850") as client:
            return await client.request(method, path, headers=headers, json=body, data=form)

    return asyncio.run(run())


class _AsCaller:
    """Middleware in the place of access control, which has tests of its own."""

    def __init__(self, app: ASGIApp, caller: Caller) -> None:
        self._app = app
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        set_caller(scope, self._caller)
        await self._app(scope, receive, send)


def _app_for(caller: Caller, daemon: FakeDaemon) -> FastAPI:
    app, pages = (
        FastAPI(middleware=[Middleware(_AsCaller, caller=caller)]),
        Pages(daemon, CertificateIndexes()),
    )
    kinds = every_list()
    add_pages(app, daemon, daemon, pages, kinds)
    add_api(app, daemon, daemon, pages, kinds)
    return app
