"""The route ``/probe``: read the question from a request, and give the daemon's answer its status."""

import math
from datetime import timedelta

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from monitor.metrics import CONTENT_TYPE
from monitor.web.view import ProbeQuestion, Refusal, WebView

_STATUS = {Refusal.OFF: 404, Refusal.WRONG: 400, Refusal.OUTSIDE: 403, Refusal.BUSY: 503}
_TIMEOUT = "x-prometheus-scrape-timeout-seconds"
_ON_THE_WAY = 0.5
"""Seconds of Prometheus' patience kept for the answer's own way."""


def add_probe(app: FastAPI, view: WebView, *, on_metrics_listen: bool) -> None:
    """Answer ``GET /probe?target=&module=``; other parameters are ignored."""

    # Only GET: a HEAD would knock on somebody's door and then say nothing.
    @app.get("/probe", response_model=None)
    async def probe(request: Request) -> Response:
        targets = request.query_params.getlist("target")
        answer = await view.probe(
            ProbeQuestion(
                target=targets[0] if len(targets) == 1 else "",
                module=request.query_params.get("module", ""),
                within=_patience(request.headers.get(_TIMEOUT, "")),
                on_metrics_listen=on_metrics_listen,
            )
        )
        if answer.refusal is not None:
            return PlainTextResponse(answer.sentence + "\n", _STATUS[answer.refusal])
        return Response(answer.text, headers={"content-type": CONTENT_TYPE})


def _patience(text: str) -> timedelta | None:
    """Return how long Prometheus waits, less the answer's own way; ``None`` when that is not said."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    if not math.isfinite(seconds) or not 0 < seconds <= 3600:
        return None
    return timedelta(seconds=max(seconds - _ON_THE_WAY, seconds / 2))
