"""The page on which operators make addresses of the calendar, see which there are, and revoke them.

The address of a calendar is its credential: it is shown in the answer that makes it and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import AccessToken, Message, TokenRole, text
from monitor.parse import display
from monitor.web.access.forms import TooLongError, body_of, fields_of
from monitor.web.access.settings import TokenAdmin, TokenRefusedError
from monitor.web.caller import Caller, caller_of, recorded_name
from monitor.web.list_texts import FORM_TOO_LONG
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.lists.silence_form import form_choices, within_scope
from monitor.web.pages.planning import calendar_texts as words
from monitor.web.paths import CALENDAR, CALENDARS
from monitor.web.services.view import WebView

LABELS = ("site", "component", "owner")
"""What a calendar can be limited to here; the command takes any label."""
_LONGEST_NAME = 63
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class CalendarForm:
    """What somebody filled in, what is wrong with it, and the address that was made of it."""

    name: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    problem: Message | None = None
    address: str = field(default="", repr=False)


def add_calendars(app: FastAPI, view: WebView, tokens: TokenAdmin, pages: Pages) -> None:
    """Answer ``GET`` and ``POST /calendars`` and ``POST /calendars/NAME/revoke``."""

    async def page(request: Request, form: CalendarForm) -> Response:
        outside = bool(view.external_url())
        return await pages.answer(
            request,
            "planning/calendars.html",
            lambda reader: calendar_values(reader, tokens.listed(), form, outside=outside),
            status=422 if form.problem else 200,
        )

    @app.api_route(CALENDARS, methods=["GET", "HEAD"], response_model=None)
    async def listed(request: Request) -> Response:
        return await page(request, _form_of(request.query_params))

    @app.post(CALENDARS, response_model=None)
    async def create(request: Request) -> Response:
        try:
            form = _form_of(fields_of(await body_of(request.receive)))
        except TooLongError:
            return await page(request, CalendarForm(problem=FORM_TOO_LONG))
        chosen = {name: (value,) for name, value in form.chosen.items()}
        limited, problems = within_scope(chosen, caller_of(request.scope).scope)
        if problems:
            return await page(request, CalendarForm(form.name, form.chosen, problems[0]))
        try:
            made = await tokens.create(
                form.name, TokenRole.CALENDAR, limited, expires_at=None, by=recorded_name(request.scope)
            )
        except TokenRefusedError as error:
            return await page(request, CalendarForm(form.name, form.chosen, text(str(error))))
        base = view.external_url() or str(request.base_url).rstrip("/")
        return await page(request, CalendarForm(address=f"{base}{CALENDAR}?token={quote(made.text)}"))

    @app.post(CALENDARS + "/{name}/revoke", response_model=None)
    async def revoke(name: str, request: Request) -> Response:
        # Tokens of programs are managed by commands alone.
        if name in {one.name for one in _calendars(tokens.listed())}:
            await tokens.revoke(name, by=recorded_name(request.scope))
            return RedirectResponse(CALENDARS, 303)
        return await page(request, CalendarForm(problem=words.no_calendar(name=display(name, _LONGEST_NAME))))


def calendar_values(
    reader: Reader, tokens: Sequence[AccessToken], form: CalendarForm, *, outside: bool
) -> Mapping[str, Any]:
    """Return the values of the page; the calendars that there are only for who may act."""
    return {
        "title": words.CALENDARS,
        "words": words,
        "form": form,
        "suggested": form.name or _free_name(tokens, reader.caller),
        "choices": [one for one in form_choices(reader.snapshot) if one[0] in LABELS],
        "calendars": _calendars(tokens) if reader.caller.may_act else (),
        "outside": outside,
    }


def _calendars(tokens: Sequence[AccessToken]) -> Sequence[AccessToken]:
    return [one for one in tokens if one.role is TokenRole.CALENDAR]


def _form_of(fields: Mapping[str, str]) -> CalendarForm:
    chosen = {name: _clean(fields[name]) for name in LABELS if fields.get(name)}
    return CalendarForm(display(fields.get("name", ""), _LONGEST_NAME).strip(), chosen)


def _clean(value: str) -> str:
    return display(value, _LONGEST_VALUE).strip()


def _free_name(tokens: Sequence[AccessToken], caller: Caller) -> str:
    """Return a name that no token has yet, made of the caller's where that can be one."""
    plain = "".join(one for one in caller.name if one.isascii() and one.isalnum())[:30].lower()
    first = f"outlook-{plain}" if plain else "outlook"
    taken = {one.name for one in tokens}
    names = (first, *(f"{first}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)
