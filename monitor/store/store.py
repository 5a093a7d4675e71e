"""The public, asynchronous interface of the store; calls run one at a time on a dedicated thread.

Callers never see SQL, rows or connections. When the disk fails, what notifications depend on goes on in
memory (``problem``); recording results raises ``SystemBrokenError`` and writes nothing, until it works again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from monitor.model import (
    AccessToken,
    AlertKey,
    AlertRecord,
    DayEvent,
    Notification,
    NotificationStatus,
    Observation,
    ReceiverChanges,
    ReceiverRecord,
    RenewalDay,
    RenewalWindow,
    Silence,
    Target,
    TargetState,
)
from monitor.model.alerts.history import AlertHistory
from monitor.store import access_tokens
from monitor.store.alerts import alert_pass, delivered, outbox, silences, withdrawn
from monitor.store.alerts import history as alert_history
from monitor.store.alerts import records as alerts
from monitor.store.chunks import SIZE
from monitor.store.cluster import lease
from monitor.store.cluster.lease import Center
from monitor.store.columns.types import storable
from monitor.store.degraded.fallback import FallbackDatabase
from monitor.store.degraded.served import ServedDatabase
from monitor.store.dialect import clock_of_server
from monitor.store.facts import (
    accept_instant,
    discovered,
    newest_instant,
    put_facts,
    read_fact,
    save_discovered,
)
from monitor.store.observations import outcomes, pruning, reading
from monitor.store.observations.recorder import Recorder
from monitor.store.observations.values import HistoryEntry, OutcomePeriod, Pruned
from monitor.store.open_store import OpenStore
from monitor.store.renewals import days as renewal_days
from monitor.store.renewals import windows as renewal_windows
from monitor.threads import ThreadPool

_Write = Callable[[Callable[[Connection, datetime], int], datetime], Awaitable[int]]


class Store(OpenStore):
    """Target states, history, notification log and outbox."""

    def __init__(self, database: FallbackDatabase | ServedDatabase, pool: ThreadPool) -> None:
        """Take ownership of an open database and the one thread that uses it; see ``open``."""
        super().__init__(database, pool)
        self._recorder = Recorder(database)

    async def centers(self) -> tuple[Center, ...]:
        """Return every center on this database that did not leave."""
        return await self._read(lease.centers)

    async def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        """Write the probe results of a batch atomically.

        ``observations`` is by target id and supplies the DER bytes of certificates not recorded yet.
        """
        await self._pool.run(self._recorder.record, states, observations)

    async def load(self, targets: Sequence[Target]) -> AsyncIterator[list[reading.Loaded]]:
        """Yield recorded states with the DER bytes of their sightings, in lists of at most 500, not judged.

        Targets never recorded are left out, and so are those that cannot be read.
        """
        if len(targets) > SIZE:
            recorded = await self.target_ids()
            targets = [one for one in targets if storable(one.id) in recorded]
        for start in range(0, len(targets), SIZE):
            yield await self._read_disk([], reading.load, targets[start : start + SIZE])

    async def ders(self, fingerprints: Iterable[str]) -> dict[str, bytes]:
        """Return the DER bytes of the recorded ones among some certificates, by SHA-256."""
        return await self._read_disk({}, reading.ders, tuple(fingerprints))

    async def probe_times(self) -> dict[str, int]:
        """Return, by the id of each recorded target, a number that differs after each record of it."""
        return await self._read_disk({}, reading.probe_times)

    async def target_ids(self) -> frozenset[str]:
        """Return the id of every recorded target, whether still configured or not."""
        return await self._read_disk(frozenset(), reading.target_ids)

    async def forget_targets(self, ids: Collection[str], now: datetime) -> None:
        """Remove targets that left the configuration; end their history entries ``now`` and keep them."""
        await self._pool.run(self._recorder.forget_targets, ids, now)

    async def history(
        self, *, sha256: str = "", target_id: str = "", limit: int = 1000
    ) -> list[HistoryEntry]:
        """Return the history of a certificate or a target, the entry that began last first."""
        return await self._read_disk([], reading.history_entries, sha256, target_id, limit)

    async def outcomes(self, target_id: str) -> list[OutcomePeriod]:
        """Return the outcomes of the probes of a target, the present one first."""
        return await self._read_disk([], outcomes.outcome_periods, target_id)

    async def open_alerts(self) -> dict[AlertKey, AlertRecord]:
        """Return every recorded alert that is not over, by key."""
        return await self._read(alerts.open_alerts)

    async def alerts_about(self, scope_id: str) -> list[AlertRecord]:
        """Return the recorded alerts about one thing, those that are over too, the one opened last first."""
        return await self._read(alerts.alerts_about, scope_id)

    async def alert_history(self, alert_id: str) -> AlertHistory | None:
        """Return the record of one alert, open or over, ``None`` where there is none."""
        return await self._read(alert_history.alert_history, alert_id)

    async def resolved_alerts(self, since: datetime, most: int) -> list[AlertRecord]:
        """Return the alerts that led a group and are over since an instant, the last one first."""
        return await self._read(alerts.resolved_alerts, since, most)

    async def receiver_record(self, receiver: str) -> ReceiverRecord:
        """Return what a receiver was notified so far."""
        return await self._read(alerts.receiver_record, receiver)

    async def notify(
        self,
        alerts: Sequence[AlertRecord],
        receivers: Mapping[str, ReceiverChanges],
        notifications: Sequence[Notification],
        now: datetime,
    ) -> None:
        """Write one alert pass atomically: alerts, changes by receiver, and notifications."""
        await self._write(alert_pass.notify, alerts, receivers, notifications, now)

    async def silences(self, *, ended_after: datetime | None = None) -> tuple[Silence, ...]:
        """Return acknowledgements and silences that last; with ``ended_after`` those ended since, too."""
        return await self._read(silences.silences, ended_after=ended_after)

    async def put_silences(self, changed: Sequence[Silence]) -> None:
        """Write some acknowledgements and silences."""
        self.require_record()
        await self._write(silences.put_silences, changed)

    async def access_tokens(self) -> tuple[AccessToken, ...]:
        """Return the tokens of programs, by name."""
        return await self._read(access_tokens.access_tokens)

    async def put_access_tokens(self, changed: Sequence[AccessToken]) -> None:
        """Write tokens, new ones and those that changed."""
        self.require_record()
        await self._write(access_tokens.put_access_tokens, changed)

    async def remove_access_token(self, name: str) -> None:
        """Remove a token."""
        self.require_record()
        await self._write(access_tokens.remove_access_token, name)

    async def renewal_days(self, *, most: int = 50, ended: bool = True) -> tuple[RenewalDay, ...]:
        """Return the renewal days that were started last, newest first; without ``ended`` open ones alone."""
        return await self._read(renewal_days.renewal_days, most, ended=ended)

    async def renewal_day(self, day_id: str) -> tuple[RenewalDay, tuple[DayEvent, ...]] | None:
        """Return a renewal day with all that happened, ``None`` where there is none."""
        return await self._read(renewal_days.renewal_day, day_id)

    async def put_renewal_day(self, day: RenewalDay, events: Sequence[DayEvent]) -> None:
        """Write a renewal day as it is now, and add what happened, in one transaction."""
        self.require_record()
        await self._write(renewal_days.put_renewal_day, day, events)

    async def due_notifications(
        self, receiver: str, now: datetime, limit: int = 20
    ) -> tuple[Notification, ...]:
        """Return a receiver's unfinished notifications whose next attempt is due, worst level first."""
        due = await self._read(outbox.due_notifications, receiver, now, limit)
        problem = self.problem
        return due if problem is None else tuple(replace(one, remarks=(problem,)) for one in due)

    async def withdraw(self, receivers: Collection[str], before: datetime, now: datetime) -> int:
        """Withdraw unsent notifications for receivers from before an instant; return their number."""
        return await self._write(withdrawn.withdraw, tuple(receivers), before, now)

    async def recent_notifications(self, most: int) -> tuple[NotificationStatus, ...]:
        """Return what became of the last notifications, the newest first, and of all that wait."""
        return await self._read(outbox.recent_notifications, most)

    async def attempting(self, notification: Notification) -> bool:
        """Write what is about to be sent, to be repeated as it was; return false for what is withdrawn."""
        return await self._write(outbox.attempting, notification)

    async def attempted(self, notification: Notification, now: datetime) -> None:
        """Write the state of a notification after an attempt, and what became of it into the log."""
        await self._write(outbox.attempted, notification, now)

    async def release(self, receiver: str, now: datetime, tried: Collection[str]) -> int:
        """Make all that waits for a receiver due now, except what was just tried; return their number."""
        return await self._write(outbox.release, receiver, now, tried)

    async def outbox(self, receivers: Collection[str] | None = None) -> tuple[int, datetime | None]:
        """Return the number of unfinished notifications, and when the oldest undelivered one was decided.

        Without ``receivers`` those of all receivers are counted.
        """
        return await self._read(outbox.outbox, receivers)

    async def retry_due(self, receivers: Collection[str], now: datetime) -> bool:
        """Return whether anything that all recipients of these refused is to be decided again now."""
        return await self._read(delivered.retry_due, receivers, now)

    async def fact(self, key: str) -> str | None:
        """Return the value of one fact, ``None`` when it was never set."""
        return await self._read(read_fact, key)

    async def set_facts(self, facts: Mapping[str, str]) -> None:
        """Set some facts."""
        await self._write(put_facts, facts)

    async def clock_of_server(self) -> datetime | None:
        """Return the time of the database's server, ``None`` where the database is on this machine."""
        return await self._read(clock_of_server)

    async def newest_instant(self) -> datetime | None:
        """Return the time of the newest recorded probe; a clock that reads earlier is suspect."""
        return await self._read(newest_instant)

    async def accept_instant(self, at: datetime) -> None:
        """Record an instant as the newest one, because the clock was ahead of it and is right now."""
        await self._write(accept_instant, at)

    async def discovered(self, discovery_id: str) -> tuple[str, datetime] | None:
        """Return the last good list of a discovery as JSON, and when it was fetched."""
        return await self._read(discovered, discovery_id)

    async def save_discovered(self, discovery_id: str, found_json: str, at: datetime) -> None:
        """Replace the last good list of a discovery."""
        await self._write(save_discovered, discovery_id, found_json, at)

    async def renewals(self, fingerprints: Iterable[str]) -> dict[str, RenewalWindow]:
        """Return the recorded renewal windows of some certificates by SHA-256."""
        return await self._read(renewal_windows.renewals, tuple(fingerprints))

    async def put_renewals(self, windows: Iterable[RenewalWindow]) -> None:
        """Record some windows, replacing those of the same certificates."""
        await self._write(renewal_windows.put_renewals, tuple(windows))

    async def prune(self, now: datetime, keep: timedelta) -> Pruned:
        """Remove what ended or was finished longer than ``keep`` ago, and unused certificates.

        It works in slices so that other calls run in between; what finished notifications said is removed
        after 7 days.
        """
        before = now - keep
        notifications = await self._all(self._write, pruning.prune_notifications, before)
        await self._all(self._write, pruning.prune_alerts, before)
        await self._all(self._write, silences.prune_silences, before)
        await self._all(self._write, pruning.empty_notifications, now - pruning.KEEP_CONTENT)
        if self._database.in_memory:
            return Pruned(notifications=notifications)
        await self._all(self._write_disk, pruning.prune_outcomes, before)
        history = await self._all(self._write_disk, pruning.prune_history, before)
        certificates, after = 0, ""
        while True:
            done = await self._write_disk(pruning.prune_certificates, after)
            certificates, after = certificates + done.removed, done.after
            if not after:
                await self._write_disk(renewal_windows.prune_renewals)
                return Pruned(history, certificates, notifications)

    async def _all(self, write: _Write, act: Callable[[Connection, datetime], int], before: datetime) -> int:
        total = 0
        while removed := await write(act, before):
            total += removed
        return total
