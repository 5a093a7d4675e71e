"""A renewal day: a frozen plan that people work through, what was done, and its log; it decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.message import Message


class DayState(StrEnum):
    """Whether work goes on, was stopped by a failure, rests until it is continued, or is over."""

    ACTIVE = "active"
    STOPPED = "stopped"
    PAUSED = "paused"
    ENDED = "ended"


class DayEventKind(StrEnum):
    """What happened on a renewal day."""

    STARTED = "started"
    EXPECTED = "expected"
    SERVED = "served"
    OTHER = "other"
    WENT_BACK = "went_back"
    CONFIRMED = "confirmed"
    REPORTED = "reported"
    LEFT_OUT = "left_out"
    STOPPED = "stopped"
    RESUMED = "resumed"
    PAUSED = "paused"
    CONTINUED = "continued"
    ENDED = "ended"


class CheckedItem(StrEnum):
    """What somebody checked before confirming a step."""

    LIVE = "live"
    MOBILE = "mobile"
    FAILOVER = "failover"
    INTEGRATIONS = "integrations"
    CLIENTS = "clients"


@dataclass(frozen=True, slots=True)
class DayPort:
    """One port of a step, and the certificates that it served before and since.

    Fingerprints are SHA-256, thumbprints SHA-1, both empty for none. ``old_valid_from`` is when the old one
    became valid. ``sha256`` is the last other certificate that was served, ``went_back`` true while the old
    one is served again after it. ``problem`` says why what is served now does not count.
    """

    target_id: str
    location: str
    component: str = ""
    old_sha256: str = ""
    old_sha1: str = ""
    old_valid_from: datetime | None = None
    sha256: str = ""
    sha1: str = ""
    served_at: datetime | None = None
    went_back: bool = False
    problem: Message | None = None

    @property
    def done(self) -> bool:
        """Return whether it serves what is expected."""
        return bool(self.sha256) and not self.went_back and self.problem is None


@dataclass(frozen=True, slots=True)
class DayStep:
    """One step: its ports, and what people said of it.

    ``expected`` is the thumbprint (SHA-1) or fingerprint that the ports are to serve, empty for any suitable
    new certificate. ``exit_code`` is what Server Configurator returned last, ``None`` where nobody said.
    """

    id: str
    kind: str
    server: str
    component: str = ""
    group: str = ""
    needs: tuple[str, ...] = ()
    ports: tuple[DayPort, ...] = ()
    expected: str = ""
    exit_code: int | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    checked: tuple[CheckedItem, ...] = ()
    note: str = ""
    left_out_at: datetime | None = None
    left_out_by: str = ""
    left_out_why: str = ""

    @property
    def served(self) -> bool:
        """Return whether every port serves what is expected; a step without ports has nothing to serve."""
        return all(port.done for port in self.ports)

    @property
    def done(self) -> bool:
        """Return whether both ticks are there."""
        return self.served and self.confirmed_at is not None

    @property
    def settled(self) -> bool:
        """Return whether later steps need not wait for it."""
        return self.done or self.left_out_at is not None


@dataclass(frozen=True, slots=True)
class RenewalDay:
    """One plan that was started; ``plan`` is its JSON and ``version`` that of the plan, both frozen.

    ``work_began_at`` is when work was started or continued last. ``stopped_why`` is ``None`` unless it is
    stopped, also over a pause. ``ended_by`` is empty where it ended by itself.
    """

    id: str
    site: str
    version: str
    plan: str
    started_at: datetime
    started_by: str
    work_began_at: datetime
    steps: tuple[DayStep, ...] = ()
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_step: str = ""
    stopped_why: Message | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def state(self) -> DayState:
        """Return its state."""
        if self.ended_at is not None:
            return DayState.ENDED
        if self.paused_at is not None:
            return DayState.PAUSED
        return DayState.STOPPED if self.stopped_at is not None else DayState.ACTIVE

    @property
    def working(self) -> bool:
        """Return whether its ports are watched and its alerts wait: also while a failure is put right."""
        return self.state in (DayState.ACTIVE, DayState.STOPPED)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the ids of its targets, each once."""
        return tuple(dict.fromkeys(port.target_id for step in self.steps for port in step.ports))


@dataclass(frozen=True, slots=True)
class DayEvent:
    """One line of the log; ``by`` is empty for what was observed, ``step_id`` for what is about no step."""

    at: datetime
    kind: DayEventKind
    message: Message
    step_id: str = ""
    by: str = ""
