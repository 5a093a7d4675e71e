"""The API: alerts, acknowledgements and silences, and what it refuses."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    AlertLocation,
    AlertState,
    Check,
    Matcher,
    Runbook,
    Scope,
    Silence,
    SilenceKind,
    TargetInfo,
    text,
)
from monitor.web import ChangeResult, Notified, WebServer, make_app
from support.factories.web.fakes import HOSTILE, NOW, TOKEN, FakeDaemon, certificate, endpoint, snapshot

UNTIL = "2027-01-31T18:00:00+01:00"
AS_UTC = datetime(2027, 1, 31, 17, tzinfo=UTC)
STATE = endpoint("recorder", 20, sentence="expires soon")
SHOWN = STATE.sightings[0].certificate
KEY = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, SHOWN.sha256)
GROUP = AlertGroup(
    KEY.id,
    Check.EXPIRY,
    AlertLevel.CRITICAL,
    "Recorder 02",
    NOW - timedelta(days=2),
    (KEY,),
    (STATE.target.id,),
    (AlertLocation("recorder:443", "Recorder 02"),),
    (text("expires soon"),),
    SHOWN,
    site="harbour",
    component="recording_server",
    owner="Video team",
)


def ask(
    daemon: FakeDaemon, path: str, method: str = "GET", body: object = None, *, token: str = TOKEN
) -> httpx.Response:
    """Return the answer to one request of a program with the token."""

    async def run() -> httpx.Response:
        server = WebServer(make_app(daemon, daemon), "127.0.0.1", 0)
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=server.url) as client:
                headers = {"authorization": f"Bearer {token}"} if token else {}
                content = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
                return await client.request(method, path, content=content, headers=headers)
        finally:
            await server.stop()

    return asyncio.run(run())


def silence(**more: Any) -> Silence:
    """Return a silence of a site."""
    made = Silence(
        "s1", SilenceKind.SILENCE, NOW, AS_UTC, "maintenance", "ana", (Matcher("site", ("lab", "harbour")),)
    )
    return replace(made, **more)


def acknowledged() -> Silence:
    """Return the acknowledgement of the alert."""
    return silence(id="a1", kind=SilenceKind.ACKNOWLEDGE, matchers=(), alert_id=GROUP.id, reason="ordered")


def showing(group: AlertGroup = GROUP, **more: Any) -> FakeDaemon:
    """Return a daemon with one alert."""
    info = TargetInfo(runbook=Runbook(impact=text("no live video"), steps=(text("renew it"),)))
    state = replace(STATE, target=replace(STATE.target, info=info))
    return FakeDaemon(replace(snapshot(state), alerts=(group,)), **more)


def test_alerts() -> None:
    """Everything that is known of an alert, without any credential."""
    notified = {KEY.id: [Notified("admins", AlertLevel.WARNING, NOW)]}
    answer = ask(showing(notified_of=notified), "/api/v1/alerts", token="")
    [alert] = answer.json()["items"]
    assert alert == {
        "id": KEY.id,
        "url": "",
        "check": "expiry",
        "level": "critical",
        "title": "Recorder 02",
        "subject": "CN=recorder",
        "messages": ["expires soon"],
        "since": "2026-11-21T12:00:00+00:00",
        "targets": ["endpoint:recorder:443"],
        "locations": ["recorder:443"],
        "not_after": SHOWN.not_after.isoformat(),
        "days_to_expiry": 20.0,
        "owner": "Video team",
        "site": "harbour",
        "component": "recording_server",
        "impact": "no live video",
        "steps": ["renew it"],
        "acknowledged": None,
        "silenced": False,
        "notified": [{"receiver": "admins", "level": "warning", "at": NOW.isoformat()}],
        "waiting": False,
        "resolved_at": None,
        "resolution": None,
    }


def test_acknowledged_and_silenced_alerts() -> None:
    """The list says by whom and until when, and what is silenced."""
    daemon = showing(replace(GROUP, state=AlertState.SILENCED), held=(acknowledged(),))
    [alert] = ask(daemon, "/api/v1/alerts").json()["items"]
    assert alert["acknowledged"] == {"by": "ana", "until": AS_UTC.isoformat(), "comment": "ordered"}
    assert alert["silenced"] is True


def test_page_of_an_alert() -> None:
    """Where people can reach the page, each alert says where its own is."""
    [alert] = ask(showing(external="https://certs.vms.example"), "/api/v1/alerts").json()["items"]
    assert alert["url"] == f"https://certs.vms.example/alerts/{KEY.id}"


def test_alerts_about_no_certificate() -> None:
    """What has no expiry says so with null."""
    [alert] = ask(showing(replace(GROUP, certificate=None)), "/api/v1/alerts").json()["items"]
    assert (alert["not_after"], alert["days_to_expiry"], alert["subject"]) == (None, None, "")


def test_silences() -> None:
    """What lasts, with the matchers as they were given."""
    [found] = ask(FakeDaemon(held=(silence(),)), "/api/v1/silences", token="").json()["items"]
    assert found == {
        "id": "s1",
        "kind": "silence",
        "match": {"site": ["lab", "harbour"]},
        "alert": None,
        "starts_at": NOW.isoformat(),
        "until": AS_UTC.isoformat(),
        "reason": "maintenance",
        "by": "ana",
        "ended_at": None,
        "ended_by": None,
    }


def test_acknowledge() -> None:
    """The daemon is asked with the instant in UTC, and the answer is what was made."""
    daemon = showing(answer=ChangeResult(ok=True, silence=acknowledged()))
    body = {"until": UNTIL, "comment": "ordered", "by": "ana"}
    answer = ask(daemon, f"/api/v1/alerts/{KEY.id}/acknowledge", "POST", body)
    assert (answer.status_code, answer.json()["id"]) == (201, "a1")
    assert daemon.asked == [(KEY.id, AS_UTC, "ordered", "ana")]


def test_acknowledge_without_anything() -> None:
    """A bare POST acknowledges for the usual time."""
    daemon = showing(answer=ChangeResult(ok=True, silence=acknowledged()))
    assert ask(daemon, f"/api/v1/alerts/{KEY.id}/acknowledge", "POST").status_code == 201
    assert daemon.asked == [(KEY.id, None, "", "local")]


def test_acknowledge_what_is_not_open() -> None:
    """An alert that is not on the board is not there."""
    daemon = showing()
    assert (ask(daemon, "/api/v1/alerts/abc/acknowledge", "POST").status_code, daemon.asked) == (404, [])


def test_silence() -> None:
    """A value or a list of values for each label."""
    daemon = FakeDaemon(answer=ChangeResult(ok=True, silence=silence()))
    body = {"match": {"site": "lab", "check": ["expiry", "name"]}, "until": UNTIL, "reason": "x"}
    assert ask(daemon, "/api/v1/silences", "POST", body).status_code == 201
    matchers = (Matcher("site", ("lab",)), Matcher("check", ("expiry", "name")))
    assert daemon.asked == [(matchers, AS_UTC, "x", "local")]


def test_end() -> None:
    """An ended silence has no content."""
    daemon = FakeDaemon()
    answer = ask(daemon, "/api/v1/silences/s1?by=ana", "DELETE")
    assert (answer.status_code, answer.content, daemon.asked) == (204, b"", [("s1", "ana")])


@pytest.mark.parametrize(("found", "status"), [(False, 404), (True, 422)])
def test_refused_by_the_daemon(status: int, *, found: bool) -> None:
    """What there is not is 404, what is not possible 422, each with a sentence."""
    daemon = FakeDaemon(answer=ChangeResult(False, ("no",), found=found))
    answer = ask(daemon, "/api/v1/silences/s1", "DELETE")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"], answer.json()["problems"]) == (
        status,
        status,
        ["no"],
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the body is not JSON"),
        (b"[]", "the body is not a JSON object"),
        (b" " * 70_000, "the body is too large"),
        ({"x": 1}, "unknown key 'x'"),
        ({"match": {"site": "lab"}, "reason": "x"}, "until must be an instant with offset"),
        ({"match": {"site": "lab"}, "reason": "x", "until": "2027-01-31T18:00"}, "until must be an instant"),
        ({"match": {"site": "lab"}, "reason": "x", "until": 5}, "until must be an instant"),
        ({"match": [], "reason": "x", "until": UNTIL}, "match must be an object"),
        ({"match": {"site": 5}, "reason": "x", "until": UNTIL}, "match.site must be a text"),
        ({"match": {"site": [5]}, "reason": "x", "until": UNTIL}, "match.site must be a text"),
        ({"match": {"site": "lab"}, "reason": 5, "until": UNTIL}, "reason must be a text"),
    ],
)
def test_bad_requests(body: object, said: str) -> None:
    """Each is refused with a sentence, and the daemon is not asked."""
    daemon = FakeDaemon()
    answer = ask(daemon, "/api/v1/silences", "POST", body)
    assert (answer.status_code, daemon.asked) == (422, [])
    assert answer.json()["problems"][0].startswith(said)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/alerts/abc/acknowledge", "POST"),
        ("/api/v1/silences", "POST"),
        ("/api/v1/silences/s1", "DELETE"),
    ],
)
@pytest.mark.parametrize("token", ["", "wrong"])
def test_changes_need_the_token(path: str, method: str, token: str) -> None:
    """Reading is anonymous, changing is not."""
    daemon = FakeDaemon()
    assert (ask(daemon, path, method, token=token).status_code, daemon.asked) == (401, [])


def test_hostile_texts() -> None:
    """What people write is cleaned and bounded like every other text."""
    daemon = FakeDaemon(answer=ChangeResult(ok=True, silence=silence()))
    body = {
        "match": {"site": "lab"},
        "until": UNTIL,
        "reason": f"a\x00\u202eb{HOSTILE}" + "x" * 1000,
        "by": "\n",
    }
    ask(daemon, "/api/v1/silences", "POST", body)
    [(_, _, reason, by)] = daemon.asked
    assert len(str(reason)) <= 500
    assert not any(sign in str(reason) for sign in "\x00\u202e")
    assert by == "local"


def test_a_certificate_of_another_alert() -> None:
    """Steps are those of the findings of the alert, not of whatever its targets have."""
    other = replace(GROUP, alerts=(replace(KEY, scope_id=certificate(5, "x").sha256),))
    [alert] = ask(showing(other), "/api/v1/alerts").json()["items"]
    assert (alert["impact"], alert["steps"]) == ("", [])
