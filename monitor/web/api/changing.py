"""The paths below ``/api/v1`` that change something; who asks is recorded, and may change what it sees."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from monitor.web.api.bodies import InvalidError, body_of, instant_of, matchers_of, text_of, texts_of
from monitor.web.caller import caller_of, recorded_name
from monitor.web.pages.frame import Pages
from monitor.web.problems import problem
from monitor.web.published.silences import silence_json
from monitor.web.queries.selecting import may_silence, selected_targets, silences_within
from monitor.web.services.changes import ChangeResult, Changes
from monitor.web.services.view import WebView

_NOT_ALL = "this concerns every target, and the caller may not see all of them"
_OUT_OF_SCOPE = "the silence is not limited to what the caller may see; add its matchers to match"


def add_changing(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer everything that changes something."""
    _add_acknowledge(app, changes, pages)
    _add_silences(app, view, changes, pages)
    _add_checks(app, changes, pages)
    _add_service(app, changes)


def _add_acknowledge(app: FastAPI, changes: Changes, pages: Pages) -> None:
    @app.post("/api/v1/alerts/{alert_id}/acknowledge", response_model=None)
    async def acknowledge(alert_id: str, request: Request) -> Response:
        body = await body_of(request, ("until", "comment", "by"))
        until = instant_of(body, "until") if "until" in body else None
        comment, by = text_of(body, "comment"), recorded_name(request.scope, text_of(body, "by"))
        seen = await pages.on_thread(request, lambda reader: {one.id for one in reader.snapshot.alerts})
        if alert_id not in seen:
            return problem(404, [f"there is no open alert {alert_id!r}"])
        return _made(await changes.acknowledge(alert_id, until=until, comment=comment, by=by))


def _add_silences(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    @app.post("/api/v1/silences", response_model=None)
    async def silence(request: Request) -> Response:
        body = await body_of(request, ("match", "until", "reason", "by"))
        until, reason = instant_of(body, "until"), text_of(body, "reason")
        matchers, by = matchers_of(body.get("match")), recorded_name(request.scope, text_of(body, "by"))
        if not await pages.on_thread(request, lambda reader: may_silence(reader.caller.scope, matchers)):
            return problem(403, [_OUT_OF_SCOPE])
        return _made(await changes.silence(matchers, until=until, reason=reason, by=by))

    @app.delete("/api/v1/silences/{silence_id}", response_model=None)
    async def end(silence_id: str, request: Request, by: str = "") -> Response:
        every = await view.silences()
        seen = await pages.on_thread(
            request, lambda reader: silences_within(every, reader.snapshot, reader.caller.scope)
        )
        if silence_id not in {one.id for one in seen} and caller_of(request.scope).scope:
            return problem(404, [f"there is no silence {silence_id!r}"])
        result = await changes.end_silence(silence_id, by=recorded_name(request.scope, by))
        return Response(status_code=204) if result.ok else _made(result)


def _add_checks(app: FastAPI, changes: Changes, pages: Pages) -> None:
    @app.post("/api/v1/checks", response_model=None)
    async def check(request: Request) -> Response:
        body = await body_of(request, ("targets", "match", "by"))
        targets, matchers = texts_of(body, "targets"), matchers_of(body.get("match", {}))
        by = recorded_name(request.scope, text_of(body, "by"))
        if bool(targets) == bool(matchers):
            raise InvalidError("give either targets or match")
        found = await pages.on_thread(
            request, lambda reader: selected_targets(reader.snapshot, targets, matchers)
        )
        if not found:
            return problem(404, ["there is no such target"])
        result = await changes.check_now(found, by=by)
        if not result.ok:
            return _made(result)
        return JSONResponse({"targets": list(found), "later": result.later}, 202)


def _add_service(app: FastAPI, changes: Changes) -> None:
    @app.post("/api/v1/reload", response_model=None)
    async def reload(request: Request) -> Response:
        if caller_of(request.scope).scope:
            return problem(403, [_NOT_ALL])
        result = await changes.reload()
        return Response(status_code=204) if result.ok else _made(result)

    @app.post("/api/v1/receivers/{name}/test", response_model=None)
    async def test(name: str, request: Request, by: str = "") -> Response:
        if caller_of(request.scope).scope:
            return problem(403, [_NOT_ALL])
        result = await changes.test_notification(name, by=recorded_name(request.scope, by))
        return Response(status_code=202) if result.ok else _made(result)


def _made(result: ChangeResult) -> Response:
    if result.ok and result.silence is not None:
        return JSONResponse(silence_json(result.silence), 201)
    return problem(422 if result.found else 404, result.problems)
