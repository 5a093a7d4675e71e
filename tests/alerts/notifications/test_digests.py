"""What waits for a digest and what does not, and that nothing is lost or notified twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest

from monitor.alerts import Decision, Every, ReceiverRules, Schedule, next_digest_at
from monitor.model import (
    AlertKey,
    AlertRecord,
    FormerLeaf,
    ReceiverRecord,
    Severity,
    Silence,
    SilenceKind,
    TargetInfo,
    TargetState,
)
from support.factories.alerts.passes import Passes, in_digest, said
from support.factories.alerts.world import (
    DAYS,
    certificate,
    ending,
    picture,
    seen,
    target,
    unreachable,
)

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVERY_DAY = ReceiverRules(digest=Schedule(Every.DAILY, time(8), UTC))
HOUR = timedelta(hours=1)

Said = dict[str, list[tuple[str, str]]]


@dataclass
class Inbox:
    """One receiver with a digest at eight; what is decided is recorded."""

    rules: ReceiverRules = EVERY_DAY
    known: ReceiverRecord = ReceiverRecord("a", inventory_at=MONDAY)
    silences: tuple[Silence, ...] = ()
    passes: Passes = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing recorded."""
        self.passes = Passes({"a": self.known}, {"a": self.rules})

    def pass_(self, now: datetime, *states: TargetState) -> Said:
        """Return what one pass notifies at once and in the digest, as reasons and titles."""
        self.passes.silences = self.silences
        (mine,) = self.passes.decide(picture(*states), now).receivers
        self.known = self.passes.receivers["a"]
        found = {"now": said(mine.items), "digest": in_digest(mine)}
        return {name: items for name, items in found.items() if items}

    @property
    def last(self) -> Decision:
        """Return the last decision."""
        return self.passes.last

    @property
    def records(self) -> dict[AlertKey, AlertRecord]:
        """Return the open alerts as they are recorded."""
        return self.passes.records


def soon(where: str, severity: Severity = Severity.WARNING, *, low: bool = False) -> TargetState:
    """Return a target whose certificate expires soon."""
    shown = certificate(sum(where.encode()), 20)
    return ending(where, shown, severity, on=target(where, info=TargetInfo(low_impact=low)))


def renewed(where: str) -> TargetState:
    """Return the same target after its renewal."""
    old, new = certificate(sum(where.encode()), 20), certificate(9000 + sum(where.encode()), age=1)
    return seen(where, new, former_leaves=(FormerLeaf(where, old, new, 3),))


def at(day: int, hour: float = 8) -> datetime:
    """Return an instant so many days after that Monday."""
    return MONDAY.replace(hour=0) + day * DAYS + hour * HOUR


OTHER = seen("z:443", certificate(1))


def test_a_warning_waits_for_the_digest() -> None:
    """It comes at eight, once, and is repeated by its interval."""
    inbox = Inbox()
    passes = [at(0, 10), at(0, 23), at(1, 7.9), at(1), at(1, 9), at(2), at(7), at(8)]
    assert [inbox.pass_(now, soon("a:443")) for now in passes] == [
        {},
        {},
        {},
        {"digest": [("first", "a:443")]},
        {},
        {},
        {},
        {"digest": [("reminder", "a:443")]},
    ]


def test_what_is_critical_does_not_wait() -> None:
    """It is notified at once, whether it was a warning before or not."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    assert inbox.pass_(at(0, 11), soon("a:443", Severity.CRITICAL)) == {"now": [("first", "a:443")]}
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    inbox.pass_(at(1), soon("a:443"))
    assert inbox.pass_(at(1, 11), soon("a:443", Severity.CRITICAL)) == {"now": [("worse", "a:443")]}


def test_low_impact_waits() -> None:
    """A camera is notified in the digest, however bad it is."""
    inbox = Inbox()
    assert inbox.pass_(at(0, 10), soon("cam:443", Severity.CRITICAL, low=True)) == {}
    assert inbox.pass_(at(1), soon("cam:443", Severity.CRITICAL, low=True)) == {
        "digest": [("first", "cam:443")]
    }


def test_a_renewal_of_what_waited_waits() -> None:
    """The alert is off the board at once, and its renewal is notified in the next digest, once."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    inbox.pass_(at(1), soon("a:443"))
    assert inbox.pass_(at(1, 10), renewed("a:443")) == {}
    assert inbox.last.groups == ()
    assert inbox.pass_(at(1, 11), renewed("a:443")) == {}
    assert inbox.pass_(at(2), renewed("a:443")) == {"digest": [("renewed", "a:443")]}
    assert (inbox.pass_(at(3), renewed("a:443")), inbox.records) == ({}, {})


