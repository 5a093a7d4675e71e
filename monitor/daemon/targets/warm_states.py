"""What a standby knows of targets: recorded states, read before it leads and again where they changed.

A state counts as changed when its target was probed since, or is configured in another way; each record of a
target has another time of its probe. Who leads, and by which clock, does not matter for that.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter

from monitor.daemon.targets.state_loader import FRESH_SLICE, StateLoader
from monitor.logs import event
from monitor.model import Target, TargetState
from monitor.store import Store
from monitor.store.chunks import SIZE
from monitor.store.columns.types import storable

log = logging.getLogger(__name__)


class WarmStates:
    """The recorded states of the targets of a standby, judged; they are on no board yet."""

    def __init__(self, store: Store, loader: StateLoader) -> None:
        """Take the services; nothing is known yet."""
        self._store = store
        self._loader = loader
        self._states: dict[str, TargetState] = {}
        self._probed: dict[str, int] = {}
        self._reading = asyncio.Lock()
        self._taken = False
        self._complete = False

    @property
    def states(self) -> Mapping[str, TargetState]:
        """Return the states read so far."""
        return self._states

    async def follow(self, targets: Sequence[Target]) -> None:
        """Read what changed since the last call, until another task begins to ``take``."""
        async with self._reading:
            if self._taken:
                return
            began, number = perf_counter(), await self._read(targets, whole=False)
            if not self._complete and not self._taken:
                self._complete = True
                seconds = round(perf_counter() - began, 1)
                event(log, "what is recorded was read", targets=len(targets), read=number, seconds=seconds)

    async def take(self, targets: Sequence[Target]) -> Mapping[str, TargetState]:
        """Return the state of each of these targets as it is recorded now; from then on nothing is read."""
        self._taken = True
        async with self._reading:
            await self._read(targets, whole=True)
            known, self._states, self._probed = self._states, {}, {}
            return {target.id: known[target.id] for target in targets}

    async def _read(self, targets: Sequence[Target], *, whole: bool) -> int:
        """Return how many states were to be read; unless ``whole``, it ends when another task takes them."""
        probed = await self._store.probe_times()
        changed: list[Target] = []
        for some in _slices(targets, FRESH_SLICE):
            changed += [one for one in some if not self._is_known(one, probed.get(storable(one.id)))]
            await asyncio.sleep(0)
        for some in _slices(changed, SIZE):
            if self._taken and not whole:
                break
            await self._read_some(some, probed)
        if len(self._states) > len(targets):
            self._keep_only({one.id for one in targets})
        return len(changed)

    def _is_known(self, target: Target, probed_at: int | None) -> bool:
        known = self._states.get(target.id)
        return (
            known is not None
            and self._probed.get(target.id) == probed_at
            and (known.target is target or known.target == target)
        )

    async def _read_some(self, targets: Sequence[Target], probed: Mapping[str, int]) -> None:
        states = {one.id: TargetState(one) for one in targets}
        await self._loader.fill(states, [one for one in targets if storable(one.id) in probed])
        # What is read here may be newer than its time in ``probed``: then it is read once more.
        for target in targets:
            self._states[target.id] = states[target.id]
            if (at := probed.get(storable(target.id))) is None:
                self._probed.pop(target.id, None)
            else:
                self._probed[target.id] = at

    def _keep_only(self, ids: set[str]) -> None:
        self._states = {name: state for name, state in self._states.items() if name in ids}
        self._probed = {name: at for name, at in self._probed.items() if name in ids}


def _slices(targets: Sequence[Target], size: int) -> Iterator[Sequence[Target]]:
    for begin in range(0, len(targets), size):
        yield targets[begin : begin + size]
