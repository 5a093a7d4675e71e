"""The paths below ``/api/v1`` that are read and are no lists; each shows what its caller may see."""

from datetime import UTC
from itertools import islice

from fastapi import FastAPI, Request, Response

from monitor.model import Check
from monitor.web.api.answers import answer, encoded
from monitor.web.api.bodies import InvalidError
from monitor.web.api.findings import findings_json, history_json, outcomes_json
from monitor.web.api.forecast import ForecastAnswers
from monitor.web.api.summary import summary_json
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.lists.writing import for_programs
from monitor.web.problems import problem
from monitor.web.published.alerts import AlertContext, one_alert_json
from monitor.web.published.silences import silence_json
from monitor.web.queries.alerts.silence_rows import visible_silences
from monitor.web.queries.certificates.detail import thumbprint
from monitor.web.queries.planning.forecast import InvalidDayError, asked_day
from monitor.web.queries.scope import TargetScope
from monitor.web.services.view import WebView

READ = ["GET", "HEAD"]
MOST_FINDINGS = 10_000
_SHA256_DIGITS = 64


def add_reading(app: FastAPI, view: WebView, pages: Pages) -> None:
    """Answer everything that is read and is no list."""
    _add_summary(app, pages)
    _add_alert(app, view, pages)
    _add_silences(app, view, pages)
    _add_findings(app, pages)
    _add_history(app, view, pages)
    _add_forecast(app, view, pages)


def _add_summary(app: FastAPI, pages: Pages) -> None:
    @app.api_route("/api/v1/summary", methods=READ, response_model=None)
    async def summary(request: Request) -> Response:
        def made(reader: Reader) -> tuple[bytes, str]:
            facts = pages.target_facts.of(reader.snapshot, reader.caller.scope, reader.writer.now)
            return encoded(summary_json(reader, facts))

        return answer(request, *await pages.on_thread(request, made))


def _add_alert(app: FastAPI, view: WebView, pages: Pages) -> None:
    @app.api_route("/api/v1/alerts/{alert_id}", methods=READ, response_model=None)
    async def alert(alert_id: str, request: Request) -> Response:
        context = AlertContext(await view.silences(), await view.notified(), view.external_url())

        def made(reader: Reader) -> tuple[bytes, str] | None:
            group = next((one for one in reader.snapshot.alerts if one.id == alert_id), None)
            writer = for_programs(reader.writer)
            return encoded(one_alert_json(group, context, reader.snapshot, writer)) if group else None

        found = await pages.on_thread(request, made)
        return answer(request, *found) if found else problem(404, [f"there is no open alert {alert_id!r}"])


def _add_silences(app: FastAPI, view: WebView, pages: Pages) -> None:
    @app.api_route("/api/v1/silences", methods=READ, response_model=None)
    async def silences(request: Request) -> Response:
        every = await view.silences()

        def made(reader: Reader) -> tuple[bytes, str]:
            shown = visible_silences(every, reader.snapshot, TargetScope(reader.caller.scope))
            return encoded({"items": [silence_json(one) for one in shown]})

        return answer(request, *await pages.on_thread(request, made))


def _add_findings(app: FastAPI, pages: Pages) -> None:
    @app.api_route("/api/v1/findings", methods=READ, response_model=None)
    async def findings(request: Request, target: str = "", check: str = "") -> Response:
        if check and check not in set(Check):
            raise InvalidError(f"check must be one of {', '.join(Check)}")

        def made(reader: Reader) -> tuple[bytes, str]:
            wanted = Check(check) if check else None
            found = findings_json(reader.snapshot, for_programs(reader.writer), target=target, check=wanted)
            items = list(islice(found, MOST_FINDINGS))
            return encoded({"items": items, "complete": next(found, None) is None})

        return answer(request, *await pages.on_thread(request, made))


def _add_history(app: FastAPI, view: WebView, pages: Pages) -> None:
    @app.api_route("/api/v1/history", methods=READ, response_model=None)
    async def history(request: Request, target: str = "", certificate: str = "") -> Response:
        if bool(target) == bool(certificate):
            raise InvalidError("give either target or certificate")
        sha256 = thumbprint(certificate)
        if certificate and len(sha256) != _SHA256_DIGITS:
            raise InvalidError("certificate must be a SHA-256 fingerprint")
        entries = await view.history(sha256=sha256, target_id=target)
        outcomes = await view.outcomes(target) if target else ()

        def made(reader: Reader) -> tuple[bytes, str]:
            shown = outcomes if target in reader.snapshot.states else ()
            items = history_json(entries, reader.snapshot)
            return encoded({"items": items, "outcomes": outcomes_json(shown)})

        return answer(request, *await pages.on_thread(request, made))


def _add_forecast(app: FastAPI, view: WebView, pages: Pages) -> None:
    forecasts = ForecastAnswers(pages.indexes)

    @app.api_route("/api/v1/forecast", methods=READ, response_model=None)
    async def forecast(request: Request, at: str = "") -> Response:
        try:
            until = asked_day(at, UTC, view.now())
        except InvalidDayError:
            said = "at must be a day within 50 years from now, such as 2027-03-15"
            raise InvalidError(said) from None

        def made(reader: Reader) -> tuple[bytes, str]:
            scope, writer = reader.caller.scope, for_programs(reader.writer)
            return encoded(forecasts(reader.snapshot, scope, until, writer))

        return answer(request, *await pages.on_thread(request, made))
