"""The alert pass: judge again what has become due, correlate, decide, and store the notifications.

It has a timer of its own, not a batch's; delivery is another loop, so probing never waits for a mail
server. Notification log and outbox change in one transaction: after a crash both are there or none.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from monitor.alerts import Decision, DecisionInput, MonitorState, NotifySettings, decide
from monitor.alerts.clock_jump import NO_DOUBTS, ClockDoubts
from monitor.assess import correlate
from monitor.logs import event
from monitor.model import (
    AlertKey,
    AlertRecord,
    Anchors,
    Message,
    Notification,
    Outage,
    ReceiverChanges,
    ReceiverRecord,
    Silence,
    SilentZone,
    Snapshot,
    TargetState,
)
from monitor.pipeline.alert_changes import AlertChange, alert_changes, log_change
from monitor.pipeline.board import Board
from monitor.pipeline.judge import Judge, stale
from monitor.pipeline.notifications import Receivers, outgoing
from monitor.pipeline.unrecorded_alerts import UnrecordedAlerts
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)

STARTED = "first_pass_started_at"

_SET_BACK = timedelta(minutes=1)
"""Where the time of a pass is this much before that of the last one, everything is judged again."""

AGAIN_AT_ONCE = 200
"""How many states are judged again before the loop is given to others."""

DECIDED_AGAIN_AFTER = timedelta(hours=1)
"""Notifications that have waited for longer are withdrawn, and decided again as things are then."""

_EVERYBODY = NotifySettings()


def _nobody(_changes: Sequence[AlertChange]) -> None:
    """Ignore changes."""


class AlertStore(Protocol):
    """Remember what was notified, with the notifications that do it."""

    async def ders(self, fingerprints: Sequence[str]) -> Mapping[str, bytes]:
        """Return the DER bytes of certificates by SHA-256."""
        ...

    async def open_alerts(self) -> Mapping[AlertKey, AlertRecord]:
        """Return every recorded alert that is not over, by key."""
        ...

    async def receiver_record(self, receiver: str) -> ReceiverRecord:
        """Return what a receiver was notified so far."""
        ...

    async def notify(
        self,
        alerts: Sequence[AlertRecord],
        receivers: Mapping[str, ReceiverChanges],
        notifications: Sequence[Notification],
        now: datetime,
    ) -> object:
        """Store records of alerts, changes by receiver, and notifications in one transaction."""
        ...

    async def withdraw(self, receivers: Collection[str], before: datetime, now: datetime) -> int:
        """Withdraw unsent notifications for receivers from before an instant; return their number."""
        ...

    async def silences(self) -> Sequence[Silence]:
        """Return the acknowledgements and silences that last."""
        ...

    async def put_silences(self, changed: Sequence[Silence]) -> object:
        """Store acknowledgements and silences that changed."""
        ...

    @property
    def fault(self) -> Message | None:
        """Return what is wrong with the store, as a clause, ``None`` for nothing."""
        ...

    async def fact(self, key: str) -> str | None:
        """Return the value of a fact."""
        ...

    async def set_facts(self, facts: Mapping[str, str]) -> object:
        """Store facts."""
        ...


class _Decided(NamedTuple):
    """What was decided and from what, and what is to be stored of it."""

    given: DecisionInput
    decision: Decision
    changes: Mapping[str, ReceiverChanges]
    notifications: Sequence[Notification]


class AlertPass:
    """Alert passes over a board; they remember their time, and whether the first pass of all was logged."""

    def __init__(
        self,
        board: Board,
        judge: Judge,
        anchors: Callable[[tuple[str, ...]], Awaitable[Anchors]],
        store: AlertStore,
        noted: Callable[[Sequence[AlertChange]], None] = _nobody,
    ) -> None:
        """Prepare to use these services.

        ``noted`` is called on a thread with the alerts that opened, changed or closed, once that is stored.
        """
        # Pure computation over all targets: on a thread, so that it does not block the event loop.
        self._pool = ThreadPool("alerts", 1)
        self._board = board
        self._judge = judge
        self._anchors = anchors
        self._store = store
        self._noted = noted
        self._first_pass_done = False
        self._judged_at: datetime | None = None
        self._unrecorded = UnrecordedAlerts(board, self._pool)

    async def run(  # noqa: PLR0913 - what a pass depends on
        self,
        now: datetime,
        receivers: Receivers,
        settings: NotifySettings = _EVERYBODY,
        *,
        notify_all_renewals: bool,
        clock: ClockDoubts = NO_DOUBTS,
        outage: Outage | None = None,
        silent_zones: tuple[SilentZone, ...] = (),
    ) -> bool:
        """Run one pass and return whether notifications were put into the outbox.

        Without ``receivers`` alerts are on the board and recorded all the same, and a receiver that is
        configured later starts with the inventory.
        """
        if not clock.too_early:
            await self._judge_again(now)
            self._judged_at = now
            await self._correlate(now)
        monitor_state = replace(
            await self._monitor_state(now),
            clock_suspect=clock.too_early,
            notify_all_renewals=notify_all_renewals,
            clock_doubts=clock,
            outage=outage,
            silent_zones=silent_zones,
        )
        self._log_first_pass(monitor_state)
        decided = await self._decided(now, receivers, settings, monitor_state)
        if await self._withdrawn(decided, now):
            decided = await self._decided(now, receivers, settings, monitor_state)
        await self._record(decided, now)
        return bool(decided.notifications)

    async def show(self, now: datetime, clock: ClockDoubts, silent_zones: tuple[SilentZone, ...]) -> None:
        """Show the alerts of now after a pass that could not be recorded; nobody is notified."""
        if not clock.too_early:
            await self._correlate(now)
        await self._unrecorded.show(now, clock, silent_zones)

    async def _correlate(self, now: datetime) -> None:
        self._board.set_correlated(await self._pool.run(correlate, self._board.snapshot, now))

    async def _decided(
        self, now: datetime, receivers: Receivers, settings: NotifySettings, monitor_state: MonitorState
    ) -> _Decided:
        records = [await self._store.receiver_record(name) for name in receivers]
        given = DecisionInput(
            self._board.snapshot,
            await self._store.open_alerts(),
            tuple(records),
            now,
            monitor_state,
            replace(settings, silences=(*await self._store.silences(), *settings.silences)),
        )
        decision = await self._pool.run(decide, given)
        return _Decided(given, decision, *await self._pool.run(outgoing, decision, receivers, now))

    async def _withdrawn(self, decided: _Decided, now: datetime) -> bool:
        """Return whether older notifications were withdrawn because these say more: decide again then."""
        receivers = {one.receiver for one in decided.notifications}
        return bool(receivers and await self._store.withdraw(receivers, now - DECIDED_AGAIN_AFTER, now))

    async def _record(self, decided: _Decided, now: datetime) -> None:
        """Show the alerts, store what was decided, and log and note what changed."""
        decision = decided.decision
        changed = tuple(alert_changes(self._unrecorded.before, decision.groups, now))
        self._unrecorded.put(decision.groups)
        if decision.alert_changes or decided.changes or decided.notifications:
            await self._store.notify(decision.alert_changes, decided.changes, decided.notifications, now)
        self._unrecorded.recorded(decided.given, decision.alert_changes)
        for change in changed:
            log_change(log, change)
        if changed:
            await self._pool.run(self._noted, changed)
        if decision.silences:
            # Not of that transaction: until this is stored, the same is decided again and changes nothing.
            await self._store.put_silences(decision.silences)

    def _log_first_pass(self, state: MonitorState) -> None:
        targets = len(self._board.snapshot)
        if not self._first_pass_done and targets and not state.never_probed:
            self._first_pass_done = True
            event(log, "first pass done", targets=targets)

    async def _judge_again(self, now: datetime) -> None:
        due = await self._pool.run(self._due, self._board.snapshot, now)
        # Last those whose bytes come from the store: where it does not answer, the others are judged.
        for states in ([one for one in due if stale(one, now) is needed] for needed in (False, True)):
            for begin in range(0, len(states), AGAIN_AT_ONCE):
                await self._judge_some(states[begin : begin + AGAIN_AT_ONCE], now)

    async def _judge_some(self, states: Sequence[TargetState], now: datetime) -> None:
        needed = {s.certificate.sha256 for state in states if stale(state, now) for s in state.sightings}
        ders = await self._store.ders(sorted(needed)) if needed else {}
        judged = [await self._judged(state, ders, now) for state in states]
        # A probe may have finished while the store was read: its newer state is kept.
        current = self._board.snapshot.states
        self._board.put(
            new for old, new in zip(states, judged, strict=True) if current.get(old.target.id) is old
        )

    async def _judged(self, state: TargetState, ders: Mapping[str, bytes], now: datetime) -> TargetState:
        try:
            anchors = await self._anchors(state.target.policy.trust)
            return self._judge.again(state, ders if stale(state, now) else {}, anchors, now)
        except Exception:
            # Otherwise no alert pass would succeed any more; the next probe judges this target again.
            log.exception("judging %s again failed with a bug of cert-monitor", state.target.id)
            unchanging = replace(state.assessment, next_change_at=None)
            return replace(state, assessment=unchanging, unreachable=self._judge.unreachable(state, now))

    async def _monitor_state(self, now: datetime) -> MonitorState:
        started = await self._store.fact(STARTED)
        if started is None:
            started = now.isoformat()
            await self._store.set_facts({STARTED: started})
        return MonitorState(
            first_pass_started_at=datetime.fromisoformat(started),
            never_probed=_untried(self._board.snapshot),
            store_fault=self._store.fault,
        )

    def _due(self, snapshot: Snapshot, now: datetime) -> list[TargetState]:
        back = self._judged_at is not None and now < self._judged_at - _SET_BACK
        return [state for state in snapshot if back or self._may_change(state, now)]

    def _may_change(self, state: TargetState, now: datetime) -> bool:
        change = state.assessment.next_change_at
        return (change is not None and change <= now) or self._judge.unreachable(
            state, now
        ) != state.unreachable


def _untried(snapshot: Snapshot) -> int:
    """Return the number of targets never probed plus that of discoveries never refreshed."""
    lists = snapshot.discoveries.values()
    return sum(1 for state in snapshot if state.probed_at is None) + sum(
        1 for one in lists if one.succeeded_at is None and not one.failures
    )
