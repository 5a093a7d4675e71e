"""Decisions: levels, unreachable hosts, the first pass, the clock."""

from datetime import timedelta

import pytest

from monitor.model import AlertKey, Check, Finding, Policy, Scope, Severity, text
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    Row,
    certificate,
    decide,
    ending,
    finding,
    news,
    picture,
    row,
    seen,
    steps,
    target,
    unreachable,
)

CALM = picture(seen("a:443", certificate(1)))
HOUR = timedelta(hours=1)


def notified_at(level: str, days_ago: float, number: int = 1) -> dict[AlertKey, Row]:
    """Return a notification log in which the expiry of one certificate was notified some days ago."""
    key = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, certificate(number).sha256)
    return row(key, level, NOW - days_ago * DAYS)


@pytest.mark.parametrize(
    ("days", "severity", "before", "expected"),
    [
        (20, Severity.WARNING, {}, [("first", "warning", "a:443")]),
        (3, Severity.CRITICAL, {}, [("first", "critical", "a:443")]),
        (-2, Severity.CRITICAL, {}, [("first", "expired", "a:443")]),
        (0, Severity.CRITICAL, {}, [("first", "expired", "a:443")]),
        (20, Severity.WARNING, notified_at("warning", 6.9), []),
        (20, Severity.WARNING, notified_at("warning", 7), [("reminder", "warning", "a:443")]),
        (3, Severity.CRITICAL, notified_at("warning", 0.1), [("worse", "critical", "a:443")]),
        (3, Severity.CRITICAL, notified_at("critical", 0.9), []),
        (3, Severity.CRITICAL, notified_at("critical", 1), [("reminder", "critical", "a:443")]),
        (-1, Severity.CRITICAL, notified_at("warning", 0.1), [("worse", "expired", "a:443")]),
        (-1, Severity.CRITICAL, notified_at("expired", 0.5), []),
        (20, Severity.WARNING, notified_at("expired", 0.5), []),
        (20, Severity.WARNING, notified_at("warning", -30), []),
        (20, Severity.UNKNOWN, {}, []),
        (20, Severity.OK, {}, []),
    ],
)
def test_levels(days: float, severity: Severity, before: dict[AlertKey, Row], expected: list[object]) -> None:
    """A worse level than the last one is notified, the worst of several at once, the rest is a reminder."""
    snapshot = picture(ending("a:443", certificate(1, days), severity))
    assert news(decide(snapshot, before, NOW, monitor_state=AFTER_INVENTORY)) == expected


def test_record_keeps_worst_level_and_first_instant() -> None:
    """A milder level later does not lower the recorded one, and the first instant stays."""
    snapshot = picture(ending("a:443", certificate(1, 20), Severity.WARNING))
    decision = decide(snapshot, notified_at("critical", 8), NOW, monitor_state=AFTER_INVENTORY)
    (change,) = decision.changes
    assert change.record is not None
    assert (change.record.level, change.record.first_at, change.record.last_at) == (
        "critical",
        NOW - 8 * DAYS,
        NOW,
    )


def test_one_certificate_at_many_locations_is_one_entry() -> None:
    """A certificate on three ports is reported once, with every port."""
    one = certificate(1, 3)
    snapshot = picture(*(ending(f"a:{port}", one, Severity.CRITICAL) for port in (443, 7563, 9000)))
    (item,) = decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY).items
    assert [one.location for one in item.locations] == ["a:443", "a:7563", "a:9000"]


def test_new_location_of_a_reported_certificate_is_quiet() -> None:
    """One more port with a certificate that was reported is remembered but not reported."""
    one = certificate(1, 20)
    first, second = picture(ending("a:443", one)), picture(ending("a:443", one), ending("b:443", one))
    *_, decision = steps((first, NOW), (second, NOW))
    assert [record.locations for record in decision.decision.alert_changes] == [("a:443", "b:443")]
    assert decision.items == ()


def test_different_failures_of_one_certificate_are_one_entry() -> None:
    """Expiry, name and trust of one certificate are one item, the worst first."""
    one = certificate(1, 20)
    state = seen(
        "a:443",
        one,
        finding(Check.EXPIRY, one, "a:443", Severity.WARNING),
        finding(Check.NAME, one, "a:443"),
        finding(Check.TRUST, one, "a:443"),
    )
    (item,) = decide(picture(state), {}, NOW, monitor_state=AFTER_INVENTORY).items
    assert item.checks == (Check.NAME, Check.TRUST, Check.EXPIRY)


