"""The page behind a link from a mail: who may acknowledge what, and what every other link says."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from monitor.alerts.routing.acknowledge_link import link_sent, token_of
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    AlertRecord,
    AlertResolution,
    Certificate,
    Check,
    Message,
    Scope,
    Silence,
    SilenceKind,
    text,
)
from monitor.model.alerts.history import AlertHistory
from monitor.web import ChangeResult, make_app
from monitor.web.pages import texts
from monitor.web.pages.alerts.acknowledge_form import Days, Form, checked, days_of
from support.factories.web.fakes import HOSTILE, LINK_KEY, NOW, FakeDaemon, certificate, snapshot

KEY = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, subject="a" * 64)
GROUP = AlertGroup(
    KEY.id,
    Check.EXPIRY,
    AlertLevel.WARNING,
    "Recorder 02",
    NOW - timedelta(days=2),
    (KEY,),
    messages=(text("expires soon"),),
    certificate=certificate(20),
    site="harbour",
)
RECORD = AlertRecord(KEY, AlertLevel.WARNING, NOW, NOW, "Recorder 02", lead=KEY.id)
UNTIL = NOW + timedelta(days=14)
DONE = Silence("s1", SilenceKind.ACKNOWLEDGE, NOW, UNTIL, "", "Ana", alert_id=KEY.id)


def path(alert_id: str = KEY.id, *, sent_at: datetime = NOW, key: bytes = LINK_KEY) -> str:
    """Return the path of a link that was sent to the receiver admins."""
    return f"/acknowledge/{token_of(link_sent(alert_id, 'admins', sent_at), key)}"


def showing(*groups: AlertGroup, **more: Any) -> FakeDaemon:
    """Return a daemon with these open alerts."""
    answer = ChangeResult(True, silence=DONE)
    return FakeDaemon(replace(snapshot(), alerts=groups), answer=answer, **more)


def ask(
    daemon: FakeDaemon,
    where: str,
    method: str = "GET",
    form: Mapping[str, str] | None = None,
    **headers: str,
) -> httpx.Response:
    """Return the answer to a request of another machine, through a proxy."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(make_app(daemon, daemon), client=("192.0.2.7", 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            sent = {"x-forwarded-for": "198.51.100.9", "origin": "null", **headers}
            return await client.request(method, where, data=form, headers=sent)

    return asyncio.run(run())


def test_form() -> None:
    """It shows what the alert is, and asks for a name; nothing is changed."""
    daemon = showing(GROUP)
    answer = ask(daemon, path())
    assert answer.status_code == 200
    assert all(
        said in answer.text for said in ("Recorder 02", "warning", "harbour", "expires soon", 'name="name"')
    )
    assert 'value="2026-12-07" min="2026-11-24" max="2026-12-13"' in answer.text
    assert daemon.asked == []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_other_methods(method: str) -> None:
    """Nothing but a POST changes something."""
    daemon = showing(GROUP)
    answer = ask(daemon, path(), method)
    assert answer.status_code == (200 if method == "HEAD" else 403)
    assert daemon.asked == []


def test_headers() -> None:
    """Its address goes nowhere else, nobody keeps it, and its form leads back to us alone."""
    headers = ask(showing(GROUP), path()).headers
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
    assert "form-action 'self'" in headers["content-security-policy"]


def test_acknowledged() -> None:
    """Who has the link and gives a name acknowledges this alert, for the usual time."""
    daemon = showing(GROUP)
    answer = ask(daemon, path(), "POST", {"name": " Ana ", "comment": "ordered", "until": "2026-12-07"})
    assert (answer.status_code, "7 December 2026" in answer.text) == (200, True)
    assert daemon.asked == [(KEY.id, None, "ordered", "Ana (by link sent to admins)")]


def test_until_another_day() -> None:
    """Until the same time of another day."""
    daemon = showing(GROUP)
    ask(daemon, path(), "POST", {"name": "Ana", "until": "2026-12-01"})
    ((_, until, _, _),) = daemon.asked
    assert isinstance(until, datetime)
    assert until.date().isoformat() == "2026-12-01"


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({}, texts.NAME_MISSING),
        ({"name": "  "}, texts.NAME_MISSING),
        ({"name": "Ana", "until": "2026-11-23"}, texts.UNTIL_WRONG),
        ({"name": "Ana", "until": "2026-12-14"}, texts.UNTIL_WRONG),
        ({"name": "Ana", "until": "tomorrow"}, texts.UNTIL_WRONG),
        ({"name": "Ana", "comment": "x" * 20_000}, texts.TOO_LARGE),
    ],
)
def test_not_filled_in(form: Mapping[str, str], problem: Message) -> None:
    """What is missing or impossible is said, and the form comes again."""
    daemon = showing(GROUP)
    answer = ask(daemon, path(), "POST", form)
    assert (answer.status_code, problem.text in answer.text) == (422, True)
    assert daemon.asked == []


