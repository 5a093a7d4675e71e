"""Small certificates, targets and states for the tests of alerts and delivery; no judgment of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from jinja2 import BaseLoader

from monitor import alerts
from monitor.alerts import DecisionInput, Inventory, NotificationItem, ReceiverDecision
from monitor.alerts.clock_jump import NO_DOUBTS, ClockDoubts
from monitor.delivery.email.layout.render import Letter, MailContext, render
from monitor.messages import english
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    AlertRecord,
    Assessment,
    Certificate,
    Check,
    Failure,
    FailureReason,
    Finding,
    FormerLeaf,
    LogChange,
    NotificationRecord,
    Path,
    Policy,
    ReceiverChanges,
    ReceiverRecord,
    Severity,
    Sighting,
    Snapshot,
    Target,
    TargetInfo,
    TargetState,
    text,
)
from monitor.pipeline.notifications import outgoing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAYS = timedelta(days=1)
SENDER = "certs@vms.example"
ADMINS = ("admins@vms.example", "duty@vms.example")
STARTED = NOW - timedelta(days=100)
RECEIVER = "admins"


@dataclass(frozen=True)
class MonitorState:
    """The state of the monitor, and whether the receiver was sent its inventory."""

    first_pass_started_at: datetime
    inventory_sent: bool = False
    never_probed: int = 0
    clock_suspect: bool = False
    notify_all_renewals: bool = False
    clock_doubts: ClockDoubts = NO_DOUBTS


AFTER_INVENTORY = MonitorState(STARTED, inventory_sent=True)


@dataclass(frozen=True)
class Row:
    """One alert that the receiver was notified of, with what is recorded of it."""

    key: AlertKey
    level: str
    first_at: datetime
    last_at: datetime
    title: str = ""
    locations: tuple[str, ...] = ()


def row(
    key: AlertKey, level: str, at: datetime, title: str = "a:443", locations: tuple[str, ...] = ("a:443",)
) -> dict[AlertKey, Row]:
    """Return a log with one alert that was notified at an instant."""
    return {key: Row(key, level, at, at, title, locations)}


class Log(dict[AlertKey, Row]):
    """What the receiver was notified of: alerts, and beside them renewals and the inventory."""

    renewals: frozenset[tuple[str, str]] = frozenset()
    inventory_at: datetime | None = None
    open_alerts: Mapping[AlertKey, AlertRecord] = {}


@dataclass(frozen=True)
class Decided:
    """One decision for the one receiver, and all that is recorded with it."""

    given: DecisionInput
    decision: alerts.Decision

    @property
    def receiver(self) -> ReceiverDecision:
        """Return the part of the receiver."""
        return self.decision.receivers[0]

    @property
    def items(self) -> tuple[NotificationItem, ...]:
        """Return what is notified."""
        return self.receiver.items

    @property
    def inventory(self) -> Inventory | None:
        """Return the inventory, if it is due."""
        return self.receiver.inventory

    @property
    def changes(self) -> tuple[LogChange, ...]:
        """Return how the log changes."""
        return self.receiver.changes.log

    @property
    def groups(self) -> tuple[AlertGroup, ...]:
        """Return the alerts as they are shown."""
        return self.decision.groups

    @property
    def is_nothing(self) -> bool:
        """Return whether nothing is notified and nothing changes."""
        return self.nothing_to_send and not self.receiver.changes and not self.decision.alert_changes

    @property
    def nothing_to_send(self) -> bool:
        """Return whether no notification follows."""
        return self.receiver.nothing_to_send


def certificate(
    number: int, days: float = 300, *, age: float = 65, name: str = "", ca: bool = False
) -> Certificate:
    """Return a certificate that has so many days left and began ``age`` days ago."""
    common_name = name or f"host{number}"
    return Certificate(
        sha256=f"{number:064x}",
        sha1=f"{number:040X}",
        subject=f"CN={common_name}",
        issuer="CN=VMS Certificate Authority",
        subject_cn=common_name,
        issuer_cn="VMS Certificate Authority",
        serial=f"{number:04X}",
        not_before=NOW - age * DAYS,
        not_after=NOW + days * DAYS,
        dns_names=(common_name,),
        ip_addresses=(),
        is_ca=ca,
        self_issued=False,
        key_type="RSA",
        key_bits=2048,
        signature_hash="sha256",
        extended_usages=None,
    )


def target(
    where: str, *, host: str = "", policy: Policy | None = None, info: TargetInfo | None = None
) -> Target:
    """Return an endpoint target named by its location."""
    return Target(
        id=f"endpoint:{where}",
        kind="endpoint",
        location=where,
        settings=None,
        policy=policy or Policy(),
        host=host or where.partition(":")[0],
        info=info or TargetInfo(),
    )


def finding(
    check: Check, about: Certificate | None, where: str, severity: Severity = Severity.CRITICAL
) -> Finding:
    """Return a finding about a certificate at a location."""
    return Finding(check, severity, text(f"{check} is wrong"), about.sha256 if about else "", where)


def seen(
    where: str,
    shown: Certificate,
    *findings: Finding,
    on: Target | None = None,
    former_leaves: tuple[FormerLeaf, ...] = (),
    above: tuple[Certificate, ...] = (),
) -> TargetState:
    """Return a target that answered and showed one certificate with these findings."""
    return TargetState(
        target=on or target(where),
        watched_since=STARTED,
        probed_at=NOW,
        succeeded_at=NOW,
        sightings=(Sighting(where, 0, shown),),
        former_leaves=former_leaves,
        assessment=Assessment(findings, (Path(where, (shown, *above), trusted=True),)),
    )


def ending(
    where: str, shown: Certificate, severity: Severity = Severity.WARNING, **more: object
) -> TargetState:
    """Return a target whose certificate's end was judged with this severity."""
    return seen(where, shown, finding(Check.EXPIRY, shown, where, severity), **more)  # type: ignore[arg-type]


