"""A small fake daemon behind the web, and snapshots to show; used by several test files."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from monitor.alerts.routing.acknowledge_link import AcknowledgeLink, link_of
from monitor.config import default_config
from monitor.config.targets.written import policy_origins
from monitor.metrics import Exposition, OwnMetrics
from monitor.model import (
    AlertRecord,
    Assessment,
    Certificate,
    Check,
    DayEvent,
    Failure,
    FailureReason,
    Finding,
    Matcher,
    Message,
    NotificationStatus,
    Path,
    PolicyValue,
    RenewalDay,
    Severity,
    Sighting,
    Silence,
    Snapshot,
    Target,
    TargetInfo,
    TargetState,
    TargetTraits,
    text,
)
from monitor.model.alerts.history import AlertHistory
from monitor.planning.renewal_day import DayAction
from monitor.store import HistoryEntry, OutcomePeriod
from monitor.web import ChangeResult, Health, Notified, OnDemandRequest, OnDemandResult
from monitor.web.services.renewal_days import SilentPort

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOKEN = "let-me-in"
LINK_KEY = b"k" * 32
HOSTILE = '<script src="https://evil.example/x.js">alert(1)</script>" onload=\'x\''


def certificate(days: float, cn: str = "recorder.vms.example") -> Certificate:
    """Return a certificate with this many days left; its fingerprint follows from both arguments."""
    fingerprint = sha256(f"{days} {cn}".encode()).hexdigest()
    return Certificate(
        sha256=fingerprint,
        sha1=fingerprint[:40].upper(),
        subject=f"CN={cn}",
        issuer="CN=VMS CA",
        subject_cn=cn,
        issuer_cn="VMS CA",
        serial="01",
        not_before=NOW - timedelta(days=500),
        not_after=NOW + timedelta(days=days),
        dns_names=(f"alias-of-{cn}",),
        ip_addresses=(),
        is_ca=False,
        self_issued=False,
        key_type="EC",
        key_bits=256,
        signature_hash="sha256",
        extended_usages=None,
    )


def endpoint(name: str, days: float, *, sentence: str = "", title: str = "") -> TargetState:
    """Return an endpoint whose certificate has this many days left, critical when a sentence is given."""
    where = f"{name}:443"
    shown = certificate(days, name)
    finding = Finding(Check.EXPIRY, Severity.CRITICAL, text(sentence), shown.sha256, where)
    return TargetState(
        Target(
            f"endpoint:{where}",
            "endpoint",
            where,
            None,
            labels=(("site", "harbour"), ("component", "recording_server")),
            info=TargetInfo(title=title),
        ),
        probed_at=NOW,
        succeeded_at=NOW,
        encrypted=True,
        sightings=(Sighting(where, 0, shown),),
        assessment=Assessment(
            findings=(finding,) if sentence else (),
            paths=(Path(where, (shown,), trusted=True),),
            not_after=shown.not_after,
        ),
    )


def pending(name: str) -> TargetState:
    """Return an endpoint that was never probed."""
    return TargetState(Target(f"endpoint:{name}:443", "endpoint", f"{name}:443", None))


def unreachable(name: str) -> TargetState:
    """Return an endpoint that was never reached."""
    return TargetState(
        Target(f"endpoint:{name}:443", "endpoint", f"{name}:443", None),
        probed_at=NOW,
        failed_probes=4,
        failures=(Failure(FailureReason.DNS, text("the name has no address")),),
        unreachable=Finding(
            Check.UNREACHABLE, Severity.CRITICAL, text(f"{name} was not reached 4 times in a row")
        ),
    )


def standby(name: str, reason: FailureReason = FailureReason.REFUSED) -> TargetState:
    """Return an endpoint that answers only after a takeover and never did."""
    return replace(
        unreachable(name),
        target=Target(
            f"endpoint:{name}:443", "endpoint", f"{name}:443", None, traits=TargetTraits(standby=True)
        ),
        failures=(Failure(reason, text("said why")),),
        unreachable=Finding(Check.NEVER_SEEN, Severity.WARNING, text("it stands by")),
    )


def snapshot(*states: TargetState) -> Snapshot:
    """Return a snapshot of these states."""
    return Snapshot({state.target.id: state for state in states})


@dataclass
class FakeRenewalDays:
    """Renewal days with what the test prepared; what is asked for is kept."""

    days: list[RenewalDay] = field(default_factory=list)
    events: Sequence[DayEvent] = ()
    quiet: Mapping[str, SilentPort] = field(default_factory=dict)
    problem: Message | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def open(self) -> Sequence[RenewalDay]:
        """Return those that are not over."""
        return [one for one in self.days if one.ended_at is None]

    def silent(self) -> Mapping[str, SilentPort]:
        """Return the prepared ports."""
        return self.quiet

    async def recent(self) -> Sequence[RenewalDay]:
        """Return all of them."""
        return self.days

    async def record(self, day_id: str) -> tuple[RenewalDay, Sequence[DayEvent]] | None:
        """Return one with the prepared log."""
        return next(((one, self.events) for one in self.days if one.id == day_id), None)

    async def start(self, day: RenewalDay) -> Message | None:
        """Keep what is to be started."""
        self.asked.append((day,))
        return self.problem

    async def act(self, day_id: str, action: DayAction, *, by: str) -> Message | None:
        """Keep what is asked for."""
        self.asked.append((day_id, action, by))
        return self.problem


@dataclass
class FakeDaemon:
    """Answer what the web asks from plain fields."""

    shown: Snapshot = field(default_factory=Snapshot)
    state: Health = field(default_factory=lambda: Health(0.1, 2.0, None))
    missing: tuple[str, ...] = ()
    answer: ChangeResult = field(default_factory=lambda: ChangeResult(ok=True))
    reloads: int = 0
    accepted: int = 0
    probed: OnDemandResult = field(default_factory=lambda: OnDemandResult(b"cert_monitor_target_up 1\n"))
    names: Collection[str] = ("testserver",)
    external: str = ""
    histories: Mapping[str, AlertHistory] = field(default_factory=dict)
    users: bool = False
    requests: list[OnDemandRequest] = field(default_factory=list)
    clock: datetime = NOW
    held: tuple[Silence, ...] = ()
    notified_of: Mapping[str, Sequence[Notified]] = field(default_factory=dict)
    seen: Sequence[HistoryEntry] = ()
    periods: Mapping[str, Sequence[OutcomePeriod]] = field(default_factory=dict)
    recorded: Sequence[AlertRecord] = ()
    outbox: Sequence[NotificationStatus] = ()
    asked: list[tuple[object, ...]] = field(default_factory=list)
    renewal_days: FakeRenewalDays = field(default_factory=FakeRenewalDays)
    own: OwnMetrics = field(default_factory=lambda: OwnMetrics(("endpoint", "files"), receivers=("email",)))
    exposition: Exposition = field(default_factory=lambda: Exposition(labels=("component", "site")))

    def now(self) -> datetime:
        """Return the fake's instant."""
        return self.clock

    def snapshot(self) -> Snapshot:
        """Return the fake's snapshot."""
        return self.shown

    def metrics(self) -> Iterator[bytes]:
        """Yield the real text."""
        yield self.own.text(self.clock)
        yield from self.exposition.pieces(self.shown, self.clock)

    def health(self) -> Health:
        """Return the fake's health."""
        return self.state

    def standby(self) -> None:
        """Return that this is no standby."""

    def ready(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether nothing is missing."""
        return not self.missing, self.missing

    def hosts(self) -> Collection[str]:
        """Return the prepared names."""
        return self.names

    def external_url(self) -> str:
        """Return the prepared address."""
        return self.external

    async def reload(self) -> ChangeResult:
        """Count the request and give the prepared answer."""
        self.reloads += 1
        return self.answer

    async def accept_clock(self) -> ChangeResult:
        """Count the request and give the prepared answer."""
        self.accepted += 1
        return self.answer

    def is_allowed(self, token: str) -> bool:
        """Return whether it is the fake's token."""
        return token == TOKEN

    async def acknowledge(
        self, alert_id: str, *, until: datetime | None, comment: str, by: str
    ) -> ChangeResult:
        """Keep the request and give the prepared answer."""
        self.asked.append((alert_id, until, comment, by))
        return self.answer

    async def silence(
        self, matchers: Sequence[Matcher], *, until: datetime, reason: str, by: str
    ) -> ChangeResult:
        """Keep the request and give the prepared answer."""
        self.asked.append((tuple(matchers), until, reason, by))
        return self.answer

    async def check_now(self, target_ids: Collection[str], *, by: str) -> ChangeResult:
        """Keep the request and give the prepared answer."""
        self.asked.append((tuple(target_ids), by))
        return self.answer

    async def test_notification(self, receiver: str, *, by: str) -> ChangeResult:
        """Keep the request and give the prepared answer."""
        self.asked.append((receiver, by))
        return self.answer

    async def end_silence(self, silence_id: str, *, by: str) -> ChangeResult:
        """Keep the request and give the prepared answer."""
        self.asked.append((silence_id, by))
        return self.answer

    def receivers(self) -> Collection[str]:
        """Return one."""
        return ("admins",)

    async def history(self, *, sha256: str = "", target_id: str = "") -> Sequence[HistoryEntry]:
        """Return the prepared entries of a certificate or a target."""
        return [one for one in self.seen if sha256 in ("", one.sha256) and target_id in ("", one.target_id)]

    async def outcomes(self, target_id: str) -> Sequence[OutcomePeriod]:
        """Return the prepared periods of a target."""
        return self.periods.get(target_id, ())

    async def recorded_alerts(self, target_id: str) -> Sequence[AlertRecord]:
        """Return the prepared ones about a target."""
        return [one for one in self.recorded if one.key.scope_id == target_id]

    async def resolved_alerts(self, since: datetime, most: int) -> Sequence[AlertRecord]:
        """Return the prepared ones that are over."""
        return [one for one in self.recorded if one.resolved_at and one.resolved_at >= since][:most]

    def policy_origins(self, target: Target) -> Sequence[PolicyValue]:
        """Return the policy of a target as if nothing were configured."""
        return policy_origins(target, default_config())

    async def alert_history(self, alert_id: str) -> AlertHistory | None:
        """Return the prepared one."""
        return self.histories.get(alert_id)

    @property
    def links_acknowledge(self) -> bool:
        """Return whether nobody logs in."""
        return not self.users

    async def link(self, token: str) -> AcknowledgeLink | None:
        """Return what a token of the fake's key allows."""
        return link_of(token, LINK_KEY)

    async def silences(self) -> Sequence[Silence]:
        """Return the prepared ones."""
        return self.held

    async def recent_silences(self, since: datetime) -> Sequence[Silence]:
        """Return the prepared ones that last or ended since."""
        return [one for one in self.held if one.ended_at is None or one.ended_at > since]

    async def notifications(self, most: int) -> Sequence[NotificationStatus]:
        """Return the prepared ones."""
        return self.outbox[:most]

    async def notified(self) -> Mapping[str, Sequence[Notified]]:
        """Return what is prepared."""
        return self.notified_of

    async def probe(self, request: OnDemandRequest) -> OnDemandResult:
        """Keep the request and return the prepared result."""
        self.requests.append(request)
        return self.probed