def test_too_many_fields() -> None:
    """What is no form has no name."""
    fields = {f"f{number}": "x" for number in range(50)}
    assert ask(showing(GROUP), path(), "POST", {"name": "Ana", **fields}).status_code == 422


def test_refused_elsewhere() -> None:
    """What the monitor itself refuses is said as well."""
    daemon = showing(GROUP)
    daemon.answer = ChangeResult(False, ("the end is in the past",))
    answer = ask(daemon, path(), "POST", {"name": "Ana"})
    assert (answer.status_code, "the end is in the past" in answer.text) == (422, True)


def test_hostile_text() -> None:
    """Nothing that somebody typed or a certificate says becomes markup."""
    daemon = showing(replace(GROUP, title=HOSTILE, messages=(text(HOSTILE),)))
    answer = ask(daemon, path(), "POST", {"comment": HOSTILE})
    assert "<script>alert" not in answer.text
    assert HOSTILE not in answer.text


def test_acknowledged_before() -> None:
    """Whoever opens it sees who takes care of it already."""
    answer = ask(showing(GROUP, held=(replace(DONE, by="Bea"),)), path())
    assert "Acknowledged by Bea until 7 December 2026." in answer.text


OTHER = AlertKey(Check.TRUST, Scope.CERTIFICATE, subject="b" * 64)
RESOLVED = replace(RECORD, resolved_at=NOW, resolution=AlertResolution.RENEWED)
LED = replace(RECORD, lead=OTHER.id)
STOPPED = [
    ("of another key", path(key=b"x" * 32), {}, 403, texts.NOT_VALID),
    ("cut", path()[:-1], {}, 403, texts.NOT_VALID),
    ("no token", "/acknowledge/x", {}, 403, texts.NOT_VALID),
    ("too old", path(sent_at=NOW - timedelta(days=14)), {KEY.id: AlertHistory(RECORD)}, 410, texts.EXPIRED),
    ("unknown", path("0" * 20), {}, 404, texts.NOT_FOUND),
    ("resolved", path(), {KEY.id: AlertHistory(RESOLVED)}, 410, texts.RESOLVED),
    ("part of another", path(), {KEY.id: AlertHistory(LED)}, 410, texts.PART_OF_OTHER),
    ("just started", path(), {KEY.id: AlertHistory(RECORD)}, 503, texts.STARTING),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("where", "histories", "status", "heading"), [row[1:] for row in STOPPED], ids=[row[0] for row in STOPPED]
)
def test_stopped(
    where: str, histories: Mapping[str, AlertHistory], status: int, heading: Message, method: str
) -> None:
    """Every other link says why it does nothing, and does nothing."""
    daemon = showing(replace(GROUP, id=OTHER.id), histories=histories)
    answer = ask(daemon, where, method, {"name": "Ana"} if method == "POST" else None)
    assert (answer.status_code, heading.text in answer.text) == (status, True)
    assert "<form" not in answer.text
    assert daemon.asked == []


def test_too_old_for_an_open_alert() -> None:
    """An old link is refused before anything is looked up."""
    answer = ask(showing(GROUP), path(sent_at=NOW - timedelta(days=14)))
    assert (answer.status_code, "Recorder 02" in answer.text) == (410, False)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_people_log_in(method: str) -> None:
    """There the link leads to the page of the alert, where they acknowledge under their own name."""
    daemon = showing(GROUP, users=True)
    answer = ask(daemon, path(), method, {"name": "Ana"} if method == "POST" else None)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{KEY.id}")
    assert daemon.asked == []
    assert ask(daemon, path(key=b"x" * 32)).status_code == 403


def test_portuguese() -> None:
    """It is in the language of the browser."""
    answer = ask(showing(GROUP), path(), **{"accept-language": "pt-BR"})
    assert "Reconhecer este alerta" in answer.text


def days(shown: Certificate, level: AlertLevel = AlertLevel.WARNING) -> Days:
    """Return the days until which an alert about a certificate may be acknowledged now."""
    return days_of(level, shown, NOW, UTC)


def test_never_past_its_expiry() -> None:
    """What has not expired is acknowledged until then at most; what has expired for 30 days."""
    soon = days(certificate(3))
    assert [one.isoformat() for one in (soon.first, soon.usual, soon.last)] == [
        "2026-11-24",
        "2026-11-26",
        "2026-11-26",
    ]
    today = days(certificate(0.1))
    assert today.first == today.last == NOW.date()
    over = days(certificate(-3), AlertLevel.EXPIRED)
    assert over.last == (NOW + timedelta(days=30)).date()


def test_no_longer_than_30_days() -> None:
    """Not even by the hour that clocks are set back."""
    zone = ZoneInfo("Europe/Lisbon")
    now = datetime(2026, 10, 1, 12, tzinfo=UTC)
    possible = days_of(AlertLevel.WARNING, None, now, zone)
    form, until = checked(Form("Ana", until=possible.last.isoformat()), possible, now, zone)
    assert (form.problem, until) == (None, now + timedelta(days=30))