def unreachable(state: TargetState, severity: Severity = Severity.WARNING) -> TargetState:
    """Return the same target after its probes failed for long."""
    finding = Finding(
        Check.UNREACHABLE, severity, text(f"{state.target.location} did not answer 3 times in a row")
    )
    return replace(failing(state, probes=3), unreachable=finding)


def failing(state: TargetState, probes: int = 1) -> TargetState:
    """Return the same target after a few failed probes; what was known stays."""
    failure = Failure(FailureReason.REFUSED, text("nobody listens there"))
    return replace(state, probed_at=NOW, failed_probes=probes, failures=(failure,))


def picture(*states: TargetState, correlated: Mapping[str, tuple[Finding, ...]] | None = None) -> Snapshot:
    """Return a snapshot of these targets."""
    return Snapshot({state.target.id: state for state in states}, correlated or {})


def decide(
    snapshot: Snapshot, log: Mapping[AlertKey, Row], now: datetime, *, monitor_state: MonitorState
) -> Decided:
    """Return what is decided for one receiver that was notified of what its log says."""
    known = log if isinstance(log, Log) else Log(log)
    rows = known.values()
    recorded = {
        row.key: AlertRecord(
            row.key, AlertLevel(row.level), row.first_at, row.first_at, row.title, row.locations
        )
        for row in rows
    }
    notified = {
        row.key: NotificationRecord(row.key, AlertLevel(row.level), row.first_at, row.last_at) for row in rows
    }
    inventory_at = STARTED if monitor_state.inventory_sent else known.inventory_at
    given = DecisionInput(
        snapshot,
        {**recorded, **known.open_alerts},
        (ReceiverRecord(RECEIVER, notified, known.renewals, inventory_at),),
        now,
        alerts.MonitorState(
            monitor_state.first_pass_started_at,
            monitor_state.never_probed,
            monitor_state.clock_suspect,
            monitor_state.notify_all_renewals,
            monitor_state.clock_doubts,
        ),
    )
    return Decided(given, alerts.decide(given))


def apply(log: Mapping[AlertKey, Row], decided: Decided) -> Log:
    """Return the log after a decision was stored."""
    changes: ReceiverChanges = decided.receiver.changes
    recorded = {record.key: record for record in decided.decision.alert_changes}
    opened = {**decided.given.open_alerts, **recorded}
    after = Log()
    after.open_alerts = {key: record for key, record in opened.items() if record.resolved_at is None}
    notified = {**decided.given.receivers[0].log, **{one.key: one.record for one in changes.log}}
    for key, record in notified.items():
        if record is not None and key in after.open_alerts:
            of = after.open_alerts[key]
            after[key] = Row(key, record.level, record.first_at, record.last_at, of.title, of.locations)
    before = log.renewals if isinstance(log, Log) else frozenset()
    after.renewals = before.union(changes.renewals_added).difference(changes.renewals_removed)
    after.inventory_at = changes.inventory_at or decided.given.receivers[0].inventory_at
    return after


def steps(
    *snapshots: tuple[Snapshot, datetime], monitor_state: MonitorState = AFTER_INVENTORY
) -> Iterable[Decided]:
    """Yield the decision for each snapshot in turn, each stored before the next."""
    log: Mapping[AlertKey, Row] = {}
    for snapshot, now in snapshots:
        decision = decide(snapshot, log, now, monitor_state=monitor_state)
        log = apply(log, decision)
        yield decision


def news(decision: Decided) -> list[tuple[str, str, str]]:
    """Return reason, level and title of each item."""
    return [(e.reason.value, e.level.value if e.level else "", e.title) for e in decision.items]


def mails(
    decision: Decided | ReceiverDecision,
    recipients: Sequence[str] = ADMINS,
    templates: BaseLoader | None = None,
    **more: object,
) -> tuple[Letter, ...]:
    """Return the mails of a decision."""
    known = {"sender": SENDER, "monitor": text("watch.vms.example"), "writer": english(NOW), **more}
    context = MailContext(**known)  # type: ignore[arg-type]
    part = decision.receiver if isinstance(decision, Decided) else decision
    _, waiting = outgoing(alerts.Decision(receivers=(part,)), {part.receiver: recipients}, NOW)
    return tuple(render(replace(one, id="1"), context, templates) for one in waiting)


def mail_about(*states: TargetState, monitor_state: MonitorState = AFTER_INVENTORY) -> Letter:
    """Return the one mail about a picture."""
    (mail,) = mails(decide(picture(*states), {}, NOW, monitor_state=monitor_state))
    return mail


def parsed(mail: Letter) -> EmailMessage:
    """Return a mail as a mail program reads it."""
    message = message_from_bytes(mail.message, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: Letter, kind: str = "plain") -> str:
    """Return the plain or HTML body."""
    body = parsed(mail).get_body((kind,))
    assert body is not None
    return str(body.get_content())
