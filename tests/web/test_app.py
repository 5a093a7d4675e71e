"""The routes, over real HTTP against a fake daemon: codes, bodies, headers."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from monitor.alerts.routing.acknowledge_link import AcknowledgeLink
from monitor.daemon.health_texts import schedule_stuck, workers_failed
from monitor.model import text
from monitor.web import ChangeResult, Health, WebServer, make_app, make_metrics_app
from monitor.workers.texts import NO_ANSWER
from support.factories.web.fakes import TOKEN, FakeDaemon, endpoint, snapshot


def ask(
    daemon: FakeDaemon, path: str, *, method: str = "GET", headers: dict[str, str] | None = None
) -> httpx.Response:
    """Return the answer of the whole application to one request, by default with its token."""
    credential = {"authorization": f"Bearer {TOKEN}"}
    return _ask(make_app(daemon, daemon), path, method, credential | (headers or {}))


def _ask(
    app: FastAPI, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> httpx.Response:
    async def run() -> httpx.Response:
        server = WebServer(app, "127.0.0.1", 0)
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=server.url) as client:
                return await client.request(method, path, headers=headers)
        finally:
            await server.stop()

    return asyncio.run(run())


def test_metrics_type() -> None:
    """Metrics carry the content type of text format 0.0.4."""
    assert ask(FakeDaemon(), "/metrics").headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_metrics_hold_everything() -> None:
    """The daemon's own families and those of the targets come in one answer that parses, each name once."""
    names = [f.name for f in text_string_to_metric_families(ask(_one(), "/metrics").text)]
    assert (
        len(names) == len(set(names)),
        {"cert_monitor_notifications", "cert_monitor_target_up"} <= set(names),
    ) == (
        True,
        True,
    )


def _one() -> FakeDaemon:
    return FakeDaemon(snapshot(endpoint("recorder.vms.example", 20)))


@pytest.mark.parametrize(
    ("accepted", "tag", "title"),
    [
        ("pt-PT,pt;q=0.9", "pt-BR", "<title>Tudo em ordem"),
        ("tlh", "en", "<title>All is well"),
        (None, "en", "<title>All is well"),
    ],
)
def test_page_in_the_language_of_the_browser(accepted: str | None, tag: str, title: str) -> None:
    """The page is in the language that the browser prefers, says so, and is kept apart by caches."""
    answer = ask(_one(), "/", headers={"accept-language": accepted} if accepted else None)
    assert (answer.headers["content-language"], answer.headers["vary"]) == (tag, "accept-language, cookie")
    assert f'<html lang="{tag}">' in answer.text
    assert title in answer.text


def test_json_and_metrics_are_english() -> None:
    """What programs read does not depend on the language."""
    for path in ("/metrics", "/readyz"):
        plain = ask(_one(), path)
        asked = ask(_one(), path, headers={"accept-language": "pt"})
        assert asked.headers.get("vary") == plain.headers.get("vary")
        assert (asked.status_code, asked.text[:100]) == (plain.status_code, plain.text[:100])


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/"])
def test_head(path: str) -> None:
    """Every page to read also answers HEAD, without a body."""
    answer = ask(_one(), path, method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")


def test_healthy() -> None:
    """Health lists the ages of the parts; one that has not begun has none."""
    answer = ask(FakeDaemon(), "/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "ok": True,
            "instance": {"name": "", "customer": ""},
            "loop_age_seconds": 0.1,
            "schedule_age_seconds": 2.0,
            "alert_pass_age_seconds": None,
            "store_ok": True,
            "problems": [],
            "problem_codes": [],
            "degraded": [],
            "not_ready": [],
            "targets": 0,
            "alerts": {"warning": 0, "critical": 0, "expired": 0},
        },
    )


def test_health_names_the_monitor() -> None:
    """Health says which monitor it is and whom it works for."""
    answer = ask(FakeDaemon(state=Health(name="Harbour", customer="Harbour Ltd")), "/healthz")
    assert answer.json()["instance"] == {"name": "Harbour", "customer": "Harbour Ltd"}


