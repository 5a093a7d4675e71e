"""A plan for renewing the certificates of a site, as values; it decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import DayStep, Message


@dataclass(frozen=True, slots=True)
class Trust:
    """The computers of a site by whether they trust a CA; unknown are those whose Root store was not read."""

    installed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan with everything that is needed to carry it out.

    ``step`` is what is ticked off on the renewal day. ``title`` names the server and the certificate group,
    or the CA. ``names`` are those to request, ``expires_at`` is when the present certificate does,
    ``thumbprint`` (SHA-1) that of the new one where it is on the machine already. ``interruption`` is what
    does not work meanwhile. ``confirmed`` is false where sources contradict each other or say nothing about
    its place in the order. ``trust`` is there for CAs only.
    """

    step: DayStep
    title: Message
    host: str = ""
    pilot: bool = False
    confirmed: bool = True
    expires_at: datetime | None = None
    names: tuple[str, ...] = ()
    thumbprint: str = ""
    impact: Message | None = None
    interruption: Message | None = None
    remarks: tuple[Message, ...] = ()
    instructions: tuple[Message, ...] = ()
    verification: tuple[Message, ...] = ()
    link: str = ""
    trust: Trust | None = None


@dataclass(frozen=True, slots=True)
class GoingBack:
    """How one step is undone until an instant; ``None`` where it cannot be, and ``instructions`` say why."""

    step_id: str
    title: Message
    until: datetime | None
    instructions: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class LaterStep:
    """What is not in a plan because its certificate is valid for long."""

    title: Message
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RenewalPlan:
    """The plan of a site: its steps in order, and how each is undone.

    ``version`` changes when the steps or the certificates of their ports do. ``unknown`` says what could not
    be taken into account.
    """

    site: str
    made_at: datetime
    version: str
    steps: tuple[PlannedStep, ...]
    going_back: tuple[GoingBack, ...]
    later: tuple[LaterStep, ...] = ()
    unknown: tuple[Message, ...] = ()

    @property
    def day_steps(self) -> tuple[DayStep, ...]:
        """Return what is ticked off on the renewal day."""
        return tuple(one.step for one in self.steps)
