"""Renewal days while work goes on: their ports are probed often, and every change is stored and logged.

The extra probes go the way of every probe, but what does not answer is dropped: a service that restarts is
not unreachable. Nothing but endpoints is probed, so no login is ever tried.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger

from monitor.logs import event
from monitor.messages import english
from monitor.model import (
    Batch,
    Clock,
    DayEvent,
    DayEventKind,
    Message,
    ProbeRequest,
    RenewalDay,
)
from monitor.pipeline import Board, Pipeline
from monitor.planning.renewal_day import DayAction, DayChange, act, observe, texts
from monitor.probing import Answer
from monitor.store import Store
from monitor.web.services.renewal_days import SilentPort

log = getLogger(__name__)

PROBE_EVERY = 15.0
"""Seconds between two probes of the ports that are being switched."""

MOST_PORTS = 500
"""Ports of one round; of more, the next ones follow in the next round."""

_ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class RenewalServices:
    """The services of renewal days; ``decide_again`` brings the next alert pass forward."""

    store: Store
    board: Board
    pipeline: Pipeline
    clock: Clock
    decide_again: Callable[[], None]


class RenewalDays:
    """The days that are not over; there is one for a site at most."""

    def __init__(self, services: RenewalServices) -> None:
        """Take the services; ``resume`` loads the stored days."""
        self._services = services
        self._days: dict[str, RenewalDay] = {}
        self._silent: dict[str, SilentPort] = {}
        self._changing = asyncio.Lock()
        self._next = 0

    async def resume(self) -> None:
        """Continue the renewal days of before a restart."""
        stored = await self._services.store.renewal_days(ended=False)
        self._days = {day.id: day for day in stored}

    def open(self) -> Sequence[RenewalDay]:
        """Return the days that are not over."""
        return tuple(self._days.values())

    def silent(self) -> Mapping[str, SilentPort]:
        """Return the ports that did not answer the last extra probe, by target id."""
        return dict(self._silent)

    def working_targets(self) -> frozenset[str]:
        """Return the ids of the targets on whose servers work goes on."""
        return frozenset(one for day in self._days.values() if day.working for one in day.targets)

    async def recent(self) -> Sequence[RenewalDay]:
        """Return the days that were started last, the newest first."""
        return await self._services.store.renewal_days()

    async def record(self, day_id: str) -> tuple[RenewalDay, Sequence[DayEvent]] | None:
        """Return a day with all that happened, ``None`` where there is none."""
        return await self._services.store.renewal_day(day_id)

    async def start(self, day: RenewalDay) -> Message | None:
        """Begin to work on a plan; return why not, if so."""
        async with self._changing:
            if any(one.site.casefold() == day.site.casefold() for one in self._days.values()):
                return texts.GOES_ON
            began = DayEvent(day.started_at, DayEventKind.STARTED, texts.STARTED, by=day.started_by)
            await self._keep(None, DayChange(day, (began,)))
        return None

    async def act(self, day_id: str, action: DayAction, *, by: str) -> Message | None:
        """Do something on a day; return why not, if so."""
        async with self._changing:
            day = self._days.get(day_id)
            if day is None:
                return texts.IS_OVER
            made = act(day, action, by, self._services.clock.now())
            if isinstance(made, Message):
                return made
            await self._keep(day, made)
        return None

    async def round(self) -> None:
        """Probe the ports that are being switched, and record what they serve."""
        if not self.working_targets():
            self._silent.clear()
            return
        if requests := self._due():
            batch = Batch("renewal day", timedelta(0), requests)
            await self._services.pipeline.run(batch, keep=self._answers)
        async with self._changing:
            for day in tuple(self._days.values()):
                change = observe(day, self._services.board.snapshot, self._services.clock.now())
                if change.day is not day or change.events:
                    await self._keep(day, change)

    def _due(self) -> tuple[ProbeRequest, ...]:
        """Return the requests of one round, in turn where they are too many."""
        states = self._services.board.snapshot.states
        targets = [states[one].target for one in sorted(self.working_targets()) if one in states]
        requests = [one.request for one in targets if one.kind == _ENDPOINT]
        first = self._next if len(requests) > MOST_PORTS else 0
        self._next = (first + MOST_PORTS) % max(len(requests), 1)
        return tuple((requests[first:] + requests[:first])[:MOST_PORTS])

    def _answers(self, answer: Answer) -> bool:
        """Return whether a port answered; since when it does not is remembered for the page alone."""
        request, observation = answer
        if observation.succeeded:
            self._silent.pop(request.target_id, None)
            return True
        before = self._silent.get(request.target_id)
        failures = observation.result.failures
        self._silent[request.target_id] = SilentPort(
            before.since if before else observation.started_at, failures[0].message if failures else None
        )
        return False

    async def _keep(self, before: RenewalDay | None, change: DayChange) -> None:
        day = change.day
        await self._services.store.put_renewal_day(day, change.events)
        if day.ended_at is None:
            self._days[day.id] = day
        else:
            self._days.pop(day.id, None)
        _log(day, change.events, self._services.clock.now())
        if before is None or before.working != day.working:
            self._services.decide_again()


def _log(day: RenewalDay, events: Iterable[DayEvent], now: datetime) -> None:
    """Log what happened and who did it."""
    for one in events:
        said = english(now).write(one.message)
        event(
            log, f"renewal day {one.kind}", day=day.id, site=day.site, step=one.step_id, by=one.by, said=said
        )
