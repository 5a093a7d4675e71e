"""What the web may see of the daemon, and the health that it reports."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.daemon.probes import Probes
from monitor.metrics import Exposition
from monitor.model import Snapshot
from monitor.web import Health, ProbeAnswer, ProbeQuestion, ReloadResult

if TYPE_CHECKING:
    from monitor.daemon.daemon import Daemon

STUCK = 60.0
"""Seconds without a sign of life after which the loop or the schedule counts as stuck."""


class WebFacade:
    """Answer the web's questions from the daemon's parts."""

    def __init__(self, daemon: "Daemon") -> None:
        """Look at this daemon."""
        self._daemon = daemon
        self._probes = Probes(daemon)
        self._written: tuple[object, Exposition] | None = None

    def now(self) -> datetime:
        """Return the wall time."""
        return self._daemon.clock.now()

    def snapshot(self) -> Snapshot:
        """Return what is known."""
        return self._daemon.board.snapshot

    def metrics(self) -> Iterator[bytes]:
        """Yield the daemon's own metrics, then the families about targets."""
        snapshot, now = self.snapshot(), self.now()
        yield self._daemon.own.text(now)
        yield from self._exposition().pieces(snapshot, now)

    def health(self) -> Health:
        """Return the ages of the parts and what is wrong."""
        daemon = self._daemon
        if not daemon.ready:
            return Health()
        loop_age, schedule_age = daemon.clock_watch.loop_age, daemon.schedule.age
        problems = []
        if loop_age > STUCK:
            problems.append(f"the event loop has been stuck for {loop_age:.0f} s")
        if schedule_age > STUCK:
            problems.append(f"the schedule has not run for {schedule_age:.0f} s")
        problems += [
            f"{loop.name} was last completed {loop.age:.0f} s ago" for loop in daemon.loops if loop.stuck
        ]
        lost = daemon.store_check.complaint
        store_ok = daemon.cycle.store_ok and not lost
        problems += [lost] if lost else []
        return Health(loop_age, schedule_age, daemon.alerts.age, store_ok, tuple(problems))

    def ready(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether the recorded state is loaded; configuration and store are open before we listen."""
        if self._daemon.ready:
            return True, ()
        return False, ("the recorded state is still being loaded, or the daemon is stopping",)

    async def reload(self) -> ReloadResult:
        """Read the configuration again."""
        problems = await self._daemon.reload()
        return ReloadResult(not problems, problems)

    async def probe(self, question: ProbeQuestion) -> ProbeAnswer:
        """Look at one target now."""
        return await self._probes.answer(question)

    def _exposition(self) -> Exposition:
        settings = self._daemon.setup.config.metrics
        if self._written is None or self._written[0] != settings:
            self._written = (settings, Exposition(labels=settings.labels, chain=settings.chain))
        return self._written[1]
