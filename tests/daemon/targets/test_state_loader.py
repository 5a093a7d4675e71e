"""Bringing recorded knowledge back onto the board while probes go on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from monitor.assess import PathFinder
from monitor.daemon.targets import state_loader
from monitor.daemon.targets.state_loader import StateLoader
from monitor.model import Anchors, Target, TargetState
from monitor.pipeline import Board, Judge
from monitor.store import Store
from support.factories.pipeline.world import ANCHORS, FakeClock, target
from support.pki import NOW


@dataclass
class Record:
    """The recorded states; something may happen while they are read."""

    states: dict[str, TargetState] = field(default_factory=dict)
    meanwhile: Callable[[], None] = lambda: None

    async def load(
        self, targets: Sequence[Target]
    ) -> AsyncIterator[list[tuple[TargetState, Mapping[str, bytes]]]]:
        """Yield what is recorded, in the definition that is asked for."""
        known = [replace(self.states[one.id], target=one) for one in targets if one.id in self.states]
        self.meanwhile()
        yield [(state, {}) for state in known]


async def anchors(_: tuple[str, ...]) -> Anchors:
    """Return the one anchor."""
    return ANCHORS


def test_a_probe_that_finishes_while_its_target_is_read_again_is_not_undone() -> None:
    """A target whose policy changes keeps what a probe learned during the reload."""
    before, after = target(1), target(1, unreachable_after=7)
    old = TargetState(before, probed_at=NOW, failed_probes=1)
    board, record = Board(), Record({before.id: old})
    board.replace([old])

    def probe() -> None:
        record.meanwhile = lambda: None
        record.states[before.id] = replace(old, failed_probes=2)
        board.put([record.states[before.id]])

    record.meanwhile = probe
    loader = StateLoader(cast("Store", record), Judge(PathFinder()), anchors, FakeClock())
    asyncio.run(loader.load_onto(board, [after]))
    (state,) = board.snapshot
    assert (state.failed_probes, state.target.policy.unreachable_after) == (2, 7)


def test_others_get_the_loop_between_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list of new targets is put on the board in slices."""
    monkeypatch.setattr(state_loader, "FRESH_SLICE", 2)
    turns: list[None] = []

    async def scenario() -> Board:
        board = Board()
        loader = StateLoader(cast("Store", Record()), Judge(PathFinder()), anchors, FakeClock())

        async def others() -> None:
            while True:
                turns.append(None)
                await asyncio.sleep(0)

        other = asyncio.create_task(others())
        await loader.load_onto(board, [target(number) for number in range(10)])
        other.cancel()
        return board

    assert len(asyncio.run(scenario()).snapshot.states) == 10
    assert len(turns) >= 5
