"""The route ``/probe`` over real HTTP against a fake daemon: what it asks, and what its answers look like."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.web import (
    OnDemandRefusal,
    OnDemandRequest,
    OnDemandResult,
    WebServer,
    make_app,
    make_metrics_app,
)
from support.factories.web.fakes import TOKEN, FakeDaemon


def ask(app: FastAPI, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Return the answer to one request."""

    async def run() -> httpx.Response:
        server = WebServer(app, "127.0.0.1", 0)
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=server.url) as client:
                return await client.request(method, path, headers=headers)
        finally:
            await server.stop()

    return asyncio.run(run())


def asked(path: str, **headers: str) -> OnDemandRequest:
    """Return the question that one request to the whole application puts to the daemon."""
    daemon = FakeDaemon()
    ask(make_app(daemon, daemon), path, **headers)
    (request,) = daemon.requests
    return request


def test_answer_is_metrics() -> None:
    """A probe answers with the daemon's text, in text format 0.0.4."""
    answer = ask(make_app(FakeDaemon(), FakeDaemon()), "/probe?target=a.example:443")
    assert (answer.status_code, answer.headers["content-type"], answer.text) == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        "cert_monitor_target_up 1\n",
    )


def test_question() -> None:
    """The daemon is asked for the target and the module that the request names."""
    assert asked("/probe?target=smtp://a.example:25&module=mail&debug=true") == OnDemandRequest(
        "smtp://a.example:25", "mail"
    )


@pytest.mark.parametrize(
    "path", ["/probe", "/probe?target=", "/probe?target=a:1&target=b:1", "/probe?module=x"]
)
def test_no_single_target(path: str) -> None:
    """No target, or several, is an empty one, which the daemon refuses."""
    assert asked(path).target == ""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10", 9.5), ("1.5", 1.0), ("0.4", 0.2), ("1", 0.5), ("60.000000", 59.5)],
)
def test_patience(text: str, seconds: float) -> None:
    """Half a second of Prometheus' timeout is kept for the answer's way, of a short one half."""
    request = asked("/probe?target=a:1", **{"X-Prometheus-Scrape-Timeout-Seconds": text})
    assert request.within == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "-inf", "1e999", "soon", "99999999"])
def test_odd_patience(text: str) -> None:
    """A timeout that makes no sense is as good as none."""
    assert asked("/probe?target=a:1", **{"X-Prometheus-Scrape-Timeout-Seconds": text}).within is None


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (OnDemandRefusal.DISABLED, 404),
        (OnDemandRefusal.OTHER_ADDRESS, 404),
        (OnDemandRefusal.INVALID, 400),
        (OnDemandRefusal.NOT_ALLOWED, 403),
        (OnDemandRefusal.BUSY, 503),
        (OnDemandRefusal.NOT_READY, 503),
    ],
)
def test_refusals(refusal: OnDemandRefusal, status: int) -> None:
    """Each refusal has its status and its sentence, and is no page that a browser would run."""
    refusing = FakeDaemon(probed=OnDemandResult(refusal=refusal, detail="<b>why</b>"))
    answer = ask(make_app(refusing, refusing), "/probe")
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        status,
        "<b>why</b>\n",
        "text/plain; charset=utf-8",
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_which_address() -> None:
    """The daemon is told which of the two addresses was asked."""
    main, second = FakeDaemon(), FakeDaemon()
    ask(make_app(main, main), "/probe?target=a:1")
    ask(make_metrics_app(second), "/probe?target=a:1")
    assert [d.requests[0].on_metrics_listen for d in (main, second)] == [False, True]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_only_get(method: str) -> None:
    """Nobody's door is knocked on for a request that wants no answer."""
    daemon = FakeDaemon()
    answer = ask(make_app(daemon, daemon), "/probe?target=a:1", method, authorization=f"Bearer {TOKEN}")
    assert (answer.status_code, daemon.requests) == (405, [])


@settings(max_examples=10)
@given(st.binary(max_size=60))
def test_any_query(query: bytes) -> None:
    """Any bytes in a query arrive as text, what is no UTF-8 replaced."""
    written, text = "".join(f"%{byte:02x}" for byte in query), query.decode("utf-8", "replace")
    request = asked(f"/probe?target={written}&module={written}")
    assert (request.target, request.module) == (text, text)
