"""Each receiver is notified on its own: what one knows says nothing of another."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor import alerts
from monitor.alerts import Decision, DecisionInput
from monitor.model import ReceiverRecord, Severity, TargetState
from support.factories.alerts.world import (
    DAYS,
    NOW,
    STARTED,
    certificate,
    ending,
    failing,
    picture,
    seen,
    unreachable,
)

MONITOR = alerts.MonitorState(STARTED)
OLD, NEW = ReceiverRecord("old", inventory_at=STARTED), ReceiverRecord("new")


def decided(given: DecisionInput) -> tuple[Decision, DecisionInput]:
    """Return a decision, and what the next one is made from once everything is stored."""
    decision = alerts.decide(given)
    records = {**given.open_alerts, **{record.key: record for record in decision.alert_changes}}
    receivers = tuple(_after(given, before, decision) for before in given.receivers)
    still = {key: record for key, record in records.items() if record.resolved_at is None}
    return decision, replace(given, open_alerts=still, receivers=receivers)


def _after(given: DecisionInput, before: ReceiverRecord, decision: Decision) -> ReceiverRecord:
    (changes,) = (one.changes for one in decision.receivers if one.receiver == before.receiver)
    log = {**before.log, **{change.key: change.record for change in changes.log}}
    return replace(
        before,
        log={key: record for key, record in log.items() if record is not None},
        inventory_at=before.inventory_at or changes.inventory_at,
    )


def world(*states: TargetState, receivers: tuple[ReceiverRecord, ...] = (OLD, NEW)) -> DecisionInput:
    """Return the input of a decision about these targets; nothing is recorded yet."""
    return DecisionInput(picture(*states), {}, receivers, NOW, MONITOR)


def sent(decision: Decision) -> dict[str, tuple[list[str], bool]]:
    """Return the reasons of the items for each receiver, and whether it gets the inventory."""
    return {
        one.receiver: ([item.reason.value for item in one.items], one.inventory is not None)
        for one in decision.receivers
    }


def test_a_receiver_that_is_added_starts_with_the_inventory() -> None:
    """The one that was there before gets the notice, and neither gets anything twice."""
    first, given = decided(world(ending("a:443", certificate(1, 3), Severity.CRITICAL)))
    second, _ = decided(given)
    assert sent(first) == {"old": (["first"], False), "new": ([], True)}
    assert sent(second) == {"old": ([], False), "new": ([], False)}


def test_what_is_over_is_notified_to_those_who_know_of_it() -> None:
    """A receiver that was never notified of an alert does not hear that it is over."""
    _, given = decided(world(unreachable(seen("a:443", certificate(1))), receivers=(OLD,)))
    later = replace(given, snapshot=picture(seen("a:443", certificate(1))))
    later = replace(later, receivers=(*later.receivers, replace(NEW, inventory_at=NOW)))
    decision, _ = decided(later)
    assert sent(decision) == {"old": (["reachable_again"], False), "new": ([], False)}


def test_without_receivers_alerts_are_opened_and_closed() -> None:
    """Who only uses Prometheus has no receiver."""
    decision, given = decided(world(unreachable(seen("a:443", certificate(1))), receivers=()))
    (opened,) = decision.alert_changes
    assert (len(decision.groups), opened.resolved_at) == (1, None)
    later, _ = decided(replace(given, snapshot=picture(seen("a:443", certificate(1)))))
    (closed,) = later.alert_changes
    assert (later.groups, closed.resolved_at, closed.resolution) == ((), NOW, "reachable_again")


STATES = st.sampled_from(
    [
        seen("a:443", certificate(1)),
        ending("a:443", certificate(1, 20)),
        ending("a:443", certificate(1, 3), Severity.CRITICAL),
        ending("a:443", certificate(1, -1), Severity.CRITICAL),
        failing(seen("a:443", certificate(1)), 1),
        unreachable(seen("a:443", certificate(1))),
    ]
)


@given(st.lists(st.tuples(STATES, st.integers(0, 9)), max_size=8), st.sets(st.sampled_from(["old", "new"])))
def test_deciding_twice_notifies_nobody_twice(history: list[tuple[TargetState, int]], late: set[str]) -> None:
    """Whatever happened, whoever joined when: a second decision at the same instant sends nothing."""
    given = world(seen("a:443", certificate(1)))
    given = replace(
        given,
        receivers=tuple(
            replace(one, inventory_at=None) if one.receiver in late else one for one in given.receivers
        ),
    )
    for state, days in history:
        given = replace(given, snapshot=picture(state), now=given.now + days * DAYS)
        _, given = decided(given)
        again, given = decided(given)
        assert [one.receiver for one in again.receivers if one.items or one.inventory] == []
