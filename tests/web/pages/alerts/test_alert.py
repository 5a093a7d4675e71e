"""The page of one alert: open, over, known from the record alone, shown as another one, or not to be seen."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from web.pages.alerts.test_acknowledge import GROUP, KEY, RECORD, RESOLVED, path

from monitor.alerts.keys import alert_key
from monitor.model import (
    AlertLevel,
    AlertLocation,
    AlertResolution,
    AlertState,
    Matcher,
    NotificationKind,
    RecipientStatus,
    Runbook,
    Silence,
    SilenceKind,
    TargetInfo,
    text,
)
from monitor.model.alerts.history import AlertHistory, SentNotification
from monitor.web import make_app
from monitor.web.pages import texts
from monitor.web.queries.alerts.detail import alert_detail, leading
from monitor.web.queries.scope import TargetScope, scoped
from support.factories.web.access import form_token, log_in
from support.factories.web.access import site as web_site
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, endpoint, snapshot

STATE = endpoint("recorder", 20, sentence="expires soon")
INFO = TargetInfo(
    runbook=Runbook(impact=text("no live video"), steps=(text("renew it"),)), title="Recorder 02"
)
SHOWN = replace(STATE, target=replace(STATE.target, info=INFO))
OPEN_KEY = alert_key(STATE.target.id, STATE.assessment.findings[0])
OPEN = replace(
    GROUP,
    id=OPEN_KEY.id,
    alerts=(OPEN_KEY,),
    targets=(STATE.target.id,),
    locations=(AlertLocation("recorder:443", "Recorder 02"),),
    certificate=STATE.sightings[0].certificate,
)
TOLD = (("ana@vms.example", RecipientStatus.ACCEPTED), ("bert@vms.example", RecipientStatus.PENDING))
SENT = (
    SentNotification("admins", NotificationKind.NOTICE, "first", AlertLevel.WARNING, NOW, NOW),
    SentNotification(
        "operators", NotificationKind.DIGEST, "reminder", AlertLevel.WARNING, NOW, recipients=TOLD
    ),
    SentNotification("hook", NotificationKind.NOTICE, "renewed", None, NOW, refused=True),
)
TAKEN_ON = Silence(
    "s1", SilenceKind.ACKNOWLEDGE, NOW, NOW + timedelta(days=7), "ordered", "Ana", alert_id=OPEN.id
)
HISTORY = AlertHistory(replace(RECORD, key=OPEN_KEY, lead=OPEN_KEY.id), SENT, (TAKEN_ON,))


def ask(daemon: FakeDaemon, alert_id: str, **headers: str) -> httpx.Response:
    """Return the page of an alert."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(make_app(daemon, daemon))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.get(f"/alerts/{alert_id}", headers=headers)

    return asyncio.run(run())


def showing(histories: Mapping[str, AlertHistory] | None = None, **more: Any) -> FakeDaemon:
    """Return a daemon with one open alert."""
    shown = replace(snapshot(SHOWN), alerts=(replace(OPEN, **more),))
    return FakeDaemon(shown, histories=histories or {})


def test_open() -> None:
    """What is wrong, where, what stops, what to do, who was notified and who is on it."""
    answer = ask(showing({OPEN.id: HISTORY}, state=AlertState.ACKNOWLEDGED), OPEN.id)
    assert answer.status_code == 200
    for said in (
        "Recorder 02",
        "expires soon",
        "no live video",
        "renew it",
        f'href="/certificates/{OPEN.certificate.sha256}"' if OPEN.certificate else "",
        'href="/targets/endpoint%3Arecorder%3A443"',
        "Acknowledged by Ana until 30 November 2026.",
        "Ana: ordered",
        "operators",
        "<small>ana@vms.example</small>",
        "<small>bert@vms.example (waiting)</small>",
        "waiting",
        "refused by all",
        "harbour",
    ):
        assert said in answer.text


def test_without_a_record() -> None:
    """An alert is shown before it is recorded, too."""
    answer = ask(showing(), OPEN.id)
    assert (answer.status_code, "Nobody so far." in answer.text) == (200, True)


def test_resolved() -> None:
    """Old mails link to what is over: it says since when, and what it was about."""
    record = replace(RESOLVED, locations=("recorder:443",))
    answer = ask(showing({KEY.id: AlertHistory(record, SENT)}), KEY.id)
    assert answer.status_code == 200
    assert "Renewed since 23 Nov 2026" in answer.text
    assert "Certificate expires soon" in answer.text
    assert "recorder:443" in answer.text


