"""What the alert pass starts from and what it decides, as plain values: no judgment and no wording here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model import Certificate, Check, LogChange, NotificationRecord, Snapshot


class Rung(StrEnum):
    """Name one step of the ladder on which trouble is told, from mild to worst."""

    WARNING = "warning"
    CRITICAL = "critical"
    EXPIRED = "expired"

    @property
    def rank(self) -> int:
        """Return the location on the ladder, 1 is mildest."""
        return _RANKS[self]


_RANKS = {rung: rank for rank, rung in enumerate(Rung, start=1)}


class Why(StrEnum):
    """Name the reason for which an entry is told."""

    FIRST = "first"
    WORSE = "worse"
    REMINDER = "reminder"
    RENEWED = "renewed"
    SOLVED = "solved"
    ANSWERS = "answers"
    CLOCK = "clock"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Spot:
    """Hold one location where a matter shows, and the target to which it belongs.

    ``location`` is ``host:port`` or a path; ``title`` is what people call the target; ``labels`` are those
    that a mail shows.
    """

    location: str
    title: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """Hold what is said beside trouble: what stops working, and what to do about it.

    ``whose`` names the first target that it is for; ``ca_first`` says that the steps renew the CA, because a
    new certificate would end with it; ``switch`` that the new certificate lies ready and is only to be used.
    """

    what_stops: str = ""
    steps: tuple[str, ...] = ()
    link: str = ""
    whose: str = ""
    ca_first: bool = False
    switch: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one piece of news: one certificate, one silent host, or one matter that targets share.

    ``rung`` is ``None`` for good news. ``checks`` has the worst one first. ``replaced`` is the
    SHA-256 of the certificate that was renewed and ``replaced_sha1`` its thumbprint, empty when not known.
    """

    why: Why
    rung: Rung | None
    checks: tuple[Check, ...]
    title: str
    sentences: tuple[str, ...] = ()
    spots: tuple[Spot, ...] = ()
    certificate: Certificate | None = None
    replaced: str = ""
    replaced_sha1: str = ""
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """Hold one certificate whose path ends soon; ``ends_at`` is the earliest end on the path."""

    ends_at: datetime
    title: str
    location: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Silent:
    """Hold one host or source that could not be probed, its locations, and why."""

    title: str
    locations: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Hold the one mail that ends the first pass; the three counts are targets.

    ``never_seen`` stands by for a failure: its silence is no trouble, but nothing can be said of it either.
    """

    watched: int
    need_action: int
    unreachable: int
    not_probed: int
    entries: tuple[Entry, ...]
    soonest: tuple[Ending, ...]
    silent: tuple[Silent, ...]
    never_seen: tuple[Silent, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Hold what a decision needs to know beyond the snapshot.

    ``first_pass_started_at`` is when this installation began to look (kept over restarts until the
    inventory is sent); ``never_probed`` counts targets without any attempt so far. ``notify_all_renewals`` is
    the setting ``notify_renewals: all``.
    """

    first_pass_started_at: datetime
    inventory_sent: bool = False
    never_probed: int = 0
    clock_suspect: bool = False
    notify_all_renewals: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """Hold everything that one decision is made from."""

    snapshot: Snapshot
    told: Mapping[str, NotificationRecord]
    now: datetime
    situation: Situation


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold what is told now and how told-state changes; both are to be stored in one transaction."""

    entries: tuple[Entry, ...] = ()
    inventory: Inventory | None = None
    changes: tuple[LogChange, ...] = ()

    @property
    def silent(self) -> bool:
        """Return whether no mail follows."""
        return not self.entries and self.inventory is None
