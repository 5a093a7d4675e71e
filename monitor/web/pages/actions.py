"""What operators do on pages: check a target or a site now, test a receiver, reload the configuration.

Access control lets nobody through but those who may act, with the token of the form that was shown to them.
"""

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import Message
from monitor.web.caller import caller_of, recorded_name
from monitor.web.pages import detail_texts
from monitor.web.pages.frame import Pages
from monitor.web.pages.not_found import not_found
from monitor.web.queries.selecting import selected_targets
from monitor.web.queries.site import site_map
from monitor.web.services.changes import ChangeResult, Changes


def add_actions(app: FastAPI, changes: Changes, pages: Pages) -> None:
    """Answer ``POST`` of ``/targets/ID/check``, ``/sites/NAME/check`` and ``/reload``; each leads back."""

    @app.post("/targets/{target_id:path}/check", response_model=None)
    async def check_target(target_id: str, request: Request) -> Response:
        found = await pages.on_thread(
            request, lambda reader: selected_targets(reader.snapshot, (target_id,), ())
        )
        back = f"/targets/{quote(target_id, safe='')}"
        return await _checked(request, changes, pages, found, back, detail_texts.no_target(target=target_id))

    @app.post("/sites/{name:path}/check", response_model=None)
    async def check_site(name: str, request: Request) -> Response:
        found = await pages.on_thread(request, lambda reader: site_map(reader.snapshot, name))
        targets = found.targets if found else ()
        back = f"/sites/{quote(name, safe='')}"
        return await _checked(request, changes, pages, targets, back, detail_texts.no_site(site=name))

    @app.post("/receivers/{name}/test", response_model=None)
    async def test(name: str, request: Request) -> Response:
        if caller_of(request.scope).scope:
            return await _refused(request, pages, ChangeResult(False), 403)
        result = await changes.test_notification(name, by=recorded_name(request.scope))
        return await _done(request, pages, result, "/notifications")

    @app.post("/reload", response_model=None)
    async def reload(request: Request) -> Response:
        if caller_of(request.scope).scope:
            return await _refused(request, pages, ChangeResult(False), 403)
        return await _done(request, pages, await changes.reload(), "/")


async def _checked(  # noqa: PLR0913, PLR0917 - what is checked, by whom, and where it leads
    request: Request, changes: Changes, pages: Pages, targets: Sequence[str], back: str, missing: Message
) -> Response:
    if not targets:
        return await not_found(request, pages, missing)
    result = await changes.check_now(targets, by=recorded_name(request.scope))
    if not result.later:
        return await _done(request, pages, result, back)
    values = {"title": detail_texts.CHECK_ASKED, "said": detail_texts.CHECK_LATER, "back": back}
    return await pages.answer(request, "check_later.html", lambda _: values, status=202)


async def _done(request: Request, pages: Pages, result: ChangeResult, back: str) -> Response:
    return RedirectResponse(back, 303) if result.ok else await _refused(request, pages, result, 422)


async def _refused(request: Request, pages: Pages, result: ChangeResult, status: int) -> Response:
    values = {"title": detail_texts.NOT_DONE, "problems": result.problems}
    return await pages.answer(request, "not_done.html", lambda _: values, status=status)
