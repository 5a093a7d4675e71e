"""The document of the API holds: what it says is answered as it says, whatever is asked."""

from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks
from starlette.types import Receive, Scope, Send

from monitor.alerts import alerts_of_target
from monitor.model import FailureReason, Matcher, Silence, SilenceKind
from monitor.store import HistoryEntry, OutcomePeriod
from monitor.web import ChangeResult, make_app
from monitor.web.api.openapi import PATH
from support.factories.renewals.renewal_days import DAY
from support.factories.web.fakes import (
    NOW,
    TOKEN,
    FakeDaemon,
    FakeRenewalDays,
    endpoint,
    pending,
    snapshot,
    unreachable,
)

STATE = endpoint("recorder", 20, sentence="expires soon")
SHOWN = replace(
    snapshot(STATE, pending("new"), unreachable("gone")), alerts=tuple(alerts_of_target(STATE, NOW))
)
SILENCE = Silence("s1", SilenceKind.SILENCE, NOW, None, "lab", "ana", (Matcher("site", ("lab",)),))
DAEMON = FakeDaemon(SHOWN, answer=ChangeResult(ok=True, silence=SILENCE), held=(SILENCE,))
LEAF = STATE.sightings[0].certificate
DAEMON.seen = [
    HistoryEntry(
        STATE.target.id, "recorder:443", 0, LEAF.sha256, "CN=recorder", LEAF.not_after, NOW, NOW, None, ""
    )
]
DAEMON.periods = {
    STATE.target.id: [OutcomePeriod(FailureReason.DNS, NOW, None), OutcomePeriod(None, NOW, NOW)]
}
DAEMON.renewal_days = FakeRenewalDays([DAY])
APP = make_app(DAEMON, DAEMON)
HEADERS = {"authorization": f"Bearer {TOKEN}", "host": "127.0.0.1:9850"}
_NAMES = ("response_schema_conformance", "status_code_conformance", "content_type_conformance")


async def from_here(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as if every request came from this machine."""
    if scope["type"] == "http":
        scope = {**scope, "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 9850)}
    await APP(scope, receive, send)


schema = schemathesis.openapi.from_asgi(PATH, from_here, headers=HEADERS)
checks.load_all_checks()
KEPT = [checks.not_a_server_error, *(checks.CHECKS.get_one(name) for name in _NAMES)]


@schema.parametrize()
@settings(max_examples=15, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_answer_is_as_the_document_says(case: schemathesis.Case) -> None:
    """No request breaks the service, and every status, type and field is documented."""
    case.call_and_validate(headers=HEADERS, checks=KEPT)


def test_a_history_is_as_the_document_says() -> None:
    """With certificates that were seen and outcomes of probes; what is asked at random finds none."""
    case = schema["/api/v1/history"]["GET"].Case(query={"target": STATE.target.id})
    answer = case.call_and_validate(headers=HEADERS, checks=KEPT)
    assert [len(answer.json()[name]) for name in ("items", "outcomes")] == [1, 2]


def test_every_path_is_in_the_document() -> None:
    """What the API answers is documented, and the other way round."""
    routes = {
        route.path.replace("{alert_id}", "{id}").replace("{silence_id}", "{id}").replace("{day_id}", "{id}")  # type: ignore[attr-defined]
        for route in APP.routes
        if route.path.startswith("/api/v1/")  # type: ignore[attr-defined]
    }
    assert set(schema.raw_schema["paths"]) == routes - {PATH}


@pytest.mark.parametrize("name", ["problem", "alert", "silence"])
def test_shared_schemas(name: str) -> None:
    """Each is referred to."""
    assert f"#/components/schemas/{name}" in str(schema.raw_schema["paths"])
