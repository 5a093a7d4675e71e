"""The paths below ``/api/v1``: what they read from a request, and what they answer."""

from datetime import UTC

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from monitor.messages import Writer, accepted
from monitor.parse import display
from monitor.threads import ThreadPool
from monitor.web.api.alerts import AlertContext, alerts_json
from monitor.web.api.bodies import LONGEST_TEXT, InvalidError, body_of, instant_of, matchers_of, text_of
from monitor.web.api.forecast import ForecastAnswers
from monitor.web.api.silences import silence_json
from monitor.web.caller import ANONYMOUS, LOCAL, caller_of
from monitor.web.changes import ChangeResult, Changes
from monitor.web.queries.forecast import InvalidDayError, asked_day
from monitor.web.queries.planning import CertificateIndexes
from monitor.web.view import WebView


def add_api(app: FastAPI, view: WebView, changes: Changes, indexes: CertificateIndexes) -> None:
    """Answer what programs ask for."""
    pool = ThreadPool("api", 1)
    forecasts = ForecastAnswers(indexes)

    @app.api_route("/api/v1/alerts", methods=["GET", "HEAD"], response_model=None)
    async def alerts(request: Request) -> Response:
        silences, notified = await view.silences(), await view.notified()
        writer = Writer(accepted(request.headers.get("accept-language", "")), UTC, view.now())
        known = AlertContext(silences, notified, view.external_url())
        content = await pool.run(alerts_json, view.snapshot(), known, writer)
        return JSONResponse(content)

    @app.post("/api/v1/alerts/{alert_id}/acknowledge", response_model=None)
    async def acknowledge(alert_id: str, request: Request) -> Response:
        try:
            body = await body_of(request, ("until", "comment", "by"))
            until = instant_of(body, "until") if "until" in body else None
            comment, by = text_of(body, "comment"), text_of(body, "by")
        except InvalidError as error:
            return _invalid(error)
        return _made(await changes.acknowledge(alert_id, until=until, comment=comment, by=_by(request, by)))

    @app.api_route("/api/v1/forecast", methods=["GET", "HEAD"], response_model=None)
    async def forecast(request: Request, at: str = "") -> Response:
        now = view.now()
        try:
            until = asked_day(at, UTC, now)
        except InvalidDayError:
            return _invalid(InvalidError("at must be a day within 50 years from now, such as 2027-03-15"))
        writer = Writer(accepted(request.headers.get("accept-language", "")), UTC, now)
        scope, snapshot = caller_of(request.scope).scope, view.snapshot()
        return JSONResponse(await pool.run(forecasts, snapshot, scope, until, writer))

    @app.api_route("/api/v1/silences", methods=["GET", "HEAD"], response_model=None)
    async def silences() -> Response:
        return JSONResponse({"items": [silence_json(one) for one in await view.silences()]})

    @app.post("/api/v1/silences", response_model=None)
    async def silence(request: Request) -> Response:
        try:
            body = await body_of(request, ("match", "until", "reason", "by"))
            until, reason = instant_of(body, "until"), text_of(body, "reason")
            matchers, by = matchers_of(body.get("match")), text_of(body, "by")
        except InvalidError as error:
            return _invalid(error)
        return _made(await changes.silence(matchers, until=until, reason=reason, by=_by(request, by)))

    @app.delete("/api/v1/silences/{silence_id}", response_model=None)
    async def end(silence_id: str, request: Request, by: str = "") -> Response:
        said = display(by, LONGEST_TEXT).strip()
        result = await changes.end_silence(silence_id, by=_by(request, said))
        return Response(status_code=204) if result.ok else _made(result)


def _by(request: Request, said: str) -> str:
    """Return who asks: whoever logged in, or on this machine whom the program names."""
    caller = caller_of(request.scope)
    return said or "local" if caller in (ANONYMOUS, LOCAL) else display(caller.name, LONGEST_TEXT)


def _made(result: ChangeResult) -> Response:
    if result.ok and result.silence is not None:
        return JSONResponse(silence_json(result.silence), 201)
    status = 404 if not result.found else 422
    return JSONResponse({"ok": False, "problems": result.problems}, status)


def _invalid(error: InvalidError) -> Response:
    return JSONResponse({"ok": False, "problems": [str(error)]}, 422)