def test_a_renewal_of_what_was_notified_at_once_does_not_wait() -> None:
    """Whoever was woken is notified that it is over."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443", Severity.CRITICAL))
    assert inbox.pass_(at(0, 11), renewed("a:443")) == {"now": [("renewed", "a:443")]}
    assert inbox.pass_(at(1), renewed("a:443")) == {}


def test_what_came_and_went_between_two_digests() -> None:
    """Nobody was notified, and nobody needs to be."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    assert inbox.pass_(at(0, 11), renewed("a:443")) == {}
    assert (inbox.pass_(at(1), renewed("a:443")), inbox.records) == ({}, {})


def test_what_comes_back_before_the_digest() -> None:
    """It is the same alert as before: neither its end nor its return is notified."""
    inbox = Inbox()
    bad = unreachable(soon("a:443"))
    inbox.pass_(at(0, 10), bad, *many())
    inbox.pass_(at(1), bad, *many())
    inbox.pass_(at(1, 10), soon("a:443"), *many())
    assert inbox.pass_(at(1, 11), bad, *many()) == {}
    assert inbox.pass_(at(2), bad, *many()) == {}


def many() -> Iterable[TargetState]:
    """Return enough good targets, so that one that is unreachable is not the network."""
    return [seen(f"h{number}:443", certificate(100 + number)) for number in range(9)]


def test_a_digest_that_was_missed_comes_once() -> None:
    """After days without the monitor there is one digest, with all of it."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    assert inbox.pass_(at(4, 3), soon("a:443"), soon("b:443")) == {
        "digest": [("first", "a:443"), ("first", "b:443")]
    }
    assert inbox.pass_(at(4), soon("a:443"), soon("b:443")) == {}


def test_a_digest_that_all_refuse_comes_with_the_retry() -> None:
    """A pass before the retry does not take its place; a later pass on that day brings no second one."""
    inbox = Inbox()
    assert inbox.pass_(at(1), soon("a:443")) == {"digest": [("first", "a:443")]}
    notified, retry_at = inbox.passes.receivers["a"], at(1) + HOUR / 6
    log = {key: replace(one, refused_at=at(1)) for key, one in notified.log.items()}
    inbox.passes.receivers["a"] = replace(notified, log=log, digest_at=None, retry_at=retry_at)
    assert inbox.pass_(at(1, 8.1), soon("a:443")) == {}
    assert inbox.pass_(retry_at, soon("a:443")) == {"digest": [("first", "a:443")]}
    assert [inbox.pass_(at(1, hour), soon("a:443")) for hour in (9, 20)] == [{}, {}]


def test_one_digest_a_day() -> None:
    """What is new after a digest that was late waits for the next day."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    assert inbox.pass_(at(4, 7.9), soon("a:443")) == {"digest": [("first", "a:443")]}
    assert inbox.pass_(at(4), soon("a:443"), soon("b:443")) == {}
    assert inbox.pass_(at(5), soon("a:443"), soon("b:443")) == {"digest": [("first", "b:443")]}


def test_late_digest_with_nothing_to_say_puts_none_off() -> None:
    """That of the same day comes at its time."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), OTHER)
    assert inbox.pass_(at(4, 7.9), OTHER) == {}
    assert inbox.pass_(at(4), soon("b:443")) == {"digest": [("first", "b:443")]}


def test_nothing_to_say() -> None:
    """A digest without anything new, due or over is not sent, though alerts are open."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    inbox.pass_(at(1), soon("a:443"))
    assert inbox.pass_(at(2), soon("a:443")) == {}
    assert inbox.known.digest_at == at(2)


