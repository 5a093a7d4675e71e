"""The first page answers "is all well", says what to do first, and what the monitor itself lacks."""

import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from monitor.alerts import alerts_of_target
from monitor.daemon.health_texts import schedule_stuck
from monitor.errors import StoreFault
from monitor.messages import Writer, language
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    AlertResolution,
    AlertState,
    Check,
    Matcher,
    Scope,
    Silence,
    SilenceKind,
    Snapshot,
    TargetState,
)
from monitor.model.message import text
from monitor.store.texts import WHY, store_in_memory
from monitor.web import Health
from monitor.web.caller import ANONYMOUS, Caller, Role
from monitor.web.pages.overview import overview_values
from monitor.web.queries.overview import target_facts
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.web.services.components import Component, Degradation
from monitor.workers.texts import workers_silent
from support.factories.web.fakes import HOSTILE, NOW, endpoint, pending, snapshot, standby, unreachable
from support.factories.web.pages import reader_of, rendered


def alerted(*states: TargetState) -> Snapshot:
    """Return a snapshot with the alerts about each target."""
    found = [one for state in states for one in alerts_of_target(state, NOW)]
    return replace(snapshot(*states), alerts=tuple(found))


def html(
    shown: Snapshot,
    silences: tuple[Silence, ...] = (),
    *,
    health: Health | None = None,
    writer: Writer | None = None,
    over: tuple[AlertRecord, ...] = (),
    caller: Caller = ANONYMOUS,
) -> str:
    """Return the page."""
    reader = reader_of(shown, health=health or Health(), writer=writer, caller=caller)
    facts = target_facts(reader.snapshot, NOW)
    return rendered(
        "overview.html", reader, lambda one: overview_values(one, facts, CertificateIndexes(), silences, over)
    )


def verdict(page: str) -> str:
    """Return what the page says first."""
    return re.findall(r"<h1>(.*?)</h1>", page)[0]


def test_both_counts_say_what_they_count() -> None:
    """One alert may be about several targets, so that the numbers differ."""
    shown = alerted(endpoint("a", 5, sentence="it expires"))
    assert "1 target needs action" in html(shown)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((), "No targets yet: add some to the configuration and reload it."),
        ((pending("a"),), "The first checks are running"),
        ((endpoint("a", 200),), "All is well"),
        ((endpoint("a", 5, sentence="it expires"),), "1 alert needs action now"),
    ],
)
def test_verdict(states: tuple[TargetState, ...], said: str) -> None:
    """The first line answers whether all is well."""
    assert verdict(html(alerted(*states))) == said


def test_warnings_are_not_urgent() -> None:
    """Where nothing is worse than a warning the page says so."""
    shown = alerted(endpoint("a", 20, sentence="it expires"))
    mild = replace(shown.alerts[0], level=AlertLevel.WARNING)
    assert verdict(html(replace(shown, alerts=(mild,)))) == "Nothing is urgent; 1 warning"


def test_a_monitor_with_a_problem_is_not_well() -> None:
    """Without an urgent alert a problem of the monitor itself comes first, and stands on the page."""
    page = html(alerted(endpoint("a", 200)), health=Health(problems=(schedule_stuck(seconds=99),)))
    assert verdict(page) == "The monitor itself has a problem"
    assert "the schedule has not run for 99 s" in page


def test_a_problem_of_the_monitor_is_said_in_the_readers_language() -> None:
    """Also what is wrong with workers, which is no fault of the machine of the page."""
    health = Health(problems=(workers_silent(seconds=90),))
    portuguese = Writer(language("pt_BR"), UTC, NOW)
    page = html(alerted(endpoint("a", 200)), health=health, writer=portuguese)
    assert "nenhum worker responde há 90 s" in page


def test_what_to_do_first() -> None:
    """Each alert leads to its page, in the order and words of the mails."""
    page = html(alerted(endpoint("b", -2, sentence="it expired", title="Recorder 01")))
    assert re.findall(
        r'href="/alerts/[0-9a-f]{20}">(Recorder.*?)</a></p><p class="soft">(.*?)</p>', page
    ) == [("Recorder 01: certificate expired 2 days ago", "alias-of-b, b:443")]


def test_nothing_urgent_is_left_out() -> None:
    """An urgent alert that comes last, as of a low impact, is on the page even below many warnings."""
    many = [endpoint(f"w{number}", 20 + number, sentence="it expires") for number in range(15)]
    shown = alerted(*many, endpoint("camera", -2, sentence="it expired", title="Camera 02"))
    alerts = tuple(
        replace(one, low_impact=True) if one.title == "Camera 02" else replace(one, level=AlertLevel.WARNING)
        for one in shown.alerts
    )
    page = html(replace(shown, alerts=alerts))
    assert (verdict(page), "Camera 02: certificate expired" in page) == ("1 alert needs action now", True)


def test_a_large_number_has_separators() -> None:
    """The tiles write numbers as the line above them does."""
    page = html(snapshot(*(endpoint(f"host{number}", 200) for number in range(1001))))
    assert ("1,001 targets watched" in page, "<b>1,001</b>" in page) == (True, True)


def test_what_expires_next_is_told_apart() -> None:
    """Several certificates of one target are named."""
    assert "<small>a, expires in 200 days" in html(snapshot(endpoint("a", 200, title="Portal")))


