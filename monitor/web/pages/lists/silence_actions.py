"""Silence by labels, and end a silence: what operators send from the list of silences."""

from dataclasses import replace
from datetime import timedelta

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import Message, text
from monitor.web.caller import Caller, caller_of
from monitor.web.pages.frame import Pages
from monitor.web.pages.lists.answers import list_values
from monitor.web.pages.lists.silence_form import EMPTY, SilenceForm, filled_in, matchers_of
from monitor.web.pages.lists.silences import SILENCE_LIST, silence_source
from monitor.web.queries.alerts.silence_rows import ENDED_WITHIN
from monitor.web.queries.selecting import silences_within
from monitor.web.services.changes import Changes
from monitor.web.services.view import WebView

_PATH = SILENCE_LIST.path


def add_silence_actions(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer ``POST /silences`` and ``POST /silences/ID/end``.

    Access control has let nobody through but those who may act, with the token of the form.
    """

    async def again(request: Request, form: SilenceForm) -> Response:
        source = silence_source(await view.recent_silences(view.now() - ENDED_WITHIN), form)
        return await pages.answer(
            request,
            SILENCE_LIST.template,
            lambda reader: list_values(SILENCE_LIST, source, [], reader),
            status=422,
        )

    @app.post(_PATH, response_model=None)
    async def silence(request: Request) -> Response:
        caller, form = caller_of(request.scope), await filled_in(request)
        matchers, problems = matchers_of(form, caller.scope)
        problems = [*form.problems, *problems]
        if not problems:
            until = view.now() + timedelta(days=form.days)
            result = await changes.silence(matchers, until=until, reason=form.reason, by=_name(caller))
            problems = [_own(one) for one in result.problems]
        if problems:
            return await again(request, replace(form, problems=tuple(problems)))
        return RedirectResponse(_PATH, 303)

    @app.post(_PATH + "/{silence_id}/end", response_model=None)
    async def end(silence_id: str, request: Request) -> Response:
        caller = caller_of(request.scope)
        shown = await view.silences()
        own = await pages.on_thread(
            request, lambda reader: silences_within(shown, reader.snapshot, caller.scope)
        )
        ids = {one.id for one in own}
        # One that reaches further than the caller may see is answered as one that does not exist.
        result = await changes.end_silence(silence_id if silence_id in ids else "", by=_name(caller))
        if result.ok:
            return RedirectResponse(_PATH, 303)
        return await again(request, replace(EMPTY, problems=tuple(map(_own, result.problems))))


def _name(caller: Caller) -> str:
    return caller.name or "local"


def _own(problem: str) -> Message:
    return text(problem)
