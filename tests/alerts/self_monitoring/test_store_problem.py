"""The alert about the monitor's own database."""

from dataclasses import replace
from datetime import timedelta

from monitor import alerts
from monitor.alerts import NotifyReason
from monitor.alerts.keys import STORE
from monitor.alerts.routing.routes import Route, Routing
from monitor.alerts.texts import STORE_ADVICE, STORE_EFFECT, STORE_RECORDS, STORE_USABLE, store_unusable
from monitor.model import AlertLevel, MonitorCheck, Severity, text
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    RECEIVER,
    Decided,
    Log,
    MonitorState,
    apply,
    certificate,
    decide,
    ending,
    picture,
    seen,
)

FULL = text("the disk is full")
CALM = picture(seen("a:443", certificate(1)))


def decided(
    log: Log, at: timedelta, *, broken: bool = True, state: MonitorState = AFTER_INVENTORY
) -> Decided:
    """Return the decision about targets that are well."""
    given = decide(CALM, log, NOW + at, monitor_state=state).given
    fault = FULL if broken else None
    given = replace(given, monitor=replace(given.monitor, store_fault=fault))
    return Decided(given, alerts.decide(given))


def test_it_is_notified_once_and_then_once_a_day() -> None:
    """A disk that stays full is one mail, and one each day."""
    log, reasons = Log(), []
    for hours in (0, 1, 23, 24, 25):
        decision = decided(log, timedelta(hours=hours))
        reasons.append([item.reason for item in decision.items])
        log = apply(log, decision)
    assert reasons == [[NotifyReason.FIRST], [], [], [NotifyReason.REMINDER], []]


def test_it_says_what_is_wrong_and_what_goes_on() -> None:
    """The first message is the headline; there is one group for the page and Prometheus."""
    decision = decided(Log(), timedelta(0))
    said = (store_unusable(why=FULL), STORE_EFFECT, STORE_ADVICE)
    [item] = decision.items
    assert (item.level, item.title, item.messages) == (AlertLevel.WARNING, "", said)
    [group] = decision.decision.groups
    assert (group.check, group.title, group.alerts) == (
        MonitorCheck.STORE,
        "The monitor's database",
        (STORE,),
    )


def test_that_it_is_over_is_notified() -> None:
    """Who was notified of it learns that it is over."""
    log = apply(Log(), decided(Log(), timedelta(0)))
    over = decided(log, timedelta(hours=1), broken=False)
    assert [(item.reason, item.messages) for item in over.items] == [
        (NotifyReason.RESOLVED, (STORE_USABLE, STORE_RECORDS))
    ]
    assert not decided(apply(log, over), 2 * DAYS, broken=False).items


def test_the_inventory_counts_as_its_notification() -> None:
    """The inventory begins with the same sentence: another mail would say it twice."""
    first = decided(Log(), timedelta(0), state=MonitorState(NOW))
    assert first.inventory is not None
    assert not decided(apply(Log(), first), timedelta(minutes=5)).items


def test_it_keeps_no_other_alert_back() -> None:
    """What expires is notified beside it, worst first."""
    given = decide(
        picture(ending("a:443", certificate(1, -5), Severity.CRITICAL)),
        {},
        NOW,
        monitor_state=AFTER_INVENTORY,
    ).given
    given = replace(given, monitor=replace(given.monitor, store_fault=FULL))
    [receiver] = alerts.decide(given).receivers
    assert [item.level for item in receiver.items] == [AlertLevel.EXPIRED, AlertLevel.WARNING]


def test_a_route_for_all_is_for_it_too() -> None:
    """It has no target, and is for whoever is notified of everything else."""
    given = decided(Log(), timedelta(0)).given
    routing = Routing((Route((RECEIVER,)),), default=())
    [receiver] = alerts.decide(replace(given, settings=alerts.NotifySettings(routing=routing))).receivers
    assert [item.messages[0] for item in receiver.items] == [store_unusable(why=FULL)]
