"""The page on which people log in, and the way out."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import Message
from monitor.web.access import texts
from monitor.web.access.forms import FIELD, TooLongError, body_of, fields_of
from monitor.web.access.login import LoginResult, LoginService, local_path
from monitor.web.pages.frame import Pages, Reader
from monitor.web.paths import LOGIN, LOGOUT

_LONGEST_USER = 100


def add_login(app: FastAPI, logins: LoginService, pages: Pages) -> None:
    """Answer the login page and its form, and the form that logs out."""

    @app.api_route(LOGIN, methods=["GET", "HEAD"], response_model=None)
    async def login(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in addresses
        return await _page(request, logins, pages, local_path(next))

    @app.post(LOGIN, response_model=None)
    async def log_in(request: Request) -> Response:
        try:
            fields = fields_of(await body_of(request.receive))
        except TooLongError:
            return Response(status_code=413)
        user, to = fields.get("user", "").strip(), local_path(fields.get("next", "/"))
        token = fields.get(FIELD, "")
        result = await logins.log_in(request.scope, user, fields.get("password", ""), token)
        if not result.cookie:
            return await _page(request, logins, pages, to, user[:_LONGEST_USER], result)
        return RedirectResponse(to, 303, headers={"set-cookie": result.cookie})

    @app.post(LOGOUT, response_model=None)
    async def log_out(request: Request) -> Response:
        return RedirectResponse(LOGIN, 303, headers={"set-cookie": await logins.log_out(request.scope)})


async def _page(  # noqa: PLR0913, PLR0917 - one page of all that it shows
    request: Request,
    logins: LoginService,
    pages: Pages,
    to: str,
    user: str = "",
    result: LoginResult | None = None,
) -> Response:
    """Return the page; after a failed login it says why."""
    form = logins.form(request.scope)
    problem = _problem(logins, result)

    def values(_: Reader) -> Mapping[str, Any]:
        return {
            "form_token": form.form_token,
            "next": to,
            "user": user,
            "problem": problem,
            "words": texts,
            "open": logins.is_open,
        }

    retry = result.retry_after if result else 0
    status = 429 if retry else 200 if result is None else 403
    answer = await pages.answer(request, "login.html", values, status=status)
    answer.headers["set-cookie"] = form.cookie
    if retry:
        answer.headers["retry-after"] = str(retry)
    return answer


def _problem(logins: LoginService, result: LoginResult | None) -> Message | None:
    if not logins.is_open:
        return texts.NO_PASSWORDS
    if result is None:
        return None
    if result.stale:
        return texts.STALE
    return texts.wait(count=result.retry_after) if result.retry_after else texts.WRONG
