"""Alert passes in a row for any number of receivers, each recorded before the next as the store does it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor import alerts
from monitor.alerts import Decision, DecisionInput, NotifySettings, ReceiverDecision, ReceiverRules
from monitor.alerts.routing.routes import Routing
from monitor.model import AlertKey, AlertRecord, Outage, ReceiverRecord, Silence, Snapshot
from support.factories.alerts.world import STARTED


@dataclass
class Passes:
    """What is recorded between passes; ``last`` is the last decision."""

    receivers: dict[str, ReceiverRecord]
    rules: dict[str, ReceiverRules] = field(default_factory=dict)
    routing: Routing | None = None
    silences: tuple[Silence, ...] = ()
    records: dict[AlertKey, AlertRecord] = field(default_factory=dict)
    last: Decision = Decision()
    outage: Outage | None = None
    renewing: frozenset[str] = frozenset()

    def decide(self, snapshot: Snapshot, now: datetime) -> Decision:
        """Return what one pass decides, and record it."""
        self.last = alerts.decide(
            DecisionInput(
                snapshot,
                self.records,
                tuple(self.receivers.values()),
                now,
                alerts.MonitorState(STARTED, outage=self.outage),
                NotifySettings(self.rules, self.routing, self.silences, self.renewing),
            )
        )
        self.records |= {one.key: one for one in self.last.alert_changes}
        self.records = {key: one for key, one in self.records.items() if one.resolved_at is None}
        for part in self.last.receivers:
            self.receivers[part.receiver] = self._recorded(part)
        ended = {one.id: one for one in self.last.silences}
        self.silences = tuple(ended.get(one.id, one) for one in self.silences)
        return self.last

    def _recorded(self, part: ReceiverDecision) -> ReceiverRecord:
        known = self.receivers[part.receiver]
        log = {**known.log, **{one.key: one.record for one in (*part.changes.log, *part.digest_log)}}
        renewals = known.renewals.union(part.changes.renewals_added)
        return replace(
            known,
            log={key: one for key, one in log.items() if one is not None and key in self.records},
            renewals=renewals.difference(part.changes.renewals_removed),
            inventory_at=part.changes.inventory_at or known.inventory_at,
            digest_at=part.changes.digest_at or known.digest_at,
            heartbeat_at=part.changes.heartbeat_at or known.heartbeat_at,
            outage_at=part.changes.outage_at or known.outage_at,
        )


def said(items: Iterable[alerts.NotificationItem]) -> list[tuple[str, str]]:
    """Return reason and title of each item."""
    return [(item.reason.value, item.title) for item in items]


def in_digest(part: ReceiverDecision) -> list[tuple[str, str]]:
    """Return reason and title of each item of a digest: what is new, open and over."""
    digest = part.digest
    return said((*digest.new, *digest.open, *digest.over)) if digest else []
