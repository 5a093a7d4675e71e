"""Alerts while the store does not work: decided by what was recorded last, shown, and notified to nobody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitor.alerts import Decision, DecisionInput, decide
from monitor.alerts.clock_jump import ClockDoubts
from monitor.model import AlertGroup, AlertRecord, SilentZone, Snapshot
from monitor.pipeline.board import Board
from monitor.threads import ThreadPool


class UnrecordedAlerts:
    """Remembers the last alert pass that was recorded, and shows alerts by it."""

    def __init__(self, board: Board, pool: ThreadPool) -> None:
        """Take the board on which alerts are shown, and the thread on which they are decided."""
        self._board = board
        self._pool = pool
        self._last: DecisionInput | None = None
        self._changes: tuple[AlertRecord, ...] = ()
        self._before: tuple[AlertGroup, ...] | None = None

    @property
    def before(self) -> tuple[AlertGroup, ...]:
        """Return the alerts of the last pass that was recorded."""
        return self._board.snapshot.alerts if self._before is None else self._before

    def put(self, alerts: tuple[AlertGroup, ...]) -> None:
        """Show alerts that are not recorded yet."""
        self._before = self.before
        self._board.set_alerts(alerts)

    def recorded(self, given: DecisionInput, changes: Iterable[AlertRecord]) -> None:
        """Remember a pass that is recorded, with the changes of its alerts; not the states of targets."""
        self._last, self._changes = replace(given, snapshot=Snapshot(), receivers=()), tuple(changes)
        self._before = None

    async def show(self, now: datetime, clock: ClockDoubts, silent_zones: tuple[SilentZone, ...]) -> None:
        """Show the alerts of now, unless no pass was recorded yet."""
        if self._last is None or clock.too_early:
            return
        monitor = replace(self._last.monitor, clock_doubts=clock, silent_zones=silent_zones)
        given = replace(self._last, snapshot=self._board.snapshot, now=now, monitor=monitor)
        self._last, decision = await self._pool.run(_decided, given, self._changes)
        self._changes = tuple(decision.alert_changes)
        self.put(decision.groups)


def _decided(given: DecisionInput, changes: tuple[AlertRecord, ...]) -> tuple[DecisionInput, Decision]:
    """Decide by the alerts that were open before, and the changes since; return them without the states."""
    records = {**given.open_alerts, **{record.key: record for record in changes}}
    still_open = {key: record for key, record in records.items() if record.resolved_at is None}
    given = replace(given, open_alerts=still_open)
    return replace(given, snapshot=Snapshot()), decide(given)
