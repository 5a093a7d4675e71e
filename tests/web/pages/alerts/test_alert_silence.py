"""Silence from the page of an alert: what is offered, who may, what is sent, and what is shown of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from web.pages.alerts.test_alert import OPEN, SHOWN, ask, showing

from monitor.model import AlertLocation, Matcher, Silence, SilenceKind
from monitor.web.pages.alerts.alert_silence import silence_values
from monitor.web.queries.alerts.detail import AlertDetail, alert_detail
from monitor.web.queries.alerts.silences import SilenceReach, silence_choices, silences_of
from support.factories.web.access import form_token, log_in
from support.factories.web.access import site as web_site
from support.factories.web.fakes import HOSTILE, NOW, endpoint, snapshot
from support.factories.web.pages import reader_of

PAGE = f"/alerts/{OPEN.id}"
BY_SITE = Matcher("site", ("harbour",))
AT_TARGET = Matcher("target", (SHOWN.target.id,))
CHECK = Matcher("check", ("expiry",))


def detail(**more: object) -> AlertDetail:
    """Return what is known of the open alert."""
    found = alert_detail(showing(**more).shown, OPEN.id, None, NOW)
    assert found is not None
    return found


def lasting(*matchers: Matcher) -> Silence:
    """Return a silence that lasts a week."""
    return Silence(
        "s2", SilenceKind.SILENCE, NOW, NOW + timedelta(days=7), "rebuild", "alice", matchers=matchers
    )


def test_choices() -> None:
    """The least comes first: this alert, all of its targets, all of its site."""
    assert [(one.reach, dict(one.matched)) for one in silence_choices(detail())] == [
        (SilenceReach.ALERT, {"check": ("expiry",), "target": (SHOWN.target.id,)}),
        (SilenceReach.TARGETS, {"target": (SHOWN.target.id,)}),
        (SilenceReach.SITE, {"site": ("harbour",)}),
    ]


def test_choices_of_several_sites() -> None:
    """Without a site of all its targets there is no choice of a site."""
    assert SilenceReach.SITE not in [one.reach for one in silence_choices(detail(site=""))]


def test_choices_of_many_targets() -> None:
    """An alert at very many targets is silenced by its site alone."""
    states = [endpoint(f"host{number}", 20) for number in range(201)]
    shown = replace(snapshot(*states), alerts=(replace(OPEN, targets=tuple(s.target.id for s in states)),))
    found = alert_detail(shown, OPEN.id, None, NOW)
    assert found is not None
    assert [one.reach for one in silence_choices(found)] == [SilenceReach.SITE]


def test_choices_without_a_target() -> None:
    """What is about no target is silenced by what it is about."""
    (one, *rest) = silence_choices(detail(targets=(), site=""))
    assert (dict(one.matched)["target"], rest) == ((OPEN.alerts[0].scope_id,), [])


def test_silences_about_it() -> None:
    """Only silences that match the check and each target are shown beside it."""
    shown = showing().shown
    matching = [lasting(BY_SITE), lasting(AT_TARGET, CHECK)]
    others = [lasting(Matcher("site", ("lab",))), lasting(AT_TARGET, Matcher("check", ("trust",)))]
    assert silences_of(detail(), [*matching, *others], shown) == tuple(matching)


def test_shown() -> None:
    """Who silenced it, why and until when is on the page, escaped."""
    daemon = showing()
    daemon.held = (replace(lasting(BY_SITE), reason=HOSTILE),)
    answer = ask(daemon, OPEN.id)
    assert ("alice" in answer.text, HOSTILE in answer.text) == (True, False)


def test_no_form_for_readers() -> None:
    """Who may not act has no choice."""
    assert silence_values(reader_of(showing().shown), detail())["silence_choices"] == ()


def test_operators_silence(tmp_path: Path) -> None:
    """Who may act silences under the own name; a forged, an empty or a viewer's form does nothing."""

    async def scenario() -> None:
        async with web_site(tmp_path) as where:
            located = (AlertLocation("recorder:443", "Recorder 02", (("site", "harbour"),)),)
            where.daemon.shown = showing(locations=located).shown
            where.daemon.users = True
            async with where.browser() as browser:
                await log_in(browser, "victor")
                seen = await browser.get(PAGE)
                assert f'action="{PAGE}/silence"' not in seen.text
                sent = {"form_token": form_token(seen), "what": "site", "reason": "lab", "days": "7"}
                assert (await browser.post(f"{PAGE}/silence", data=sent)).status_code == 403
            async with where.browser() as browser:
                await log_in(browser, "alice")
                sent["form_token"] = form_token(await browser.get(PAGE))
                forged = await browser.post(f"{PAGE}/silence", data={**sent, "form_token": "no"})
                empty = await browser.post(f"{PAGE}/silence", data={**sent, "reason": " "})
                wrong = await browser.post(f"{PAGE}/silence", data={**sent, "what": "everything"})
                assert (forged.status_code, empty.status_code, wrong.status_code) == (403, 422, 422)
                assert "Enter a reason" in empty.text
                assert where.daemon.asked == []
                done = await browser.post(f"{PAGE}/silence", data=sent)
                assert (done.status_code, done.headers["location"]) == (303, PAGE)
                assert where.daemon.asked == [((BY_SITE,), NOW + timedelta(days=7), "lab", "alice")]
                lost = await browser.post(f"/alerts/{'0' * 20}/silence", data=sent)
                assert lost.status_code == 404

    asyncio.run(scenario())
