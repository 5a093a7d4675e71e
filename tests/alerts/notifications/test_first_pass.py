"""The first pass with its inventory, and a clock that is wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts import NotifyReason
from monitor.alerts.keys import CLOCK
from monitor.alerts.texts import (
    CLOCK_EARLIER,
    CLOCK_REPORTS,
    CLOCK_RIGHT,
    CLOCK_WAS_AHEAD,
    CLOCK_WRONG,
)
from monitor.model import Check, LogChange, Severity, text
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    STARTED,
    MonitorState,
    apply,
    certificate,
    decide,
    ending,
    failing,
    finding,
    news,
    picture,
    row,
    seen,
    steps,
    unreachable,
)

CALM = picture(seen("a:443", certificate(1)))
HOUR = timedelta(hours=1)


def test_suspect_clock_reports_only_that_and_once_a_day() -> None:
    """With a wrong clock nothing else is decided, and nothing is forgotten."""
    snapshot = picture(ending("a:443", certificate(1, -5), Severity.CRITICAL))
    decisions = steps(
        (snapshot, NOW),
        (snapshot, NOW + DAYS / 2),
        (snapshot, NOW + DAYS),
        (snapshot, NOW - DAYS),
        monitor_state=replace(AFTER_INVENTORY, clock_suspect=True),
    )
    wrong = (CLOCK_WRONG, CLOCK_EARLIER, CLOCK_WAS_AHEAD)
    assert [[(item.reason, item.messages) for item in decision.items] for decision in decisions] == [
        [(NotifyReason.CLOCK, wrong)],
        [],
        [(NotifyReason.CLOCK, wrong)],
        [(NotifyReason.CLOCK, wrong)],
    ]


def test_clock_that_is_right_again_is_reported() -> None:
    """Notifications go on, and administrators are notified of that."""
    decision = decide(CALM, row(CLOCK, "critical", NOW - DAYS), NOW, monitor_state=AFTER_INVENTORY)
    assert [(item.reason, item.messages) for item in decision.items] == [
        (NotifyReason.RESOLVED, (CLOCK_RIGHT, CLOCK_REPORTS))
    ]
    assert decision.changes == (LogChange(CLOCK, None, "resolved"),)


FIRST_PASS = MonitorState(NOW, never_probed=2)


@pytest.mark.parametrize(
    ("days", "severity", "check", "expected"),
    [
        (20, Severity.WARNING, Check.EXPIRY, []),
        (3, Severity.CRITICAL, Check.EXPIRY, [("first", "critical", "a:443")]),
        (-3, Severity.CRITICAL, Check.EXPIRY, [("first", "expired", "a:443")]),
        (300, Severity.CRITICAL, Check.NAME, []),
    ],
)
def test_first_pass_reports_only_urgent_expiries(
    days: float, severity: Severity, check: Check, expected: list[object]
) -> None:
    """Before the inventory only expired and critically expiring certificates are reported."""
    one = certificate(1, days)
    snapshot = picture(seen("a:443", one, finding(check, one, "a:443", severity)))
    assert news(decide(snapshot, {}, NOW, monitor_state=FIRST_PASS)) == expected


@pytest.mark.parametrize(
    ("never_probed", "minutes", "expected"), [(2, 29, False), (2, 30, True), (0, 1, True)]
)
def test_inventory_comes_when_all_were_tried_or_after_half_an_hour(
    never_probed: int, minutes: int, *, expected: bool
) -> None:
    """The first pass ends when every target was tried, or after 30 minutes."""
    monitor_state = MonitorState(NOW, never_probed=never_probed)
    decision = decide(CALM, {}, NOW + timedelta(minutes=minutes), monitor_state=monitor_state)
    assert (decision.inventory is not None) is expected


def test_inventory_waits_for_a_first_target() -> None:
    """A discovery that has not answered yet does not cause an empty inventory."""
    assert decide(picture(), {}, NOW, monitor_state=MonitorState(NOW)).is_nothing


def test_inventory_counts_and_lists() -> None:
    """It counts targets and lists what needs action, what is unreachable, and the next expiries."""
    snapshot = picture(
        ending("a:443", certificate(1, 20)),
        seen("b:443", certificate(2, 300)),
        failing(seen("c:443", certificate(3, 200))),
    )
    inventory = decide(snapshot, {}, NOW, monitor_state=MonitorState(NOW)).inventory
    assert inventory is not None
    assert (inventory.watched, inventory.need_action, inventory.unreachable) == (3, 1, 1)
    assert [item.title for item in inventory.items] == ["a:443"]
    assert [(s.title, s.reasons) for s in inventory.unreachable_hosts] == [
        ("c:443", (text("nobody listens there"),))
    ]
    assert [one.location for one in inventory.upcoming] == ["a:443", "c:443", "b:443"]


def test_everything_in_the_inventory_counts_as_reported() -> None:
    """After the inventory the same facts, also a failing target that becomes unreachable, bring no notice."""
    one, two = ending("a:443", certificate(1, 20)), failing(seen("c:443", certificate(3)))
    first = decide(picture(one, two), {}, NOW, monitor_state=MonitorState(NOW))
    log = apply({}, first)
    second = decide(picture(one, unreachable(two)), log, NOW + HOUR, monitor_state=replace(AFTER_INVENTORY))
    assert (second.items, second.changes) == ((), ())


def test_inventory_is_sent_once() -> None:
    """Its own record keeps the inventory from being sent twice, whatever the monitor's state is."""
    decisions = steps((CALM, NOW), (CALM, NOW), monitor_state=MonitorState(STARTED))
    assert [decision.inventory is not None for decision in decisions] == [True, False]
