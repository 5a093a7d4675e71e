"""The alert pass: what it decides is on the board, in the store and in the outbox."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from monitor.alerts.clock_jump import NO_DOUBTS
from monitor.assess import PathFinder
from monitor.errors import StoreFault, StoreUnusableError
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    Anchors,
    Finding,
    Message,
    Notification,
    ProbeRequest,
    ProbeResult,
    ReceiverChanges,
    ReceiverRecord,
    Silence,
    Snapshot,
    Target,
)
from monitor.parse import parse_certificate
from monitor.pipeline import Judge, alert_pass
from monitor.pipeline.alert_changes import AlertChange, ChangeKind
from monitor.pipeline.alert_pass import AlertPass
from support.factories.pipeline.world import (
    ANCHORS,
    LEAF,
    ROOT,
    Shows,
    World,
    batch,
    showing,
    target,
)
from support.pki import NOW, days, leaf

SHORT = leaf("short.vms.example", ROOT, end=days(200))


@dataclass
class FakeMemory:
    """Remember alerts, what the receiver was notified, notifications and facts as the store would."""

    alerts: dict[AlertKey, AlertRecord] = field(default_factory=dict)
    receiver: ReceiverRecord = ReceiverRecord("email")
    waiting: list[Notification] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    bytes_asked_for: list[str] = field(default_factory=list)
    fault: Message | None = None
    broken: bool = False

    async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
        """Return the one certificate there is."""
        self.bytes_asked_for += fingerprints
        return {parse_certificate(LEAF.der).sha256: LEAF.der}

    async def open_alerts(self) -> Mapping[AlertKey, AlertRecord]:
        """Return the alerts that are not over."""
        if self.broken:
            raise StoreUnusableError("it does not answer", StoreFault.UNREACHABLE)
        return {key: record for key, record in self.alerts.items() if record.resolved_at is None}

    async def receiver_record(self, receiver: str) -> ReceiverRecord:
        """Return what the one receiver was notified."""
        assert receiver == self.receiver.receiver
        return self.receiver

    async def notify(
        self,
        alerts: Sequence[AlertRecord],
        receivers: Mapping[str, ReceiverChanges],
        notifications: Sequence[Notification],
        now: datetime,
    ) -> None:
        """Remember one pass."""
        self.alerts |= {record.key: record for record in alerts}
        for change in receivers.values():
            log = {**self.receiver.log, **{one.key: one.record for one in change.log}}
            self.receiver = replace(
                self.receiver,
                log={key: record for key, record in log.items() if record is not None},
                inventory_at=self.receiver.inventory_at or change.inventory_at,
            )
        self.waiting += notifications

    async def withdraw(self, receivers: Collection[str], before: datetime, now: datetime) -> int:
        """Have nothing that waits for long."""
        return 0

    async def silences(self) -> Sequence[Silence]:
        """Return none."""
        return ()

    async def put_silences(self, changed: Sequence[Silence]) -> None:
        """Remember none."""

    async def fact(self, key: str) -> str | None:
        """Return one fact."""
        return self.facts.get(key)

    async def set_facts(self, facts: Mapping[str, str]) -> None:
        """Remember facts."""
        self.facts.update(facts)


ADMINS = {"email": ("admins@vms.example",)}


def passing(world: World, memory: FakeMemory, now: datetime, *, mail: bool = True) -> bool:
    """Do one alert pass."""

    async def anchors(_: tuple[str, ...]) -> Anchors:
        return ANCHORS

    alerting = AlertPass(world.board, Judge(PathFinder()), anchors, memory)
    return asyncio.run(alerting.run(now, ADMINS if mail else {}, notify_all_renewals=False))


def probed(*targets: Target) -> World:
    """Return a world in which every target was probed once."""
    world = World(Shows())
    asyncio.run(world.pipeline(targets).run(batch(*targets)))
    return world


def test_a_pass_reports_the_inventory_once() -> None:
    """A second pass at the same instant reports nothing."""
    world, memory = probed(target(1)), FakeMemory()
    assert [passing(world, memory, NOW), passing(world, memory, NOW)] == [True, False]
    assert len(memory.waiting) == 1


def test_a_pass_judges_again_what_time_has_changed() -> None:
    """A certificate that crosses its margin between two probes is critical after the pass."""
    world, memory = probed(target(1, unreachable_after=1000)), FakeMemory()
    passing(world, memory, NOW)
    before = world.board.snapshot.states[target(1).id].severity
    passing(world, memory, days(299))
    after = world.board.snapshot.states[target(1).id].severity
    assert (before, after) == ("ok", "critical")
    assert memory.bytes_asked_for == []
    passing(world, memory, days(301))
    assert memory.bytes_asked_for == [parse_certificate(LEAF.der).sha256]


def test_alerts_exist_without_any_receiver() -> None:
    """They are on the board and recorded; mail that is configured later starts with the inventory."""
    world, memory = probed(target(1, unreachable_after=1000)), FakeMemory()
    assert passing(world, memory, days(301), mail=False) is False
    assert world.board.snapshot.alerts[0].level == "expired"
    assert {group.id for group in world.board.snapshot.alerts} <= {key.id for key in memory.alerts}
    assert (memory.receiver, memory.waiting) == (ReceiverRecord("email"), [])
    assert passing(world, memory, days(301)) is True
    assert memory.receiver.inventory_at == days(301)


def test_alert_leaves_the_board_when_it_is_over() -> None:
    """Without any receiver a resolved alert is off the board and recorded as over."""
    world, memory = probed(target(1, unreachable_after=1000)), FakeMemory()
    passing(world, memory, days(301), mail=False)
    world.board.replace([])
    passing(world, memory, days(302), mail=False)
    assert world.board.snapshot.alerts == ()
    assert {(record.resolved_at, record.resolution) for record in memory.alerts.values()} == {
        (days(302), "gone")
    }


def test_a_probe_that_finishes_during_a_pass_is_not_undone() -> None:
    """What a pass judged from older knowledge gives way to a newer probe."""
    one = target(1, unreachable_after=1000)
    world = probed(one)
    newer = replace(world.board.snapshot.states[one.id], failed_probes=7)

    class Late(FakeMemory):
        async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
            world.board.put([newer])
            return await super().ders(fingerprints)

    passing(world, Late(), days(301))
    assert world.board.snapshot.states[one.id].failed_probes == 7


def test_a_store_that_does_not_answer_keeps_only_those_from_being_judged_that_need_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The path of one target holds no more; the margin of another one and what both share are judged."""
    short, other = target(1, unreachable_after=1000), target(2, unreachable_after=1000)

    class Two(Shows):
        async def probe(self, request: ProbeRequest) -> ProbeResult:
            return showing(request, SHORT.der if request.target_id == short.id else LEAF.der)

    class Away(FakeMemory):
        async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
            raise StoreUnusableError("it does not answer", StoreFault.UNREACHABLE)

    world, correlated = World(Two()), list[datetime]()
    asyncio.run(world.pipeline((short, other)).run(batch(short, other)))

    def noted(_snapshot: Snapshot, now: datetime) -> Mapping[str, tuple[Finding, ...]]:
        correlated.append(now)
        return {}

    monkeypatch.setattr(alert_pass, "correlate", noted)

    async def anchors(_: tuple[str, ...]) -> Anchors:
        return ANCHORS

    async def scenario() -> None:
        alerting = AlertPass(world.board, Judge(PathFinder()), anchors, Away())
        with pytest.raises(StoreUnusableError):
            await alerting.run(days(299), ADMINS, notify_all_renewals=False)
        await alerting.show(days(299), NO_DOUBTS, ())

    asyncio.run(scenario())
    assert world.board.snapshot.states[other.id].severity == "critical"
    assert correlated == [days(299)]


def test_alerts_are_shown_while_the_store_does_not_work() -> None:
    """Since when they are there; they are new, and notified, once they can be recorded."""
    world, memory, noted = probed(target(1, unreachable_after=1000)), FakeMemory(), list[AlertChange]()

    async def anchors(_: tuple[str, ...]) -> Anchors:
        return ANCHORS

    async def scenario() -> None:
        alerting = AlertPass(world.board, Judge(PathFinder()), anchors, memory, noted.extend)
        await alerting.run(NOW, ADMINS, notify_all_renewals=False)
        memory.broken = True
        for day in (299, 299.5):
            with pytest.raises(StoreUnusableError):
                await alerting.run(days(day), ADMINS, notify_all_renewals=False)
            await alerting.show(days(day), NO_DOUBTS, ())
            expiry, _ = world.board.snapshot.alerts
            assert (expiry.level, expiry.since) == (AlertLevel.CRITICAL, days(299))
        assert (len(memory.waiting), noted) == (1, [])
        memory.broken = False
        await alerting.run(days(299.6), ADMINS, notify_all_renewals=False)
        assert (len(memory.waiting), [one.kind for one in noted]) == (2, [ChangeKind.OPENED] * 2)

    asyncio.run(scenario())
