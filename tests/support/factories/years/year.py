"""A year of an estate with certificates of all lives, seen by two receivers; nothing here decides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from monitor.alerts import Every, NotificationItem, NotifyReason, ReceiverRules, Schedule
from monitor.alerts.digest import Digest
from monitor.model import (
    Certificate,
    Check,
    FormerLeaf,
    Policy,
    ReceiverRecord,
    Severity,
    Snapshot,
    TargetInfo,
    TargetState,
)
from support.factories.alerts.passes import Passes
from support.factories.alerts.world import DAYS, finding, picture, seen, target

HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = 365 * DAYS
ZONES = {"lisbon": ZoneInfo("Europe/Lisbon"), "new_york": ZoneInfo("America/New_York")}
RULES = {
    "lisbon": ReceiverRules(digest=Schedule(Every.DAILY, time(8), ZONES["lisbon"])),
    "new_york": ReceiverRules(digest=Schedule(Every.WORKDAY, time(8), ZONES["new_york"])),
}
POLICY = Policy()


@dataclass(frozen=True)
class Lineage:
    """One target whose certificate is renewed at shares of its life, the last one of which repeats.

    ``renewals`` are shares of the life: 0.66 is early, 1.02 late. After the last of a ``bounded`` lineage
    nobody renews any more.
    """

    name: str
    life: timedelta
    renewals: tuple[float, ...]
    begins: datetime = BEGIN
    bounded: bool = False
    low_impact: bool = False

    def current(self, now: datetime) -> tuple[Certificate, Certificate | None]:
        """Return the certificate that is served at an instant, and the one before it."""
        before, number, start = None, 0, self.begins
        while True:
            shown = self._certificate(number, start)
            if self.bounded and number >= len(self.renewals):
                return shown, before
            renewed_at = start + self.life * self.renewals[min(number, len(self.renewals) - 1)]
            if renewed_at > now:
                return shown, before
            before, number, start = shown, number + 1, renewed_at

    def state(self, now: datetime) -> TargetState:
        """Return what a probe and its judgment give at an instant."""
        shown, before = self.current(now)
        on = replace(target(f"{self.name}:443"), info=TargetInfo(title=self.name, low_impact=self.low_impact))
        severity = severity_of(shown, now)
        findings = () if severity is None else (finding(Check.EXPIRY, shown, f"{self.name}:443", severity),)
        former = () if before is None else (FormerLeaf(f"{self.name}:443", before, shown, 3),)
        return seen(f"{self.name}:443", shown, *findings, on=on, former_leaves=former)

    def _certificate(self, number: int, start: datetime) -> Certificate:
        sha256 = f"{crc32(self.name.encode()):08x}{number:08x}".rjust(64, "0")
        return Certificate(
            sha256=sha256,
            sha1=sha256[:40].upper(),
            subject=f"CN={self.name}",
            issuer="CN=VMS Certificate Authority",
            subject_cn=self.name,
            issuer_cn="VMS Certificate Authority",
            serial=f"{number:04X}",
            not_before=start,
            not_after=start + self.life,
            dns_names=(self.name,),
            ip_addresses=(),
            is_ca=False,
            self_issued=False,
            key_type="RSA",
            key_bits=2048,
            signature_hash="sha256",
            extended_usages=None,
        )


def severity_of(certificate: Certificate, now: datetime) -> Severity | None:
    """Return how bad the expiry of a certificate is at an instant, ``None`` for not at all."""
    if now >= POLICY.critical_due_at(certificate, as_ca=False):
        return Severity.CRITICAL
    return Severity.WARNING if now >= POLICY.warning_due_at(certificate, as_ca=False) else None


@dataclass(frozen=True)
class Sent:
    """One item of one notification."""

    at: datetime
    receiver: str
    digest: bool
    reason: NotifyReason
    level: str
    title: str
    sha256: str

    def __str__(self) -> str:
        """Return it as a line of a list."""
        how = "digest" if self.digest else "at once"
        return f"{self.at:%m-%d %H} {how} {self.reason.value} {self.level} {self.title}".replace("  ", " ")


@dataclass
class Year:
    """An estate, when the monitor was away, and what it sent."""

    lineages: Sequence[Lineage]
    away: Sequence[tuple[datetime, datetime]] = ()
    step: timedelta = HOUR
    sent: list[Sent] = field(default_factory=list)
    digests: dict[str, list[datetime]] = field(default_factory=lambda: {name: [] for name in RULES})
    passes: Passes = field(init=False)

    def __post_init__(self) -> None:
        """Begin after the inventory."""
        known = {name: ReceiverRecord(name, inventory_at=BEGIN) for name in RULES}
        self.passes = Passes(known, dict(RULES))

    def instants(self) -> Iterator[datetime]:
        """Yield the instants of the passes."""
        now = BEGIN
        while now < BEGIN + YEAR:
            if not any(begin <= now < end for begin, end in self.away):
                yield now
            now += self.step

    def run(self) -> "Year":
        """Let the year pass."""
        for now in self.instants():
            self.one(now)
        return self

    def snapshot(self, now: datetime) -> Snapshot:
        """Return what is known at an instant."""
        return picture(*(lineage.state(now) for lineage in self.lineages))

    def one(self, now: datetime) -> None:
        """Do one pass."""
        for part in self.passes.decide(self.snapshot(now), now).receivers:
            self._note(now, part.receiver, part.items, digest=False)
            if part.digest is not None:
                self.digests[part.receiver].append(now)
                self._note(now, part.receiver, _items(part.digest), digest=True)

    def _note(self, now: datetime, receiver: str, items: Sequence[NotificationItem], *, digest: bool) -> None:
        for item in items:
            level = item.level.value if item.level else ""
            sha256 = item.certificate.sha256 if item.certificate else ""
            self.sent.append(Sent(now, receiver, digest, item.reason, level, item.title, sha256))

    def lines(self, receiver: str) -> list[str]:
        """Return what one receiver was sent, a line for each item."""
        return [str(one) for one in self.sent if one.receiver == receiver]


def _items(digest: Digest) -> tuple[NotificationItem, ...]:
    return (*digest.new, *digest.open, *digest.over)


def by_receiver(year: Year) -> Mapping[str, list[Sent]]:
    """Return what was sent, by receiver."""
    return {name: [one for one in year.sent if one.receiver == name] for name in RULES}