@pytest.mark.parametrize(
    "health", [Health(store_ok=False), Health(problems=(text("the schedule is stuck"),))]
)
def test_unhealthy(health: Health) -> None:
    """A stuck part or a failing store answers 503."""
    assert ask(FakeDaemon(state=health), "/healthz").status_code == 503


def test_problems_have_codes() -> None:
    """Each problem is an English sentence, and at the same place of another list its code."""
    health = Health(problems=(schedule_stuck(seconds=90), workers_failed(why=NO_ANSWER)))
    answer = ask(FakeDaemon(state=health), "/healthz", headers={"accept-language": "pt-BR"}).json()
    assert (answer["problems"], answer["problem_codes"]) == (
        [
            "the schedule has not run for 90 s",
            "workers do not probe all of their targets: no worker answered in time (see cert-monitor health)",
        ],
        ["health_schedule_stuck", "health_workers_failed"],
    )


def test_not_ready() -> None:
    """Before everything is loaded readiness is 503 and says what is missing."""
    answer = ask(FakeDaemon(missing=("the store is not open",)), "/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "problems": ["the store is not open"]},
    )


def test_ready() -> None:
    """Once everything is loaded readiness is 200."""
    assert ask(FakeDaemon(), "/readyz").status_code == 200


def test_reload() -> None:
    """A program on this machine reloads with a bare POST."""
    daemon = FakeDaemon()
    answer = ask(daemon, "/-/reload", method="POST")
    assert (answer.status_code, answer.json(), daemon.reloads) == (200, {"ok": True, "problems": []}, 1)


@pytest.mark.parametrize("credential", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_change_without_the_token(credential: str) -> None:
    """Nobody changes anything without the token, and the answer says where it is."""
    daemon = FakeDaemon()
    answer = ask(daemon, "/-/reload", method="POST", headers={"authorization": credential})
    assert (answer.status_code, answer.headers["www-authenticate"], daemon.reloads) == (401, "Bearer", 0)
    assert "local-token" in answer.json()["problems"][0]


def test_reload_of_a_bad_file() -> None:
    """A bad configuration answers 422 with every mistake."""
    mistakes = ("conf.yaml:3: targets[0].address: no port",)
    answer = ask(FakeDaemon(answer=ChangeResult(ok=False, problems=mistakes)), "/-/reload", method="POST")
    assert (answer.status_code, answer.json()) == (422, {"ok": False, "problems": list(mistakes)})


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"x-forwarded-for": "127.0.0.1"}])
def test_reload_refused(headers: dict[str, str]) -> None:
    """A page of another site and a proxy are refused, and nothing is reloaded."""
    daemon = FakeDaemon()
    answer = ask(daemon, "/-/reload", method="POST", headers=headers)
    assert (answer.status_code, len(answer.json()["problems"]), daemon.reloads) == (403, 1, 0)


@pytest.mark.parametrize(("path", "method"), [("/-/reload", "POST"), ("/", "GET"), ("/metrics", "GET")])
def test_request_for_another_name(path: str, method: str) -> None:
    """A rebound name reads and changes nothing; the answer says what to do if the name is right."""
    daemon = FakeDaemon()
    answer = ask(daemon, path, method=method, headers={"host": "rebound.example"})
    assert (answer.status_code, "web.hosts" in answer.text, daemon.reloads) == (421, True, 0)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/livez"])
def test_health_under_any_name(path: str) -> None:
    """Programs that ask for the monitor's health may call it what they like."""
    assert ask(FakeDaemon(), path, headers={"host": "any.example"}).status_code == 200


def test_alive_when_not_well() -> None:
    """A store that does not work is no reason to be restarted."""
    daemon = FakeDaemon(state=Health(store_ok=False))
    assert [ask(daemon, path).status_code for path in ("/healthz", "/livez")] == [503, 200]


def test_clock_is_accepted() -> None:
    """A program on this machine may ask for it; a page of another site may not."""
    daemon = FakeDaemon()
    assert ask(daemon, "/-/clock/accept", method="POST").status_code == 200
    foreign = {"origin": "http://evil.example"}
    assert ask(daemon, "/-/clock/accept", method="POST", headers=foreign).status_code == 403
    assert daemon.accepted == 1


