"""The API below ``/api/v1``: the values of ``queries`` as JSON, and what programs may change."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException

from monitor.web.api.bodies import InvalidError
from monitor.web.api.changing import add_changing
from monitor.web.api.lists import add_api_lists
from monitor.web.api.openapi import add_document
from monitor.web.api.reading import add_reading
from monitor.web.api.renewal_days import add_renewal_days
from monitor.web.api.tokens import add_tokens
from monitor.web.pages.frame import Pages
from monitor.web.pages.lists.kind import ListKind
from monitor.web.problems import problem
from monitor.web.services.changes import Changes
from monitor.web.services.view import WebView

__all__ = ["add_api", "add_tokens"]


def add_api(
    app: FastAPI, view: WebView, changes: Changes, pages: Pages, kinds: Sequence[ListKind[Any]]
) -> None:
    """Answer what programs ask for."""
    app.add_exception_handler(InvalidError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    add_document(app, kinds)
    add_api_lists(app, view, pages, kinds)
    add_reading(app, view, pages)
    add_changing(app, view, changes, pages)
    add_renewal_days(app, view, changes, pages)


async def _http(request: Request, error: Exception) -> Response:
    """Answer what no route answers: as problem details to programs, as ever to people."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these alone
    if request.url.path.startswith("/api/"):
        return problem(error.status_code, [str(error.detail)], error.headers)
    return await http_exception_handler(request, error)


async def _invalid(_: Request, error: Exception) -> Response:
    return problem(422, [str(error)])
