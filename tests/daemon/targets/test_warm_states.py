"""What a standby reads of the record: everything once, then what changed, and the rest at a takeover."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from monitor.assess import PathFinder
from monitor.daemon.targets.state_loader import StateLoader
from monitor.daemon.targets.warm_states import WarmStates
from monitor.model import Anchors, Target, TargetState
from monitor.pipeline import Judge
from monitor.store import Store
from support.factories.pipeline.world import ANCHORS, FakeClock, target
from support.pki import NOW

SECOND = timedelta(seconds=1)


@dataclass
class Record:
    """Keep what is recorded and which targets were read; ``meanwhile`` happens within each reading."""

    states: dict[str, TargetState] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def put(self, one: Target, second: int = 0) -> None:
        """Record a probe of a target."""
        self.states[one.id] = TargetState(one, probed_at=NOW + second * SECOND, failed_probes=second)

    async def probe_times(self) -> dict[str, int]:
        """Return what differs after each record."""
        return {name: int(one.probed_at.timestamp()) for name, one in self.states.items() if one.probed_at}

    async def load(
        self, targets: Sequence[Target]
    ) -> AsyncIterator[list[tuple[TargetState, Mapping[str, bytes]]]]:
        """Yield what is recorded, in the definition that is asked for."""
        self.read += [one.id for one in targets]
        yield [(replace(self.states[one.id], target=one), {}) for one in targets if one.id in self.states]
        self.meanwhile()


async def anchors(_: tuple[str, ...]) -> Anchors:
    """Return the one anchor."""
    return ANCHORS


def with_warm(act: Callable[[WarmStates, Record], Coroutine[Any, Any, None]]) -> None:
    """Run a test with what a standby knows of a record."""

    async def scenario() -> None:
        record = Record()
        loader = StateLoader(cast("Store", record), Judge(PathFinder()), anchors, FakeClock())
        await act(WarmStates(cast("Store", record), loader), record)

    asyncio.run(scenario())


def taken(states: Mapping[str, TargetState]) -> list[tuple[str, int]]:
    """Return each state's target and the second of its probe."""
    return [(name, one.failed_probes) for name, one in states.items()]


def test_only_what_changed_is_read_again() -> None:
    """Also where a clock that was set back recorded an earlier time."""

    async def act(warm: WarmStates, record: Record) -> None:
        targets = [target(number) for number in range(4)]
        for one in targets:
            record.put(one, 9)
        await warm.follow(targets)
        assert record.read == [one.id for one in targets]
        record.read.clear()
        await warm.follow(targets)
        assert record.read == []
        record.put(targets[2], 10)
        record.put(targets[3], 4)
        states = await warm.take(targets)
        assert record.read == [targets[2].id, targets[3].id]
        assert taken(states) == [
            (targets[0].id, 9),
            (targets[1].id, 9),
            (targets[2].id, 10),
            (targets[3].id, 4),
        ]

    with_warm(act)


def test_what_was_never_recorded_is_pending_and_what_is_new_is_read() -> None:
    """A target is there whatever the record says; one that is configured no more is not."""

    async def act(warm: WarmStates, record: Record) -> None:
        old, pending, changed, new = target(0), target(1), target(2), target(3)
        for one in (old, changed, new):
            record.put(one, 1)
        await warm.follow([old, pending, changed])
        assert record.read == [old.id, changed.id]
        record.read.clear()
        other = target(2, unreachable_after=7)
        states = await warm.take([new, other, pending])
        assert taken(states) == [(new.id, 1), (other.id, 1), (pending.id, 0)]
        assert states[other.id].target is other
        assert set(record.read) == {new.id, other.id}

    with_warm(act)


def test_a_takeover_does_not_wait_for_all_that_a_standby_reads() -> None:
    """It goes on where the standby was; nothing is read twice."""

    async def act(warm: WarmStates, record: Record) -> None:
        targets = [target(number) for number in range(1200)]
        for one in targets:
            record.put(one, 1)
        taking: list[asyncio.Task[Mapping[str, TargetState]]] = []

        def take() -> None:
            record.meanwhile = lambda: None
            taking.append(asyncio.create_task(warm.take(targets)))

        record.meanwhile = take
        await warm.follow(targets)
        assert len(record.read) < len(targets)
        assert len(await taking[0]) == len(targets)
        assert record.read == [one.id for one in targets]

    with_warm(act)


def test_nothing_is_read_after_a_takeover() -> None:
    """A reading that waited for it would load everything a second time, into the memory of a leader."""

    async def act(warm: WarmStates, record: Record) -> None:
        one = target(0)
        record.put(one, 1)
        _, states, _ = await asyncio.gather(warm.follow([one]), warm.take([one]), warm.follow([one]))
        assert taken(states) == [(one.id, 1)]
        assert (record.read, warm.states) == ([one.id], {})

    with_warm(act)


def test_what_is_recorded_while_it_is_read_is_read_once_more() -> None:
    """The time of the record was read before the record itself."""

    async def act(warm: WarmStates, record: Record) -> None:
        one = target(0)
        record.put(one, 1)
        record.meanwhile = lambda: record.put(one, 2)
        await warm.follow([one])
        record.meanwhile = lambda: None
        assert taken(await warm.take([one])) == [(one.id, 2)]

    with_warm(act)