def test_open_by_the_record_alone() -> None:
    """Right after a start it is not known yet whether it is still open."""
    answer = ask(showing({KEY.id: AlertHistory(RECORD)}), KEY.id)
    assert (answer.status_code, texts.STARTING_WHY.text in answer.text) == (200, True)


def test_shown_as_another() -> None:
    """What is part of another alert by now leads there."""
    led = AlertHistory(replace(RECORD, lead=OPEN.id))
    answer = ask(showing({KEY.id: led}), KEY.id)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{OPEN.id}")


@pytest.mark.parametrize("alert_id", ["0" * 20, "x", "%2e%2e", "<b>"])
def test_unknown(alert_id: str) -> None:
    """There is no such alert."""
    answer = ask(showing(), alert_id)
    assert (answer.status_code, "<b>" in answer.text) == (404, False)


def test_hostile() -> None:
    """No text of others is markup."""
    taken = replace(TAKEN_ON, by=HOSTILE, reason=HOSTILE)
    answer = ask(
        showing({OPEN.id: replace(HISTORY, acknowledgements=(taken,))}, title=HOSTILE, site=HOSTILE), OPEN.id
    )
    assert (answer.status_code, HOSTILE in answer.text) == (200, False)


def test_portuguese() -> None:
    """It is in the language of the browser."""
    answer = ask(showing({OPEN.id: HISTORY}), OPEN.id, **{"accept-language": "pt-BR"})
    assert "Quem foi notificado" in answer.text


def test_out_of_scope() -> None:
    """What may not be seen is not there, whatever is recorded of it."""
    hidden = scoped(showing().shown, TargetScope((Matcher("site", ("lab",)),)))
    assert alert_detail(hidden, OPEN.id, None, NOW) is None
    assert leading(hidden, AlertHistory(replace(RECORD, lead=OPEN.id))) == ""


@pytest.mark.parametrize("how", AlertResolution)
def test_every_resolution(how: AlertResolution) -> None:
    """Each way in which an alert may be over has its words."""
    assert how in texts.RESOLUTIONS


def test_operators_acknowledge(tmp_path: Path) -> None:
    """Who is logged in and may act acknowledges here, under the own name; a viewer has no form."""

    async def scenario() -> None:
        async with web_site(tmp_path) as where:
            where.daemon.shown = showing().shown
            where.daemon.users = True
            page = f"/alerts/{OPEN.id}"
            async with where.browser() as browser:
                await log_in(browser, "victor")
                assert f'action="{page}/acknowledge"' not in (await browser.get(page)).text
            async with where.browser() as browser:
                await log_in(browser, "alice")
                sent = {
                    "form_token": form_token(await browser.get(page)),
                    "name": "Eve",
                    "comment": "ordered",
                }
                refused = await browser.post(f"{page}/acknowledge", data={"comment": "forged"})
                wrong = await browser.post(f"{page}/acknowledge", data={**sent, "until": "2020-01-01"})
                assert (refused.status_code, wrong.status_code) == (403, 422)
                assert "Choose a day within the next 30 days." in wrong.text
                # The script that refreshes pages would otherwise take away what was filled in.
                assert '<section class="card" id="acknowledge" data-keep>' in wrong.text
                assert where.daemon.asked == []
                done = await browser.post(f"{page}/acknowledge", data=sent)
                assert (done.status_code, done.headers["location"]) == (303, page)
                assert where.daemon.asked == [(OPEN.id, None, "ordered", "alice")]
                lost = await browser.post(f"/alerts/{'0' * 20}/acknowledge", data=sent)
                assert lost.status_code == 404

    asyncio.run(scenario())


def test_nothing_to_acknowledge() -> None:
    """What is over, or not known yet, has no form for anybody."""
    for record in (RESOLVED, RECORD):
        detail = alert_detail(snapshot(), KEY.id, AlertHistory(record), NOW)
        assert detail is not None
        assert not detail.acknowledgeable


def test_from_a_link_through_the_login(tmp_path: Path) -> None:
    """A link that was sent before there were users leads through the login to the page of its alert."""

    async def scenario() -> None:
        async with web_site(tmp_path) as where:
            where.daemon.shown = showing().shown
            where.daemon.users = True
            async with where.browser() as browser:
                at_link = await browser.get(path(OPEN.id))
                assert (at_link.status_code, at_link.headers["location"]) == (303, f"/alerts/{OPEN.id}")
                to_login = await browser.get(at_link.headers["location"])
                # The token of the link goes no further.
                assert to_login.headers["location"] == f"/login?next=%2Falerts%2F{OPEN.id}"
                after = await log_in(browser, "alice", to=f"/alerts/{OPEN.id}")
                assert after.headers["location"] == f"/alerts/{OPEN.id}"

    asyncio.run(scenario())