def test_both_at_once() -> None:
    """What is urgent when the digest is due is a notification of its own, and not in the digest."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), OTHER)
    assert inbox.pass_(at(1), soon("a:443"), soon("b:443", Severity.CRITICAL)) == {
        "now": [("first", "b:443")],
        "digest": [("first", "a:443")],
    }


def test_the_inventory_counts_as_notified() -> None:
    """What it named is in no digest; its warnings are over in the digest, its critical ones at once."""
    inbox = Inbox(known=ReceiverRecord("a"))
    inbox.pass_(at(0, 10), soon("a:443"), soon("b:443", Severity.CRITICAL))
    assert inbox.last.receivers[0].inventory is not None
    assert inbox.pass_(at(0, 11), renewed("a:443"), renewed("b:443")) == {"now": [("renewed", "b:443")]}
    assert inbox.pass_(at(1), renewed("a:443"), renewed("b:443")) == {"digest": [("renewed", "a:443")]}


def test_acknowledged_alerts_are_listed() -> None:
    """Those who read the digest see who takes care of what, and until when."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    inbox.pass_(at(1), soon("a:443"))
    group = inbox.last.groups[0]
    inbox.silences = (
        Silence("s", SilenceKind.ACKNOWLEDGE, at(1), at(9), "", "ana", alert_id=group.id, level=group.level),
    )
    assert inbox.pass_(at(2), soon("a:443"), soon("b:443")) == {"digest": [("first", "b:443")]}
    digest = inbox.last.receivers[0].digest
    assert digest is not None
    assert [(one.item.title, one.item.alert_id, one.by, one.until) for one in digest.acknowledged] == [
        ("a:443", group.id, "ana", at(9))
    ]


def test_a_released_warning_is_in_the_next_digest() -> None:
    """The end of an acknowledgement is notified with the next digest when the alert is a warning."""
    inbox = Inbox()
    inbox.pass_(at(0, 10), soon("a:443"))
    inbox.pass_(at(1), soon("a:443"))
    group = inbox.last.groups[0]
    inbox.silences = (
        Silence(
            "s", SilenceKind.ACKNOWLEDGE, at(1), at(2, 12), "", "ana", alert_id=group.id, level=group.level
        ),
    )
    inbox.pass_(at(2), soon("a:443"))
    assert inbox.pass_(at(2, 12), soon("a:443")) == {}
    inbox.silences = ()
    assert inbox.pass_(at(3), soon("a:443")) == {"digest": [("reminder", "a:443")]}


def test_expired_is_repeated_daily_then_weekly() -> None:
    """Daily for the first week, then once a week, at once as it was notified."""
    inbox, shown = Inbox(), certificate(5, 0)
    found = []
    for day in range(30):
        state = ending("a:443", replace(shown, not_after=at(0, 11)), Severity.CRITICAL)
        if inbox.pass_(at(day, 12), state):
            found.append(day)
    assert found == [0, 1, 2, 3, 4, 5, 6, 13, 20, 27]


def test_reminded_with_the_digest_through_the_first_week() -> None:
    """Whether it expired a week ago is asked of now, not of the time for which reminders come along."""
    inbox, shown = Inbox(), certificate(5, 0)
    state = ending("a:443", replace(shown, not_after=at(0, 14)), Severity.CRITICAL)
    inbox.pass_(at(0, 14), state)
    days = range(1, 23)
    assert [day for day in days if inbox.pass_(at(day), state)] == [1, 2, 3, 4, 5, 6, 7, 14, 21]


def test_a_reminder_that_waits_hurries_none() -> None:
    """A camera whose reminder waits for Monday brings nothing along that is notified at once."""
    workdays = ReceiverRules(digest=Schedule(Every.WORKDAY, time(8), UTC))
    inbox = Inbox(workdays, ReceiverRecord("a", inventory_at=at(3, 12)))
    camera, server = soon("cam:443", Severity.CRITICAL, low=True), soon("a:443", Severity.CRITICAL)
    assert inbox.pass_(at(4), camera, server) == {
        "now": [("first", "a:443")],
        "digest": [("first", "cam:443")],
    }
    notified = [hour for hour in range(24, 3 * 24) if inbox.pass_(at(4, 8 + hour), camera, server)]
    assert notified == [24, 48]


@pytest.mark.parametrize("rules", [ReceiverRules()])
def test_without_a_digest_all_is_notified_at_once(rules: ReceiverRules) -> None:
    """``every: off``."""
    inbox = Inbox(rules)
    assert inbox.pass_(at(0, 10), soon("a:443")) == {"now": [("first", "a:443")]}
    assert inbox.pass_(at(0, 11), renewed("a:443")) == {"now": [("renewed", "a:443")]}


def test_when_the_next_one_is_due() -> None:
    """After one that was late, and after the inventory, it is that of the next day with digests."""
    daily, monday = Schedule(Every.DAILY, time(8), UTC), datetime(2026, 11, 23, 3, tzinfo=UTC)
    notified = ReceiverRecord("a", inventory_at=monday - timedelta(days=9))
    late = replace(notified, digest_at=monday)
    assert next_digest_at(daily, notified, monday) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert next_digest_at(daily, late, monday) == datetime(2026, 11, 24, 8, tzinfo=UTC)
