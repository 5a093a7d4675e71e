"""Routes, levels and escalation: which receiver is notified of which alert."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import alerts
from monitor.alerts import (
    DecisionInput,
    Escalation,
    NotifyReason,
    NotifySettings,
    ReceiverRules,
    Route,
    Routing,
)
from monitor.model import (
    AlertLevel,
    Check,
    Matcher,
    NotificationRecord,
    ReceiverRecord,
    Severity,
    TargetInfo,
    TargetState,
)
from support.factories.alerts.world import (
    DAYS,
    NOW,
    STARTED,
    certificate,
    ending,
    picture,
    target,
    unreachable,
)

HOURS = timedelta(hours=1)
MONITOR = alerts.MonitorState(STARTED)


def at(where: str, severity: Severity = Severity.WARNING, days: float = 20, **labels: str) -> TargetState:
    """Return a target with labels whose certificate expires soon."""
    owner = labels.pop("owner", "")
    on = replace(target(where, info=TargetInfo(owner=owner)), labels=tuple(labels.items()))
    return ending(where, certificate(hash(where) % 1000, days), severity, on=on)


def titles(
    routing: Routing | None,
    *states: TargetState,
    rules: dict[str, ReceiverRules] | None = None,
    names: tuple[str, ...] = ("a", "b"),
) -> dict[str, list[str]]:
    """Return the titles that each receiver is notified of, after its inventory."""
    receivers = tuple(ReceiverRecord(name, inventory_at=STARTED) for name in names)
    given = DecisionInput(picture(*states), {}, receivers, NOW, MONITOR, NotifySettings(rules or {}, routing))
    found = alerts.decide(given).receivers
    return {one.receiver: sorted(item.title for item in one.items) for one in found}


def when(*receivers: str, further: bool = False, **match: str) -> Route:
    """Return a route for what matches."""
    return Route(receivers, tuple(Matcher(name, (value,)) for name, value in match.items()), further)


HARBOR, LAB = at("harbor:443", site="Harbor", owner="Video"), at("lab:443", site="lab")


def test_without_routes_everybody_is_notified_of_everything() -> None:
    """This is what a configuration with one receiver means."""
    assert titles(None, HARBOR, LAB) == {name: ["harbor:443", "lab:443"] for name in "ab"}


def test_the_first_route_that_matches_counts() -> None:
    """What a later route would match as well goes to the receivers of the first alone."""
    routing = Routing((when("a", site="harbor"), when("b")))
    assert titles(routing, HARBOR, LAB) == {"a": ["harbor:443"], "b": ["lab:443"]}


def test_a_route_may_let_others_match_too() -> None:
    """``continue`` goes on to the next routes."""
    routing = Routing((when("a", site="harbor", further=True), when("b")))
    assert titles(routing, HARBOR, LAB) == {"a": ["harbor:443"], "b": ["harbor:443", "lab:443"]}


def test_what_no_route_matches_goes_to_the_default() -> None:
    """Nothing is lost because a label is misspelled."""
    routing = Routing((when("a", site="harbour"),), default=("b",))
    assert titles(routing, HARBOR) == {"a": [], "b": ["harbor:443"]}


@pytest.mark.parametrize(
    "match",
    [
        {"owner": "Video"},
        {"site": "HARBOR"},
        {"check": "expiry"},
        {"level": "warning"},
        {"kind": "endpoint"},
        {"target": "endpoint:harbor:443"},
        {"zone": ""},
        {},
    ],
)
def test_what_a_route_can_match(match: dict[str, str]) -> None:
    """Labels, the owner, check, level, kind, target and zone; sites without case."""
    assert titles(Routing((when("a", **match),)), HARBOR)["a"] == ["harbor:443"]


@pytest.mark.parametrize(
    "match", [{"owner": "Lab"}, {"check": "name"}, {"level": "critical"}, {"zone": "dmz"}]
)
def test_what_does_not_match(match: dict[str, str]) -> None:
    """One value that differs is enough."""
    assert titles(Routing((when("a", **match),)), HARBOR)["a"] == []


def test_one_of_several_targets_is_enough() -> None:
    """A certificate at two sites concerns both."""
    shared = certificate(7, 20)
    states = [
        ending(f"{site}:443", shared, on=replace(target(f"{site}:443"), labels=(("site", site),)))
        for site in "xy"
    ]
    routing = Routing((when("a", site="x", further=True), when("b", site="y")))
    assert titles(routing, *states) == {"a": ["x:443"], "b": ["x:443"]}


def test_levels_of_a_receiver() -> None:
    """A receiver of critical alerts is not notified of warnings."""
    rules = {"a": ReceiverRules(frozenset({AlertLevel.CRITICAL}))}
    assert titles(None, HARBOR, at("lab:443", Severity.CRITICAL), rules=rules) == {
        "a": ["lab:443"],
        "b": ["harbor:443", "lab:443"],
    }


def test_unreachable_hosts_are_routed() -> None:
    """They have labels like everything else."""
    gone = [unreachable(state) for state in (HARBOR, LAB)]
    quiet = [replace(state, assessment=type(state.assessment)()) for state in gone]
    others = [replace(at(f"h{n}:443"), assessment=type(HARBOR.assessment)()) for n in range(20)]
    routing = Routing((when("a", site="harbor"), when("b", site="lab")))
    assert titles(routing, *quiet, *others) == {"a": ["harbor:443"], "b": ["lab:443"]}


ESCALATING = Routing((Route(("a",), (), escalation=Escalation(3 * DAYS, ("b",))),))


def escalated(
    after: timedelta,
    days: float = 6,
    severity: Severity = Severity.CRITICAL,
    *,
    notified: bool = True,
) -> list[NotifyReason]:
    """Return why the second receiver is notified so long after the first, of what had ``days`` left then."""
    state = at("harbor:443", severity, days)
    receivers = tuple(ReceiverRecord(name, inventory_at=STARTED) for name in "ab")
    given = DecisionInput(picture(state), {}, receivers, NOW, MONITOR, NotifySettings(routing=ESCALATING))
    first = alerts.decide(given)
    log = {}
    for change in first.receivers[0].changes.log:
        assert change.record is not None
        known = replace(change.record, accepted_level=change.record.level, accepted_at=NOW)
        log[change.key] = known if notified else change.record
    then = NOW + after
    later = replace(
        given,
        open_alerts={record.key: record for record in first.alert_changes},
        receivers=(replace(receivers[0], log=log), receivers[1]),
        now=then,
    )
    return [item.reason for item in alerts.decide(later).receivers[1].items]


@pytest.mark.parametrize(
    ("after", "days", "expected"),
    [
        (2 * DAYS - HOURS, 6, []),
        (2 * DAYS, 6, [NotifyReason.ESCALATED]),
        (3 * DAYS - HOURS, 300, []),
        (3 * DAYS, 300, [NotifyReason.ESCALATED]),
        (3 * HOURS, -1, []),
        (4 * HOURS, -1, [NotifyReason.ESCALATED]),
    ],
)
def test_escalation(after: timedelta, days: float, expected: list[NotifyReason]) -> None:
    """It comes after the set time, a third of the time that was left, or 4 hours when it has expired."""
    assert escalated(after, days) == expected


def test_warnings_are_not_escalated() -> None:
    """Only what is critical is."""
    assert escalated(30 * DAYS, 300, Severity.WARNING) == []


def test_nothing_is_escalated_before_somebody_was_notified() -> None:
    """While the relay is down nobody had a chance to act."""
    assert escalated(30 * DAYS, 300, notified=False) == []


def test_what_was_escalated_stays_so() -> None:
    """Who was notified by escalation is notified of the end too, though the level improved."""
    state = at("harbor:443", Severity.WARNING, 40)
    key = next(iter(alerts.decide(DecisionInput(picture(state), {}, (), NOW, MONITOR)).groups)).alerts[0]
    record = NotificationRecord(key, AlertLevel.CRITICAL, NOW - 9 * DAYS, NOW - 8 * DAYS)
    receivers = (
        ReceiverRecord("a", {key: record}, inventory_at=STARTED),
        ReceiverRecord("b", {key: record}, inventory_at=STARTED),
    )
    given = DecisionInput(picture(state), {}, receivers, NOW, MONITOR, NotifySettings(routing=ESCALATING))
    assert [item.reason for item in alerts.decide(given).receivers[1].items] == [NotifyReason.REMINDER]
    assert key.check is Check.EXPIRY
