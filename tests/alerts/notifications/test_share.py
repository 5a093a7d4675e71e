"""The inventory of a receiver that routes, silences or levels restrict: its own targets, once each."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import alerts
from monitor.alerts import DecisionInput, Escalation, Inventory, NotifySettings, ReceiverRules, Route, Routing
from monitor.alerts.decided import ReceiverDecision
from monitor.model import (
    AlertLevel,
    Failure,
    FailureReason,
    Matcher,
    ReceiverRecord,
    Severity,
    Silence,
    SilenceKind,
    TargetState,
    text,
)
from support.factories.alerts.world import (
    DAYS,
    NOW,
    STARTED,
    certificate,
    ending,
    failing,
    picture,
    seen,
    target,
)

MONITOR = alerts.MonitorState(STARTED)


def in_site(state: TargetState, site: str) -> TargetState:
    """Return a target of a site."""
    return replace(state, target=replace(state.target, labels=(("site", site),)))


def at(where: str, site: str, number: int) -> TargetState:
    """Return a target whose certificate expires soon."""
    return in_site(ending(where, certificate(number, 20), Severity.WARNING, on=target(where)), site)


def calm(where: str, site: str, number: int) -> TargetState:
    """Return a target that nothing is wrong with."""
    return in_site(seen(where, certificate(number), on=target(where)), site)


def down(where: str, site: str, number: int) -> TargetState:
    """Return a target that did not answer, for too short a time for an alert."""
    return in_site(failing(seen(where, certificate(number), on=target(where))), site)


HARBOR = (at("h1:443", "harbor", 1), calm("h2:443", "harbor", 2), down("h3:443", "harbor", 3))
LAB = (at("l1:443", "lab", 4), at("l2:443", "lab", 5), down("l3:443", "lab", 6), down("l4:443", "lab", 7))


def decided(
    routing: Routing | None = None,
    *,
    states: Iterable[TargetState] = (*HARBOR, *LAB),
    rules: dict[str, ReceiverRules] | None = None,
    silences: tuple[Silence, ...] = (),
) -> dict[str, ReceiverDecision]:
    """Return the decisions for two receivers at the end of the first pass."""
    receivers = (ReceiverRecord("a"), ReceiverRecord("b"))
    settings = NotifySettings(rules or {}, routing, silences)
    given = DecisionInput(picture(*states), {}, receivers, NOW, MONITOR, settings)
    return {one.receiver: one for one in alerts.decide(given).receivers}


def counts(inventory: Inventory | None) -> tuple[int, ...]:
    """Return how many are watched, need action, are unreachable, are not sent, and are fine."""
    assert inventory is not None
    parts = (inventory.need_action, inventory.unreachable, inventory.not_sent, inventory.fine)
    assert inventory.watched == sum(parts) + inventory.standby
    return inventory.watched, *parts


def hosts(inventory: Inventory | None) -> list[str]:
    """Return the unreachable locations."""
    assert inventory is not None
    return sorted(one for host in inventory.unreachable_hosts for one in host.locations)


def when(*receivers: str, further: bool = False, to: tuple[str, ...] = (), **match: str) -> Route:
    """Return a route for what matches."""
    escalation = Escalation(timedelta(days=3), to) if to else None
    return Route(
        receivers, tuple(Matcher(name, (value,)) for name, value in match.items()), further, escalation
    )


def silence(**match: str) -> Silence:
    """Return a silence of what matches."""
    matchers = tuple(Matcher(name, (value,)) for name, value in match.items())
    return Silence("1", SilenceKind.SILENCE, NOW - DAYS, NOW + DAYS, "rebuilt", "Ana", matchers)


@pytest.mark.parametrize("routing", [None, Routing((when("a", "b"),)), Routing((), ("a", "b"))])
def test_a_receiver_of_everything(routing: Routing | None) -> None:
    """Its inventory is about all targets, with or without routes."""
    for one in decided(routing).values():
        assert counts(one.inventory) == (7, 3, 3, 0, 1)
        assert hosts(one.inventory) == ["h3:443", "l3:443", "l4:443"]
        assert one.inventory == decided()["a"].inventory


def test_a_receiver_of_one_site() -> None:
    """Targets, unreachable hosts and the next expiries are those of its site; others are not recorded."""
    found = decided(Routing((when("a", site="harbor"), when("b"))))
    own, other = found["a"].inventory, found["b"].inventory
    assert (counts(own), counts(other)) == ((3, 1, 1, 0, 1), (4, 2, 2, 0, 0))
    assert (hosts(own), hosts(other)) == (["h3:443"], ["l3:443", "l4:443"])
    assert own is not None
    assert {one.location for one in own.upcoming} == {"h1:443", "h2:443", "h3:443"}
    notified = {change.key.scope_id for change in found["a"].changes.log}
    assert not [one for one in notified if "endpoint:l" in one]


def test_alerts_that_others_are_sent() -> None:
    """A target of its own with an alert for somebody else alone is counted as that, and is not fine."""
    by_check = Routing((when("b", check="expiry"), when("b", check="unreachable")), default=("a",))
    found = decided(by_check)
    assert counts(found["a"].inventory) == (7, 0, 0, 6, 1)
    assert counts(found["b"].inventory) == (7, 3, 3, 0, 1)
    assert hosts(found["a"].inventory) == []


def test_silenced_targets() -> None:
    """What is silenced is neither fine nor among what is unreachable; its hosts are not named."""
    one = decided(silences=(silence(site="lab"),))["a"]
    assert counts(one.inventory) == (7, 1, 1, 4, 1)
    assert hosts(one.inventory) == ["h3:443"]


def test_below_its_levels() -> None:
    """A receiver of what is critical is sent no warnings, and they count as that."""
    rules = {"a": ReceiverRules(frozenset({AlertLevel.CRITICAL, AlertLevel.EXPIRED}))}
    assert counts(decided(rules=rules)["a"].inventory) == (7, 0, 0, 6, 1)


def test_one_that_is_only_escalated_to() -> None:
    """What could be escalated to it is its own; nothing of it is sent yet."""
    found = decided(Routing((when("b", site="harbor", to=("a",)), when("b"))))
    assert counts(found["a"].inventory) == (3, 0, 0, 2, 1)


def test_one_to_which_no_route_leads() -> None:
    """It is sent no inventory of nothing, and later alerts come as usual."""
    one = decided(Routing((when("b"),), default=("a",)))["a"]
    assert (one.inventory, one.changes.inventory_at, one.changes.log) == (None, NOW, ())


@pytest.mark.parametrize(
    ("first", "own"),
    [
        (when("b", site="lab"), 3),
        (when("b", site="lab", check="name"), 7),
        (when("b", site="lab", level="critical"), 7),
        (when("b", site="lab", further=True), 3),
    ],
)
def test_what_the_first_route_leaves(first: Route, own: int) -> None:
    """A route of some checks or levels leaves the rest of its targets; one that goes on leaves no default."""
    inventory = decided(Routing((first,), default=("a",)))["a"].inventory
    assert inventory is not None
    assert inventory.watched == own


def test_many_of_its_own() -> None:
    """Whether the monitor's network may be at fault is judged by its own targets."""
    lab = tuple(down(f"l{number}:443", "lab", number) for number in range(10, 20))
    rest = tuple(calm(f"h{number}:443", "harbor", number) for number in range(20, 90))
    routing = Routing((when("a", site="lab"), when("b")))
    found = decided(routing, states=(*lab, *rest))
    assert [one.inventory and one.inventory.network_down for one in found.values()] == [True, False]


def test_what_failed_by_a_fault_of_ours_is_not_called_unreachable() -> None:
    """No worker took the order, say: of the target this says nothing."""
    ours = (Failure(FailureReason.INTERNAL, text("no worker answered")),)
    states = [
        replace(down("h3:443", "harbor", 3), failures=ours),
        replace(LAB[2], failures=ours, succeeded_at=None),
    ]
    one = decided(states=(*states, LAB[3]))["a"]
    assert one.inventory is not None
    assert (one.inventory.unreachable, one.inventory.fine) == (1, 1)
    assert [host.locations for host in one.inventory.unreachable_hosts] == [("l4:443",)]
    assert [change.key.scope_id for change in one.changes.log] == [LAB[3].target.id]
