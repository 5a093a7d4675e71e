"""Tests of what a center answers while another one leads."""

import asyncio

import httpx
import pytest

from monitor.model.message import text
from monitor.web import Health, Standby, WebServer, make_app
from monitor.web.services.components import Component, Degradation
from support.factories.web.fakes import FakeDaemon

LEADER = Standby("center-b", "center-a", "https://a.vms.example/?a=<b>")


class _StandbyDaemon(FakeDaemon):
    """A daemon that is a standby."""

    known = LEADER

    def standby(self) -> Standby:  # type: ignore[override]
        """Return what it says."""
        return self.known


def ask(daemon: FakeDaemon, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """Return the answer of the whole application to one request."""

    async def run() -> httpx.Response:
        server = WebServer(make_app(daemon, daemon), "127.0.0.1", 0)
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=server.url) as client:
                return await client.get(path, headers=headers)
        finally:
            await server.stop()

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/", "/alerts", "/targets/x", "/-/nothing", "/calendar.ics"])
def test_every_page_points_to_the_leader(path: str) -> None:
    """With a link, in which nothing can be injected."""
    answer = ask(_StandbyDaemon(), path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "15")
    assert "center-b is a standby; center-a leads." in answer.text
    assert '<a href="https://a.vms.example/?a=&lt;b&gt;">' in answer.text


def test_the_api_says_it_as_problem_details() -> None:
    """Programs read it like every other refusal."""
    answer = ask(_StandbyDaemon(), "/api/v1/alerts")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "center-a leads" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/livez", "/readyz"])
def test_what_is_about_itself_is_answered(path: str) -> None:
    """Prometheus and load balancers ask standbys, too."""
    assert "is a standby; center-a leads: http" not in ask(_StandbyDaemon(), path).text
    assert ask(_StandbyDaemon(), path).status_code == 200


def test_no_link_to_what_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write to the database must not make a link of it that runs something."""
    monkeypatch.setattr(_StandbyDaemon, "known", Standby("center-b", "x", "javascript:alert(1)"))
    assert "javascript" not in ask(_StandbyDaemon(), "/").text


def test_a_standby_says_what_it_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the reader's language; the style is served, though nothing else is."""
    missing = Degradation(Component.DATABASE, "", text("No database."), text("It waits."), text("Start it."))
    daemon = _StandbyDaemon(state=Health(degraded=(missing,)))
    page = ask(daemon, "/", {"accept-language": "pt-BR"})
    assert "center-b está em espera; center-a lidera." in page.text
    assert "No database." in page.text
    monkeypatch.setattr(_StandbyDaemon, "known", Standby("center-b"))
    assert "it is not known here who leads" in ask(daemon, "/").text
    assert ask(daemon, "/static/style.css").status_code == 200
