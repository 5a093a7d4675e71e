"""The paths below ``/api/v1``: what they read from a request, and what they answer."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from monitor.messages import Writer, accepted
from monitor.model import Matcher
from monitor.parse import display
from monitor.threads import ThreadPool
from monitor.web.api.alerts import AlertContext, alerts_json
from monitor.web.api.forecast import ForecastAnswers
from monitor.web.api.silences import silence_json
from monitor.web.caller import LOCAL_NAME, caller_of
from monitor.web.changes import ChangeResult, Changes
from monitor.web.queries.forecast import InvalidDayError, asked_day
from monitor.web.queries.planning import CertificateIndexes
from monitor.web.view import WebView

_LONGEST_BODY = 65_536
_LONGEST_TEXT = 500


class InvalidError(ValueError):
    """A request does not say what it has to; the text says what."""


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
            body = await _body(request, ("until", "comment", "by"))
            until = _instant(body, "until") if "until" in body else None
            comment, by = _text(body, "comment"), _text(body, "by")
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
            body = await _body(request, ("match", "until", "reason", "by"))
            until, reason = _instant(body, "until"), _text(body, "reason")
            matchers, by = _matchers(body.get("match")), _text(body, "by")
        except InvalidError as error:
            return _invalid(error)
        return _made(await changes.silence(matchers, until=until, reason=reason, by=_by(request, by)))

    @app.delete("/api/v1/silences/{silence_id}", response_model=None)
    async def end(silence_id: str, request: Request, by: str = "") -> Response:
        said = display(by, _LONGEST_TEXT).strip()
        result = await changes.end_silence(silence_id, by=_by(request, said))
        return Response(status_code=204) if result.ok else _made(result)


def _by(request: Request, said: str) -> str:
    """Return who asks: whoever logged in, or on this machine whom the program names."""
    caller = caller_of(request.scope)
    return said or "local" if caller.name in ("", LOCAL_NAME) else display(caller.name, _LONGEST_TEXT)


def _made(result: ChangeResult) -> Response:
    if result.ok and result.silence is not None:
        return JSONResponse(silence_json(result.silence), 201)
    status = 404 if not result.found else 422
    return JSONResponse({"ok": False, "problems": result.problems}, status)


def _invalid(error: InvalidError) -> Response:
    return JSONResponse({"ok": False, "problems": [str(error)]}, 422)


async def _body(request: Request, allowed: Sequence[str]) -> Mapping[str, Any]:
    """Return the JSON object of a request with these keys; raise ``InvalidError`` for anything else."""
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > _LONGEST_BODY:
            raise InvalidError("the body is too large")
    try:
        body = json.loads(content or b"{}")
    except ValueError:
        raise InvalidError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise InvalidError("the body is not a JSON object")
    if unknown := [key for key in body if key not in allowed]:
        raise InvalidError(f"unknown key {display(unknown[0], 100)!r}; allowed: {', '.join(allowed)}")
    return body


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key, "")
    if not isinstance(value, str):
        raise InvalidError(f"{key} must be a text")
    return display(value, _LONGEST_TEXT).strip()


def _instant(body: Mapping[str, Any], key: str) -> datetime:
    try:
        instant = datetime.fromisoformat(body[key])
    except (KeyError, TypeError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InvalidError(f"{key} must be an instant with offset, such as 2027-01-31T18:00+01:00")
    return instant.astimezone(UTC)


def _matchers(match: object) -> tuple[Matcher, ...]:
    if not isinstance(match, dict):
        raise InvalidError("match must be an object of labels with a value or a list of values each")
    return tuple(Matcher(name, _values(name, value)) for name, value in match.items())


def _values(name: str, value: object) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise InvalidError(f"match.{display(name, 100)} must be a text or a list of texts")
    return tuple(values)
