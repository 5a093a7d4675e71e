"""The route ``/probe``: what a request names, and the status and sentence of each refusal."""

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from monitor.metrics import CONTENT_TYPE

_TIMEOUT = "x-prometheus-scrape-timeout-seconds"
_RESERVE = 0.5
"""Seconds of Prometheus' timeout that are kept for sending the answer."""


class OnDemandRefusal(StrEnum):
    """Why nothing is probed."""

    DISABLED = "disabled"
    OTHER_ADDRESS = "other_address"
    INVALID = "invalid"
    NOT_ALLOWED = "not_allowed"
    BUSY = "busy"
    NOT_READY = "not_ready"


_ANSWERS = {
    OnDemandRefusal.DISABLED: (
        404,
        "/probe is disabled; list allowed targets in probe.allow in the configuration",
    ),
    OnDemandRefusal.OTHER_ADDRESS: (
        404,
        "/probe is not available on this address; set probe.metrics_listen: true to allow it",
    ),
    OnDemandRefusal.INVALID: (400, "the request names no target"),
    OnDemandRefusal.NOT_ALLOWED: (
        403,
        "the target is not allowed; add it to probe.allow in the configuration",
    ),
    OnDemandRefusal.BUSY: (
        503,
        "too many probes are running; increase the scrape interval or spread the scrapes",
    ),
    OnDemandRefusal.NOT_READY: (503, "cert-monitor is starting or stopping"),
}


@dataclass(frozen=True, slots=True)
class OnDemandRequest:
    """What a request names, as it was written; ``within`` is how long the client waits."""

    target: str
    module: str = ""
    within: timedelta | None = None
    on_metrics_listen: bool = False


@dataclass(frozen=True, slots=True)
class OnDemandResult:
    """The metrics of one probe, or why there are none; ``detail`` replaces the refusal's usual sentence."""

    text: bytes = b""
    refusal: OnDemandRefusal | None = None
    detail: str = ""


class OnDemandProbes(Protocol):
    """Probe targets on request."""

    async def probe(self, request: OnDemandRequest) -> OnDemandResult:
        """Probe one target now and return its metrics; nothing is kept of it."""
        ...


def add_probe(app: FastAPI, probes: OnDemandProbes, *, on_metrics_listen: bool) -> None:
    """Answer ``GET /probe?target=&module=``; other parameters are ignored."""

    # Only GET: a HEAD would probe a target and then return nothing.
    @app.get("/probe", response_model=None)
    async def probe(request: Request) -> Response:
        targets = request.query_params.getlist("target")
        result = await probes.probe(
            OnDemandRequest(
                target=targets[0] if len(targets) == 1 else "",
                module=request.query_params.get("module", ""),
                within=_within(request.headers.get(_TIMEOUT, "")),
                on_metrics_listen=on_metrics_listen,
            )
        )
        if result.refusal is not None:
            status, sentence = _ANSWERS[result.refusal]
            return PlainTextResponse(f"{result.detail or sentence}\n", status)
        return Response(result.text, headers={"content-type": CONTENT_TYPE})


def _within(text: str) -> timedelta | None:
    """Return how long a probe may take for its answer to arrive in time, ``None`` for unknown."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    if not math.isfinite(seconds) or not 0 < seconds <= 3600:
        return None
    return timedelta(seconds=max(seconds - _RESERVE, seconds / 2))
