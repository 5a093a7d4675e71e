"""Who is notified of an outage of the monitor: each once, those that relied on it, and of no short pause."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts import Escalation, NotifyReason, ReceiverRules, Route, Routing
from monitor.alerts.self_monitoring.outage import LONGEST_PAUSE, outage_since
from monitor.model import (
    AlertLevel,
    NotificationKind,
    Outage,
    ReceiverRecord,
    RecipientStatus,
    Severity,
    TargetState,
)
from monitor.pipeline.notifications import outgoing
from monitor.store import Store
from support.factories.alerts.passes import Passes
from support.factories.alerts.world import certificate, ending, picture, seen
from support.written import written

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BACK = Outage(AT - 30 * 24 * HOUR, AT)
FINE = seen("z:443", certificate(1, 200))
KNOWN = ReceiverRecord("a", inventory_at=AT - 60 * 24 * HOUR)


def notified(
    passes: Passes, now: datetime = AT + MINUTE, *states: TargetState, outage: Outage | None = BACK
) -> list[str]:
    """Return which receivers one pass notifies of the outage."""
    passes.outage = outage
    decided = passes.decide(picture(*(states or (FINE,))), now).receivers
    return [one.receiver for one in decided if one.outage is not None]


@pytest.mark.parametrize("away", [timedelta(0), MINUTE, LONGEST_PAUSE, -24 * HOUR])
def test_a_short_pause_is_none(away: timedelta) -> None:
    """Neither is a clock that reads earlier than before."""
    assert outage_since(AT, AT + away, None) is None


def test_a_longer_one_is() -> None:
    """From when it was last known to run until it ran again; another one begins anew."""
    back = AT + LONGEST_PAUSE + MINUTE
    assert outage_since(AT, back, None) == Outage(AT, back)
    assert outage_since(AT, back, Outage(AT - 9 * HOUR, AT - HOUR)) == Outage(AT, back)


def test_a_start_that_did_nothing_ends_none() -> None:
    """Killed before its first pass, and started again hours later, it was away all along."""
    assert outage_since(AT, AT + 5 * HOUR, Outage(AT - 9 * HOUR, AT)) == Outage(AT - 9 * HOUR, AT + 5 * HOUR)


def test_each_receiver_is_notified_once() -> None:
    """At the first pass, and of the next outage again."""
    passes = Passes({name: replace(KNOWN, receiver=name) for name in "ab"})
    assert notified(passes) == ["a", "b"]
    assert (notified(passes), notified(passes, AT + HOUR), notified(passes, AT + 24 * HOUR)) == ([], [], [])
    later = Outage(AT + 48 * HOUR, AT + 50 * HOUR)
    assert notified(passes, AT + 50 * HOUR, outage=later) == ["a", "b"]


def test_without_an_outage_nobody_is() -> None:
    """A restart is no news."""
    assert notified(Passes({"a": KNOWN}), outage=None) == []


@pytest.mark.parametrize(
    "known",
    [
        ReceiverRecord("a"),
        replace(KNOWN, inventory_at=AT + MINUTE),
        replace(KNOWN, outage_at=AT),
        replace(KNOWN, outage_at=AT + MINUTE),
    ],
)
def test_who_is_not_notified(known: ReceiverRecord) -> None:
    """Who had no inventory before it did not rely on the monitor; who was notified knows."""
    assert notified(Passes({"a": known})) == []


def test_a_new_receiver_is_not_notified_of_old_outages() -> None:
    """One that comes back into the configuration is not notified after a week."""
    assert notified(Passes({"a": KNOWN}), AT + 8 * 24 * HOUR) == []


def test_notified_under_a_clock_that_was_ahead() -> None:
    """What was recorded for a time that is still to come keeps no outage back."""
    assert notified(Passes({"a": replace(KNOWN, outage_at=AT + 999 * HOUR)})) == ["a"]


def test_an_outage_that_ends_in_the_future() -> None:
    """The clock was set back since: that was no outage."""
    assert notified(Passes({"a": KNOWN}), AT - 48 * HOUR) == []


def test_levels_and_escalation() -> None:
    """Those that hear of the worst alone are left alone, and those that hear of what nobody takes on."""
    rules = {"a": ReceiverRules(levels=frozenset({AlertLevel.CRITICAL, AlertLevel.EXPIRED}))}
    routing = Routing((Route(("b",), (), escalation=Escalation(HOUR, ("c",))),), ("a", "b"))
    receivers = {name: replace(KNOWN, receiver=name) for name in "abc"}
    assert notified(Passes(receivers, rules, routing)) == ["b"]


def test_not_before_the_retry() -> None:
    """While all is refused it waits."""
    passes = Passes({"a": replace(KNOWN, retry_at=AT + 10 * MINUTE)})
    assert [notified(passes, AT + n * MINUTE) for n in (1, 9, 10)] == [[], [], ["a"]]


def test_a_notification_of_its_own() -> None:
    """It goes first, beside what is reported in the same pass."""
    passes = Passes({"a": KNOWN})
    assert notified(passes, AT + MINUTE, ending("a:443", certificate(2, -1), Severity.CRITICAL)) == ["a"]
    changes, sent = outgoing(passes.last, {"a": ("a@vms.example",)}, AT + MINUTE)
    assert [one.kind for one in sent] == [NotificationKind.OUTAGE, NotificationKind.NOTICE]
    assert (sent[0].alerts, changes["a"].outage_at) == ((), AT + MINUTE)


def test_words() -> None:
    """From when to when, what that means, and what to look at if it is not so."""
    passes = Passes({"a": KNOWN})
    notified(passes)
    item = passes.last.receivers[0].outage
    assert item is not None
    assert (item.reason, item.level) == (NotifyReason.OUTAGE, None)
    assert [written(one, AT) for one in item.messages] == [
        "The monitor was not running from 24 Oct 2026 09:00 UTC to 23 Nov 2026 09:00 UTC",
        "It is running again. Nothing was checked in that time; what came due is reported now.",
        "If it was not away for so long, check its clock.",
    ]


def test_what_all_refuse_is_notified_again() -> None:
    """It is recorded with the pass that decides it, and forgotten when nobody accepts it."""

    async def run() -> list[datetime | None]:
        store = await Store.open("sqlite://", app_version="test")
        try:
            passes = Passes({"a": KNOWN})
            notified(passes)
            changes, (sent,) = outgoing(passes.last, {"a": ("a@vms.example",)}, AT + MINUTE)
            await store.notify((), changes, [sent], AT + MINUTE)
            before = (await store.receiver_record("a")).outage_at
            refused = replace(sent, recipients=(("a@vms.example", RecipientStatus.REFUSED),))
            await store.attempted(refused, AT + MINUTE)
            return [before, (await store.receiver_record("a")).outage_at]
        finally:
            await store.close()

    assert asyncio.run(run()) == [AT + MINUTE, None]
