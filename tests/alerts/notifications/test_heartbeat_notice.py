"""When each receiver is notified that the monitor is alive, and that all is well only when it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts import Every, ReceiverDecision, ReceiverRules, Route, Routing, Schedule
from monitor.alerts.digest import Digest, Heartbeat
from monitor.alerts.payload import from_json, to_json
from monitor.model import (
    Matcher,
    ReceiverChanges,
    ReceiverRecord,
    Severity,
    Silence,
    SilenceKind,
    TargetState,
)
from monitor.pipeline.notifications import outgoing
from monitor.store import Store
from support.factories.alerts.passes import Passes
from support.factories.alerts.world import DAYS, certificate, ending, picture, seen

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FINE = seen("z:443", certificate(1, 200))


def weekly(zone: tzinfo = UTC, days: int = 7) -> Schedule:
    """Return the schedule of a heartbeat at eight."""
    return Schedule(days, time(8), zone)


def at(day: int, hour: float = 8) -> datetime:
    """Return an instant so many days after that Monday."""
    return MONDAY.replace(hour=0) + day * DAYS + hour * HOUR


def soon(where: str = "a:443") -> TargetState:
    """Return a target whose certificate expires soon."""
    return ending(where, certificate(7, 20), Severity.WARNING)


@dataclass
class Inbox:
    """One receiver that is sent heartbeats; what is decided is recorded."""

    rules: ReceiverRules = ReceiverRules(heartbeat=weekly())
    known: ReceiverRecord = ReceiverRecord("a", inventory_at=MONDAY)
    passes: Passes = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing recorded."""
        self.passes = Passes({"a": self.known}, {"a": self.rules})

    def pass_(self, now: datetime, *states: TargetState) -> ReceiverDecision:
        """Return what one pass decides."""
        (mine,) = self.passes.decide(picture(*(states or (FINE,))), now).receivers
        return mine

    def sent(self, *instants: datetime) -> list[datetime]:
        """Return at which of these instants a heartbeat is sent."""
        return [now for now in instants if self.pass_(now).heartbeat is not None]


def test_mondays_at_eight() -> None:
    """Once a week, from the Monday after the inventory."""
    passes = [at(day, hour) for day in range(22) for hour in (7.9, 8, 8.1, 20)]
    assert Inbox().sent(*[now for now in passes if now >= MONDAY]) == [at(7), at(14), at(21)]


def test_in_the_time_zone_of_the_receiver() -> None:
    """Each change of daylight saving moves it in universal time, and it comes once."""
    zone = ZoneInfo("Europe/Lisbon")
    spring = datetime(2027, 3, 15, 12, tzinfo=UTC)
    known = ReceiverRecord("a", inventory_at=spring)
    inbox = Inbox(ReceiverRules(heartbeat=weekly(zone)), known)
    found = inbox.sent(*[spring + number * HOUR / 2 for number in range(3 * 7 * 48)])
    assert [f"{one:%m-%d %H:%M}" for one in found] == ["03-22 08:00", "03-29 07:00", "04-05 07:00"]


@pytest.mark.parametrize(("days", "expected"), [(1, [1, 2, 3, 4]), (2, [2, 4]), (14, [])])
def test_other_intervals(days: int, expected: list[int]) -> None:
    """They are whole days, counted from a Monday, the same at every start."""
    inbox = Inbox(ReceiverRules(heartbeat=weekly(days=days)))
    assert inbox.sent(*[at(day) for day in range(1, 5)]) == [at(day) for day in expected]


def test_fortnight() -> None:
    """Every other Monday."""
    inbox = Inbox(ReceiverRules(heartbeat=weekly(days=14)))
    assert len(inbox.sent(*[at(day) for day in range(1, 43)])) == 3


def test_what_was_missed_comes_once() -> None:
    """After weeks away there is one at once, and the next one on its Monday."""
    assert Inbox().sent(at(24, 15), at(24, 16), at(25), at(27), at(28)) == [at(24, 15), at(28)]


def test_before_the_inventory_there_is_none() -> None:
    """Nothing is known yet."""
    inbox = Inbox(known=ReceiverRecord("a"))
    decided = inbox.pass_(at(7), replace(FINE, probed_at=None))
    assert (decided.heartbeat, decided.changes.heartbeat_at) == (None, None)


def test_without_the_setting_there_is_none() -> None:
    """A receiver that is not named is left alone."""
    assert Inbox(ReceiverRules()).sent(*[at(day) for day in range(15)]) == []


def test_in_a_clock_that_was_set_back() -> None:
    """One that was sent under a clock that was ahead does not keep the others away."""
    inbox = Inbox(known=ReceiverRecord("a", inventory_at=MONDAY, heartbeat_at=at(700)))
    assert inbox.sent(at(3), at(4), at(7)) == [at(3), at(7)]


def test_inside_the_digest() -> None:
    """Where a digest is due, the heartbeat is in it and there is no second notification."""
    inbox = Inbox(ReceiverRules(digest=Schedule(Every.DAILY, time(8), UTC), heartbeat=weekly()))
    decided = inbox.pass_(at(7), soon())
    assert decided.heartbeat is None
    assert decided.digest is not None
    assert decided.digest.heartbeat is not None
    assert [len(decided.digest.new), decided.digest.heartbeat.open] == [1, 1]
    assert inbox.sent(at(7, 9), at(8)) == []


