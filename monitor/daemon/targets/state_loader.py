"""Load recorded states onto the board: at start for every target, after a reload for those that changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from monitor.model import Anchors, Clock, Target, TargetState
from monitor.pipeline import Board, Judge
from monitor.store import Store

log = logging.getLogger(__name__)

SLICE = 50
"""How many targets are judged before others get the loop: some 10 ms."""

FRESH_SLICE = 5000
"""How many targets are compared with those on the board before others get the loop: some 20 ms."""

AnchorsFor = Callable[[tuple[str, ...]], Awaitable[Anchors]]


class StateLoader:
    """Load the recorded states of targets, judged as of now."""

    def __init__(self, store: Store, judge: Judge, anchors: AnchorsFor, clock: Clock) -> None:
        """Take the services."""
        self._store = store
        self._judge = judge
        self._anchors = anchors
        self._clock = clock

    async def load_onto(self, board: Board, targets: Sequence[Target]) -> None:
        """Put exactly these targets on the board.

        What is on the board already stays where neither target nor policy changed; a changed
        target is judged again from its last known certificates; a new one is loaded from the store.
        """
        known = board.snapshot.states
        kept, loaded = dict[str, TargetState](), dict[str, TargetState]()
        for begin in range(0, len(targets), FRESH_SLICE):
            for target in targets[begin : begin + FRESH_SLICE]:
                before = known.get(target.id)
                if before is not None and before.target == target:
                    kept[target.id] = before
                else:
                    loaded[target.id] = TargetState(target)
            await asyncio.sleep(0)
        await self.fill(loaded, [t for t in targets if t.id in loaded])
        states: dict[str, TargetState] = {}
        for begin in range(0, len(targets), FRESH_SLICE):
            for target in targets[begin : begin + FRESH_SLICE]:
                states[target.id] = kept.get(target.id) or loaded[target.id]
            await asyncio.sleep(0)
        # Those probed meanwhile once more: what the board shows was recorded before.
        newer = board.snapshot.states
        await self.fill(
            states, [t for t in targets if t.id in loaded and newer.get(t.id) is not known.get(t.id)]
        )
        # Probes went on meanwhile: what they learned about kept targets must not be undone.
        fresh = board.snapshot.states
        states.update((name, fresh[name]) for name in kept if name in fresh)
        board.replace(states.values())

    async def fill(self, states: dict[str, TargetState], targets: Sequence[Target]) -> None:
        """Put the recorded states of targets into ``states``; those never recorded are left out."""
        if not targets:
            return
        async for chunk in self._store.load(targets):
            for begin in range(0, len(chunk), SLICE):
                for state, ders in chunk[begin : begin + SLICE]:
                    states[state.target.id] = await self._judged(state, ders)
                await asyncio.sleep(0)

    async def _judged(self, state: TargetState, ders: Mapping[str, bytes]) -> TargetState:
        if not state.sightings and state.probed_at is None:
            return state
        try:
            anchors = await self._anchors(state.target.policy.trust)
            return self._judge.again(state, ders, anchors, self._clock.now())
        except Exception:
            # The start must not fail for one target; its next probe judges it again.
            log.exception("judging %s failed with a bug of cert-monitor", state.target.id)
            return state
