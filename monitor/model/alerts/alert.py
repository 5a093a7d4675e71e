"""What an alert is: its identity, level and locations, and what is recorded of it; it decides nothing."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from monitor.model.certificate import Certificate
from monitor.model.check import AnyCheck
from monitor.model.message import Message

_ID_LENGTH = 20


class Scope(StrEnum):
    """What kind of thing an alert is about."""

    CERTIFICATE = "certificate"
    TARGET = "target"
    MACHINE = "machine"
    NAME = "name"
    SITE = "site"
    ISSUER = "issuer"
    DISCOVERY = "discovery"
    ZONE = "zone"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class AlertKey:
    """The identity of an alert: a check of one thing.

    ``scope_id`` names the thing: the SHA-256 of a certificate, the id of a target, a host with its zone, a
    site, an issuer, the id of a discovery; it is empty for the monitor. ``subject`` separates the alerts of
    one check about one thing, such as the SHA-256 of one of a target's certificates.
    """

    check: AnyCheck
    scope: Scope
    scope_id: str = ""
    subject: str = ""

    @property
    def id(self) -> str:
        """Return the published id: 20 hex digits of the SHA-256 of the key as JSON; it is never read back."""
        parts = (self.check.value, self.scope.value, self.scope_id, self.subject)
        return sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()[:_ID_LENGTH]


class AlertLevel(StrEnum):
    """How bad an alert is, from mild to worst."""

    WARNING = "warning"
    CRITICAL = "critical"
    EXPIRED = "expired"

    @property
    def rank(self) -> int:
        """Return the rank of the level, 1 is mildest."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(AlertLevel, start=1)}


class AlertState(StrEnum):
    """Whether an alert is notified, suppressed by people, or waits for the end of a renewal day."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class AlertLocation:
    """One location of an alert, and the target to which it belongs.

    ``location`` is ``host:port`` or a path; ``title`` is the name that people gave the target and ``server``
    that of its server, if known; ``labels`` are those that people are shown. ``server_name`` is the name that
    its certificate must match, if any.
    """

    location: str
    title: str
    labels: tuple[tuple[str, str], ...] = ()
    server: str = ""
    server_name: str = ""


class AlertResolution(StrEnum):
    """Why an alert is over; ``gone`` is what is neither renewed nor resolved: removed, or judged no more."""

    RENEWED = "renewed"
    RESOLVED = "resolved"
    REACHABLE_AGAIN = "reachable_again"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """What is recorded of one alert, whether anybody was notified of it or not.

    ``title`` and ``locations`` (all that it had since it was opened) name it when it is over. ``lead`` is
    the id of the alert that leads its group, its own where it leads; empty where none was shown yet.
    ``state`` says whether it was kept back at the last pass.
    """

    key: AlertKey
    level: AlertLevel
    level_since: datetime
    opened_at: datetime
    title: str = ""
    locations: tuple[str, ...] = ()
    lead: str = ""
    state: AlertState = AlertState.ACTIVE
    resolved_at: datetime | None = None
    resolution: AlertResolution | None = None


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Alerts of one thing at fault, shown and counted as one: a CA with all that depends on it.

    ``id``, ``check`` and ``title`` are those of the alert that leads the group and stay while it lasts;
    ``level`` is the worst one. ``site``, ``component`` and ``owner`` are empty where its targets differ, and
    ``low_impact`` is true where it is so at all of them.
    """

    id: str
    check: AnyCheck
    level: AlertLevel
    title: str
    since: datetime
    alerts: tuple[AlertKey, ...]
    targets: tuple[str, ...] = ()
    locations: tuple[AlertLocation, ...] = ()
    messages: tuple[Message, ...] = ()
    certificate: Certificate | None = None
    site: str = ""
    component: str = ""
    owner: str = ""
    low_impact: bool = False
    state: AlertState = AlertState.ACTIVE
