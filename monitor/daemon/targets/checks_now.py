"""Targets that are checked at once because somebody asks; their results go the way of every probe."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from monitor.model import Batch, Clock, ProbeRequest, Target
from monitor.pipeline import Board, Pipeline

MOST_TARGETS = 1000
"""Targets of one request."""
MOST_REQUESTS = 4
"""Requests under way at once: they share sockets and the processor with the schedule."""
_ATTEMPTS = 40
_BETWEEN = 0.5
"""How often, and after how many seconds, a target that was busy is tried again."""
_WAIT = 15.0
"""Seconds after which a request is answered although its checks go on."""


AskAgents = Callable[[str, Collection[str]], str]


class ChecksNow:
    """Checks targets at once, a bounded number of them; the next alert pass follows when they are done."""

    def __init__(  # noqa: PLR0913 - all that takes part in it
        self,
        pipeline: Pipeline,
        board: Board,
        clock: Clock,
        done: Callable[[], None],
        *,
        by_workers: Collection[str] = (),
        missing_workers: Callable[[Target], str] = lambda _target: "",
        ask_agents: AskAgents | None = None,
    ) -> None:
        """Take the prober, the board, and the function that brings the next alert pass forward.

        The zones ``by_workers`` are probed as targets without a zone are; ``missing_workers`` returns why no
        worker probes one of these targets, if so. ``ask_agents`` has the agent of another zone check targets
        when it asks next; it returns why not, if so.
        """
        self._pipeline = pipeline
        self._board = board
        self._clock = clock
        self._done = done
        self._here = frozenset(("", *by_workers))
        self._missing_workers = missing_workers
        self._ask_agents = ask_agents
        self._running: set[asyncio.Task[None]] = set()

    async def check(self, target_ids: Collection[str]) -> str:
        """Check targets and return when they are done or it takes long; return why they are not, if so.

        Those in zones of agents follow later.
        """
        states = self._board.snapshot.states
        targets = [states[one].target for one in dict.fromkeys(target_ids) if one in states]
        here = [one for one in targets if one.zone in self._here]
        requests = tuple(one.request for one in here)
        # Who waits for workers in vain would take the place of others for an interval.
        problem = next(filter(None, map(self._missing_workers, here)), "") or self._asked_agents(
            [one for one in targets if one.zone not in self._here]
        )
        if problem or (targets and not requests):
            return problem
        if len(requests) > MOST_TARGETS:
            return f"{len(requests)} targets are too many to check at once; at most {MOST_TARGETS}"
        if len(self._running) >= MOST_REQUESTS:
            return "other checks are still running; try again in a minute"
        task = asyncio.create_task(self._check(requests))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.wait({task}, timeout=_WAIT)
        return ""

    def are_done(self, target_ids: Collection[str], asked_at: datetime) -> bool:
        """Return whether all targets were probed since an instant, as far as they are watched."""
        states = self._board.snapshot.states
        known = (states[one] for one in target_ids if one in states)
        return all(one.probed_at is not None and one.probed_at >= asked_at for one in known)

    def _asked_agents(self, targets: Sequence[Target]) -> str:
        by_zone: dict[str, list[str]] = {}
        for one in targets:
            by_zone.setdefault(one.zone, []).append(one.id)
        if self._ask_agents is None:
            return ""
        return "; ".join(filter(None, (self._ask_agents(zone, ids) for zone, ids in by_zone.items())))

    async def _check(self, requests: tuple[ProbeRequest, ...]) -> None:
        """Probe targets, those that the schedule is just probing once more after that."""
        asked_at, left = self._clock.now(), requests
        for _ in range(_ATTEMPTS):
            await self._pipeline.run(Batch("asked", timedelta(0), left))
            left = tuple(one for one in left if self._is_older(one, asked_at))
            if not left:
                break
            await asyncio.sleep(_BETWEEN)
        self._done()

    def _is_older(self, request: ProbeRequest, asked_at: datetime) -> bool:
        known = self._board.state(request)
        return known is not None and (known.probed_at is None or known.probed_at < asked_at)

    async def stop(self) -> None:
        """Stop running checks; finished probes are recorded."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