def test_alone_where_the_digest_has_nothing_to_say() -> None:
    """It is due all the same."""
    inbox = Inbox(ReceiverRules(digest=Schedule(Every.DAILY, time(8), UTC), heartbeat=weekly()))
    decided = inbox.pass_(at(7))
    assert (decided.digest, decided.heartbeat is not None) == (None, True)
    assert decided.changes.digest_at == decided.changes.heartbeat_at == at(7)


def heartbeat(*states: TargetState, silences: Sequence[Silence] = ()) -> Heartbeat:
    """Return what a heartbeat says of these targets."""
    inbox = Inbox()
    inbox.passes.silences = tuple(silences)
    inbox.pass_(at(6), *states)
    found = inbox.pass_(at(7), *states).heartbeat
    assert found is not None
    return found


def test_counts_and_dates() -> None:
    """A certificate at two ports is one; what has expired is not what expires next."""
    shared = certificate(3, 100)
    expired = ending("c:443", certificate(4, -5), Severity.CRITICAL)
    said = heartbeat(seen("a:443", shared), seen("b:443", shared), FINE, expired)
    assert (said.targets, said.certificates, said.next_at) == (4, 3, at(14))
    assert said.first is not None
    assert (said.first.location, said.first.expires_at) == ("a:443", shared.not_after)


def test_all_is_well_only_when_it_is() -> None:
    """An open alert is counted, whoever is notified of it."""
    assert (heartbeat().all_is_well, heartbeat(FINE, soon()).all_is_well) == (True, False)
    assert heartbeat(FINE, soon()).open == 1


def test_who_took_it_on() -> None:
    """What is acknowledged is not open, but not well either; what is silenced is left out."""
    inbox = Inbox()
    (group,) = inbox.passes.decide(picture(soon()), at(6)).groups
    taken = Silence(
        "1", SilenceKind.ACKNOWLEDGE, at(0), at(60), "", "Ana", alert_id=group.id, certificate="", level=None
    )
    said = heartbeat(soon(), silences=[replace(taken, level=group.level, certificate=certificate(7).sha256)])
    assert (said.open, said.acknowledged, said.all_is_well) == (0, 1, False)
    quiet = Silence("1", SilenceKind.SILENCE, at(0), at(60), "", "Ana")
    assert heartbeat(soon(), silences=[quiet]).all_is_well


@pytest.mark.parametrize("first", [True, False])
def test_it_is_read_back_equal(*, first: bool) -> None:
    """Alone and in a digest, with and without a certificate that expires next."""
    said = heartbeat()
    said = said if first else replace(said, first=None)
    assert from_json(to_json(said)) == said
    assert from_json(to_json(Digest(heartbeat=said))) == Digest(heartbeat=said)


def stored(*, in_digest: bool) -> list[datetime | None]:
    """Return what is recorded after a heartbeat was decided, and after all recipients refused it."""

    async def run() -> list[datetime | None]:
        store = await Store.open("sqlite://", app_version="test")
        try:
            inbox = Inbox(
                ReceiverRules(
                    digest=Schedule(Every.DAILY, time(8), UTC) if in_digest else None, heartbeat=weekly()
                )
            )
            decision = inbox.passes.decide(picture(soon()), at(7))
            if not in_digest:
                decision = replace(decision, receivers=(replace(decision.receivers[0], items=()),))
            changes, (sent,) = outgoing(decision, {"a": ("a@vms.example",)}, at(7))
            changes = {"a": replace(changes["a"], inventory_at=MONDAY)}
            await store.notify(decision.alert_changes, changes, [sent], at(7))
            before = (await store.receiver_record("a")).heartbeat_at
            refused = replace(sent, recipients=(("a@vms.example", "refused"),))  # type: ignore[arg-type]
            await store.attempted(refused, at(7))
            after = await store.receiver_record("a")
            return [before, after.heartbeat_at, after.digest_at, after.inventory_at]
        finally:
            await store.close()

    return asyncio.run(run())


@pytest.mark.parametrize("in_digest", [True, False])
def test_what_all_refuse_is_due_again(*, in_digest: bool) -> None:
    """Alone or in a digest, it comes with the retry."""
    assert stored(in_digest=in_digest) == [at(7), None, None, MONDAY]


def test_not_before_the_retry() -> None:
    """While a retry waits there is no heartbeat; then there is."""
    known = ReceiverRecord("a", inventory_at=MONDAY, retry_at=at(7, 8.2))
    assert Inbox(known=known).sent(at(7), at(7, 8.1), at(7, 8.2)) == [at(7, 8.2)]


def test_no_change_without_one() -> None:
    """A pass without a heartbeat changes nothing in the record."""
    assert Inbox().pass_(at(3)).changes == ReceiverChanges()


def test_about_the_receivers_own_targets() -> None:
    """With routes it counts what the receiver would be notified of, as its inventory does."""
    inbox = Inbox()
    mine, theirs = (
        replace(one, target=replace(one.target, labels=(("site", name),)))
        for one, name in (
            (soon("a:443"), "harbor"),
            (ending("b:443", certificate(8, 5), Severity.CRITICAL), "plant"),
        )
    )
    routes = tuple(
        Route((name,), (Matcher("site", (site,)),)) for name, site in (("a", "harbor"), ("b", "plant"))
    )
    inbox.passes.routing = Routing(routes, ("a",))
    said = inbox.pass_(at(7), mine, theirs, FINE).heartbeat
    assert said is not None
    assert (said.targets, said.certificates, said.open) == (2, 2, 1)
