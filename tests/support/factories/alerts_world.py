"""Small certificates, targets and states for the tests of alerts and delivery; no judgment of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from monitor.alerts import Decision, MonitorState, decide
from monitor.delivery.email import Letter, render
from monitor.messages import english
from monitor.model import (
    Assessment,
    Certificate,
    Check,
    Failure,
    FailureReason,
    Finding,
    FormerLeaf,
    NotificationRecord,
    Path,
    Policy,
    Severity,
    Sighting,
    Snapshot,
    Target,
    TargetInfo,
    TargetState,
    text,
)
from monitor.pipeline.notifications import notifications

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAYS = timedelta(days=1)
SENDER = "certs@vms.example"
ADMINS = ("admins@vms.example", "duty@vms.example")
STARTED = NOW - timedelta(days=100)
AFTER_INVENTORY = MonitorState(STARTED, inventory_sent=True)


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
    told = Finding(
        Check.UNREACHABLE, severity, text(f"{state.target.location} did not answer 3 times in a row")
    )
    return replace(failing(state, probes=3), unreachable=told)


def failing(state: TargetState, probes: int = 1) -> TargetState:
    """Return the same target after a few failed probes; what was known stays."""
    failure = Failure(FailureReason.REFUSED, text("nobody listens there"))
    return replace(state, probed_at=NOW, failed_probes=probes, failures=(failure,))


def picture(*states: TargetState, correlated: Mapping[str, tuple[Finding, ...]] | None = None) -> Snapshot:
    """Return a snapshot of these targets."""
    return Snapshot({state.target.id: state for state in states}, correlated or {})


def apply(told: Mapping[str, NotificationRecord], decision: Decision) -> dict[str, NotificationRecord]:
    """Return the notification log after a decision was stored."""
    after = dict(told)
    for change in decision.changes:
        if change.record is None:
            after.pop(change.key, None)
        else:
            after[change.key] = change.record
    return after


def steps(
    *snapshots: tuple[Snapshot, datetime], monitor_state: MonitorState = AFTER_INVENTORY
) -> Iterable[Decision]:
    """Yield the decision for each snapshot in turn, each stored before the next."""
    told: dict[str, NotificationRecord] = {}
    for snapshot, now in snapshots:
        decision = decide(snapshot, told, now, monitor_state=monitor_state)
        told = apply(told, decision)
        yield decision


def news(decision: Decision) -> list[tuple[str, str, str]]:
    """Return reason, level and title of each item."""
    return [(e.reason.value, e.level.value if e.level else "", e.title) for e in decision.items]


def mails(decision: Decision, recipients: Sequence[str] = ADMINS, **more: object) -> tuple[Letter, ...]:
    """Return the mails of a decision."""
    envelope = {"sender": SENDER, "monitor": text("watch.vms.example"), "writer": english(NOW), **more}
    waiting = notifications(decision, {"email": recipients}, NOW)
    return tuple(render(replace(one, id="1"), **envelope) for one in waiting)  # type: ignore[arg-type]


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