def test_two_lengths() -> None:
    """A request whose length is said twice is refused, and the connection with it."""
    answer = ask(FakeDaemon(), "/metrics", headers={"transfer-encoding": "chunked", "content-length": "5"})
    assert (answer.status_code, answer.headers["connection"]) == (400, "close")


@pytest.mark.parametrize("path", ["/-/reload", "/-/reload%0A", "/%2D/reload", "/-/reload/", "//-/reload"])
def test_odd_spelling_of_the_path(path: str) -> None:
    """However the path is written, a page of another site reloads nothing."""
    daemon = FakeDaemon()
    answer = ask(daemon, path, method="POST", headers={"origin": "http://evil.example"})
    assert (answer.status_code, daemon.reloads) == (403, 0)


def test_refused_with_safe_headers() -> None:
    """An answer of the access control has the safe headers as well."""
    answer = ask(FakeDaemon(), "/-/reload", method="POST", headers={"origin": "http://evil.example"})
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (403, "nosniff")


def test_reload_by_link() -> None:
    """A link cannot reload: GET is not allowed."""
    assert ask(FakeDaemon(), "/-/reload").status_code == 405


@pytest.mark.parametrize(
    ("path", "method"),
    [("/", "GET"), ("/metrics", "GET"), ("/nowhere", "GET"), ("/-/reload", "GET"), ("/-/reload", "POST")],
)
def test_safe_headers(path: str, method: str) -> None:
    """Every answer forbids guessing types, framing, referrers and everything the policy does not name.

    Pages pass their address on to us alone: a browser sends the origin of a form only with that.
    """
    headers = ask(_one(), path, method=method).headers
    assert [
        headers["x-content-type-options"],
        headers["x-frame-options"],
        headers["referrer-policy"],
        headers["content-security-policy"].split(";")[0],
    ] == ["nosniff", "DENY", "same-origin" if path == "/" else "no-referrer", "default-src 'none'"]


class Broken(FakeDaemon):
    """Fail at health, as a bug would."""

    def health(self) -> Health:
        """Raise."""
        raise RuntimeError("a secret inside")


def test_bug(caplog: pytest.LogCaptureFixture) -> None:
    """A bug answers 500 with safe headers and without its text, which goes to the log."""
    answer = ask(Broken(), "/healthz")
    assert (answer.status_code, "secret" in answer.text, answer.headers["x-content-type-options"]) == (
        500,
        False,
        "nosniff",
    )


def test_bug_behind_a_link(caplog: pytest.LogCaptureFixture) -> None:
    """The log has no link, whoever finds the bug."""

    class Breaking(FakeDaemon):
        async def link(self, token: str) -> AcknowledgeLink | None:
            raise RuntimeError("broken")

    assert ask(Breaking(), "/acknowledge/a-token").status_code == 500
    assert ("a-token" in caplog.text, "/acknowledge/***" in caplog.text) == (False, True)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_api_pages(path: str) -> None:
    """The framework's own pages, which load scripts from elsewhere, are off."""
    assert ask(FakeDaemon(), path).status_code == 404


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [
        ("/metrics", "GET", 200),
        ("/healthz", "GET", 200),
        ("/readyz", "GET", 200),
        ("/", "GET", 404),
        ("/-/reload", "POST", 404),
    ],
)
def test_metrics_only(path: str, method: str, code: int) -> None:
    """What listens for other machines has the metrics and the two probes, no page and no reload."""
    assert _ask(make_metrics_app(_one()), path, method).status_code == code


class Endless(FakeDaemon):
    """Have metrics without end."""

    def metrics(self) -> Iterator[bytes]:
        """Yield for ever."""
        while True:
            yield b"# x\n" * 1000


def test_scrape_leaves_the_loop_free() -> None:
    """While a long scrape is sent the loop serves others."""

    async def run() -> int:
        server = WebServer(make_app(Endless(), Endless()), "127.0.0.1", 0)
        await server.start()
        try:
            async with (
                httpx.AsyncClient(base_url=server.url) as client,
                client.stream("GET", "/metrics") as scrape,
            ):
                await anext(scrape.aiter_bytes())
                return (await client.get("/healthz")).status_code
        finally:
            await server.stop()

    assert asyncio.run(run()) == 200