def test_tiles_count_and_lead_to_what_they_count() -> None:
    """Alerts are counted by level, targets by state."""
    page = html(alerted(endpoint("a", 1, sentence="expires"), unreachable("b"), standby("c"), pending("d")))
    found = re.findall(r'<a href="(/(?:alerts|targets)\?[a-z_=]+)"><b>(\d+)</b>', page)
    assert found == [
        ("/alerts?level=expired", "0"),
        ("/alerts?level=critical", "1"),
        ("/alerts?level=warning", "1"),
        ("/targets?state=unreachable", "1"),
        ("/targets?state=fine", "0"),
        ("/targets?state=standby", "1"),
        ("/targets?state=not_checked", "1"),
    ]


def test_the_next_expiry_is_named() -> None:
    """Of what has not expired yet."""
    page = html(alerted(endpoint("old", -3), endpoint("near", 9), endpoint("far", 90)))
    assert "<p>Next expiry: near:443 expires in 9 days</p>" in page


def test_who_is_on_what() -> None:
    """Acknowledged alerts are named with who, why and until when, and are not counted as open."""
    shown = alerted(endpoint("a", 1, sentence="expires", title="Recorder 01"))
    held = replace(shown, alerts=(replace(shown.alerts[0], state=AlertState.ACKNOWLEDGED),))
    until = NOW + timedelta(days=2)
    one = Silence("1", SilenceKind.ACKNOWLEDGE, NOW, until, "ordered", "Ana", alert_id=shown.alerts[0].id)
    page = html(held, (one,))
    assert verdict(page) == "All is well"
    assert "<small>Ana, until 25 Nov 2026 12:00 UTC: ordered</small>" in page
    assert '<a href="/alerts?state=acknowledged"><b>1</b>' in page


def test_a_silence_is_named_by_its_matchers() -> None:
    """A silence shows what it matches."""
    one = Silence("1", SilenceKind.SILENCE, NOW, None, "lab", "Ana", (Matcher("site", ("lab", "attic")),))
    assert '<span class="tag">site: lab, attic</span>' in html(alerted(endpoint("a", 90)), (one,))


def test_hostile_texts_stay_text() -> None:
    """Markup in names arrives as text."""
    page = html(alerted(endpoint(HOSTILE, 5, sentence=HOSTILE, title=HOSTILE)))
    assert page.count("<script") == 1


def test_undelivered_notifications_are_said() -> None:
    """Whoever looks at the page instead of waiting for mails learns it."""
    said = "Notifications could not be delivered since"
    assert said in html(alerted(), health=Health(undelivered_since=NOW))
    assert said not in html(alerted())


def test_a_store_in_memory_is_said() -> None:
    """The page shows it in the reader's language."""
    health = Health(store_problem=store_in_memory(location="/x.db", why=WHY[StoreFault.FULL]))
    said = "The database /x.db cannot be used (the disk is full): notifications are kept in memory"
    assert said in html(alerted(), health=health)
    portuguese = Writer(language("pt_BR"), UTC, NOW)
    assert "(o disco está cheio)" in html(alerted(), health=health, writer=portuguese)


def over(*locations: str) -> AlertRecord:
    """Return an alert that was resolved yesterday."""
    key = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, "ab")
    yesterday = NOW - timedelta(days=1)
    return AlertRecord(
        key,
        AlertLevel.WARNING,
        yesterday,
        yesterday,
        title="Old recorder",
        locations=locations,
        resolved_at=yesterday,
        resolution=AlertResolution.RENEWED,
    )


def test_what_was_renewed_lately() -> None:
    """An alert that is over leads to its page."""
    page = html(alerted(endpoint("a", 90)), over=(over("a:443"),))
    assert re.findall(
        r'<span class="badge ok">renewed</span> <a href="/alerts/[0-9a-f]{20}">(.*?)</a>', page
    ) == ["Old recorder"]


def test_what_was_renewed_elsewhere_is_hidden() -> None:
    """A reader with a scope sees what was about visible targets alone."""
    caller = Caller("ana", Role.VIEWER, (Matcher("site", ("harbour",)),))
    shown = alerted(endpoint("a", 90))
    pages = [html(shown, over=(over(at),), caller=caller) for at in ("a:443", "secret:443")]
    assert ["Old recorder" in page for page in pages] == [True, False]


def test_the_timeline_is_on_the_page() -> None:
    """With a bar for what expires; without targets there is nothing to draw."""
    assert '<svg class="timeline"' in html(alerted(endpoint("a", 90)))
    assert '<svg class="timeline"' not in html(alerted())


MISSING = Degradation(
    Component.NATS, "", text("NATS is away"), text("Nothing is probed."), text("Start it."), NOW
)


def test_a_missing_piece_is_said() -> None:
    """What, since when, what it means and what to do; all is not well then, though certificates are."""
    page = html(alerted(endpoint("a", 200)), health=Health(degraded=(MISSING,)))
    assert verdict(page) == "The monitor itself has a problem"
    card = page.split('<h2 id="degraded">')[1].split("</section>")[0]
    for one in ("NATS is away", "since 23 Nov 2026", "Nothing is probed.", "Start it."):
        assert one in card


def test_nothing_is_said_where_nothing_is_missing() -> None:
    """A monitor on one machine has no such card."""
    assert "degraded" not in html(alerted(endpoint("a", 200)))