@pytest.mark.parametrize(
    "check", [Check.NAME, Check.TRUST, Check.USAGE, Check.OUTLIVES_CA, Check.NOT_YET_VALID]
)
def test_facts_of_a_target_have_a_key_for_each_target(check: Check) -> None:
    """A finding that depends on where a certificate is served is recorded for each target."""
    one = certificate(1)
    states = (seen(where, one, finding(check, one, where)) for where in ("a:443", "b:443"))
    decision = decide(picture(*states), {}, NOW, monitor_state=AFTER_INVENTORY)
    assert [change.key for change in decision.changes] == [
        AlertKey(check, Scope.TARGET, "endpoint:a:443", one.sha256),
        AlertKey(check, Scope.TARGET, "endpoint:b:443", one.sha256),
    ]


@pytest.mark.parametrize("check", [Check.EXPIRY, Check.CA_EXPIRY, Check.WEAK_KEY, Check.WEAK_SIGNATURE])
def test_facts_of_a_certificate_have_one_key(check: Check) -> None:
    """A finding that is true of a certificate anywhere is recorded once."""
    one = certificate(1)
    states = (seen(where, one, finding(check, one, where)) for where in ("a:443", "b:443"))
    decision = decide(picture(*states), {}, NOW, monitor_state=AFTER_INVENTORY)
    assert [change.key for change in decision.changes] == [AlertKey(check, Scope.CERTIFICATE, one.sha256)]


def test_shared_alert_is_notified_once() -> None:
    """An alert of several targets has one key and one item."""
    key = AlertKey(Check.INCONSISTENT, Scope.NAME, "www.vms.example")
    shared = Finding(Check.INCONSISTENT, Severity.WARNING, text("www differs"), shared_alert=key)
    states = [seen("a:443", certificate(1)), seen("b:443", certificate(2))]
    snapshot = picture(*states, correlated={s.target.id: (shared,) for s in states})
    decision = decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY)
    assert news(decision) == [("first", "warning", "www.vms.example")]
    assert [change.key for change in decision.changes] == [key]


def test_ca_is_titled_by_its_own_name() -> None:
    """An expiring CA is named itself, not by the first of the many targets below it."""
    ca = certificate(9, 50, name="VMS Certificate Authority", ca=True)
    state = seen("a:443", certificate(1), finding(Check.CA_EXPIRY, ca, "a:443"), above=(ca,))
    assert news(decide(picture(state), {}, NOW, monitor_state=AFTER_INVENTORY)) == [
        ("first", "critical", "VMS Certificate Authority")
    ]


def test_worst_comes_first() -> None:
    """Expired comes before critical before warning, and the earlier expiry before the later one."""
    snapshot = picture(
        ending("w:1", certificate(1, 20)),
        ending("c5:1", certificate(2, 5), Severity.CRITICAL),
        ending("c3:1", certificate(3, 3), Severity.CRITICAL),
        ending("x:1", certificate(4, -1), Severity.CRITICAL),
    )
    items = decide(snapshot, {}, NOW, monitor_state=AFTER_INVENTORY).items
    assert [item.title for item in items] == ["x:1", "c3:1", "c5:1", "w:1"]


def test_reminders_nearly_due_come_along() -> None:
    """Once one reminder is due, one that falls due within a quarter of its interval shares the mail."""
    snapshot = picture(ending("a:443", certificate(1, 20)), ending("b:443", certificate(2, 20)))
    before = notified_at("warning", 7) | notified_at("warning", 5.5, number=2)
    assert [why for why, _, _ in news(decide(snapshot, before, NOW, monitor_state=AFTER_INVENTORY))] == [
        "reminder",
        "reminder",
    ]


def test_strictest_policy_reminds() -> None:
    """Of several targets with one certificate the one with the shortest interval decides."""
    one = certificate(1, 20)
    strict = target("b:443", policy=Policy(remind_warning_every=timedelta(days=2)))
    snapshot = picture(ending("a:443", one), ending("b:443", one, on=strict))
    decision = decide(snapshot, notified_at("warning", 2), NOW, monitor_state=AFTER_INVENTORY)
    assert [why for why, _, _ in news(decision)] == ["reminder"]


def test_last_known_certificate_of_an_unreachable_target_still_climbs() -> None:
    """While a target is unreachable, its last known certificate is still judged."""
    state = unreachable(ending("a:443", certificate(1, -1), Severity.CRITICAL))
    decision = decide(picture(state), notified_at("critical", 0.5), NOW, monitor_state=AFTER_INVENTORY)
    assert ("worse", "expired", "a:443") in news(decision)


def test_quiet_network_changes_nothing() -> None:
    """Without findings nothing is reported and nothing is written."""
    assert decide(CALM, {}, NOW, monitor_state=AFTER_INVENTORY).is_nothing
