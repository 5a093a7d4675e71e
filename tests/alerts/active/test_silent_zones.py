"""A zone that nothing is heard of is one alert."""

from dataclasses import replace
from datetime import timedelta

from monitor import alerts
from monitor.alerts import NotifyReason
from monitor.alerts.keys import zone_key
from monitor.alerts.routing.routes import Route, Routing
from monitor.alerts.texts import (
    WORKER_ADVICE,
    ZONE_ADVICE,
    ZONE_EFFECT,
    ZONE_UNPROBED,
    zone_heard,
    zone_silent,
    zone_without_worker,
)
from monitor.model import AlertLevel, Matcher, MonitorCheck, SilentZone
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    NOW,
    RECEIVER,
    Decided,
    Log,
    apply,
    certificate,
    decide,
    picture,
    seen,
)

MINUTE = timedelta(minutes=1)
THERE = seen("a:443", certificate(1))
CALM = picture(replace(THERE, target=replace(THERE.target, zone="dmz")))


def decided(
    log: Log,
    minutes: int,
    *,
    heard: bool = False,
    since: int = 0,
    routing: Routing | None = None,
    by_workers: bool = False,
) -> Decided:
    """Return the decision some minutes after a zone fell silent, about targets that are well."""
    given = decide(CALM, log, NOW + minutes * MINUTE, monitor_state=AFTER_INVENTORY).given
    silent = () if heard else (SilentZone("dmz", NOW + since * MINUTE, by_workers=by_workers),)
    given = replace(given, monitor=replace(given.monitor, silent_zones=silent))
    if routing is not None:
        given = replace(given, settings=alerts.NotifySettings(routing=routing))
    return Decided(given, alerts.decide(given))


def test_a_zone_is_an_alert_after_its_time() -> None:
    """Short outages of a line are none; it gets worse, and is said once a day."""
    log, notified = Log(), []
    for minutes in (5, 9, 10, 30, 59, 60, 120, 60 + 25 * 60):
        decision = decided(log, minutes)
        notified.append([(item.reason, item.level) for item in decision.items])
        log = apply(log, decision)
    assert notified == [
        [],
        [],
        [(NotifyReason.FIRST, AlertLevel.WARNING)],
        [],
        [],
        [(NotifyReason.WORSE, AlertLevel.CRITICAL)],
        [],
        [(NotifyReason.REMINDER, AlertLevel.CRITICAL)],
    ]


def test_it_says_which_zone_and_what_to_do() -> None:
    """One group for page and Prometheus, named like the zone."""
    decision = decided(Log(), 10)
    [item] = decision.items
    assert (item.title, item.messages) == (
        "dmz",
        (zone_silent(zone="dmz", since=NOW), ZONE_EFFECT, ZONE_ADVICE),
    )
    [group] = decision.decision.groups
    assert (group.check, group.title, group.alerts) == (MonitorCheck.ZONE_SILENT, "dmz", (zone_key("dmz"),))


def test_a_zone_without_workers_says_so() -> None:
    """What is to be done is another thing than for agents."""
    [item] = decided(Log(), 10, by_workers=True).items
    assert item.messages == (zone_without_worker(zone="dmz", since=NOW), ZONE_UNPROBED, WORKER_ADVICE)


def test_that_it_is_heard_of_again_is_notified() -> None:
    """Once, to who knew of it."""
    log = apply(Log(), decided(Log(), 10))
    over = decided(log, 20, heard=True)
    assert [(item.reason, item.messages) for item in over.items] == [
        (NotifyReason.RESOLVED, (zone_heard(zone="dmz"),))
    ]
    assert not decided(apply(log, over), 30, heard=True).items


def test_a_restart_of_the_center_ends_no_alert() -> None:
    """It has heard nothing yet; the alert stays as it was."""
    log = apply(Log(), decided(Log(), 10))
    after = decided(log, 21, since=20)
    assert (after.items, [group.title for group in after.decision.groups]) == ((), ["dmz"])


def test_routes_match_the_zone() -> None:
    """It has no target; its zone is what a route names."""
    to_admins = Routing((Route((RECEIVER,), (Matcher("zone", ("dmz",)),)),), default=())
    to_others = Routing((Route((RECEIVER,), (Matcher("zone", ("yard",)),)),), default=())
    assert decided(Log(), 10, routing=to_admins).items
    assert not decided(Log(), 10, routing=to_others).items
