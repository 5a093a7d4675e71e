"""What people do on a renewal day, as values."""

from dataclasses import dataclass
from typing import TypeAlias

from monitor.model import CheckedItem


@dataclass(frozen=True, slots=True)
class Expect:
    """Say what the ports of a step are to serve, by SHA-1 or SHA-256; empty for any suitable certificate."""

    step_id: str
    thumbprint: str


@dataclass(frozen=True, slots=True)
class ReportExitCode:
    """Say what Server Configurator returned on a step."""

    step_id: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm a step by name: what was checked, and a note."""

    step_id: str
    name: str
    checked: tuple[CheckedItem, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Leave a step out; those after it need not wait for it any more."""

    step_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after the work was stopped by a failure."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Rest until somebody continues, over night for example."""


@dataclass(frozen=True, slots=True)
class ContinueWork:
    """Continue after a pause."""


@dataclass(frozen=True, slots=True)
class End:
    """End the work for good, with whatever is open."""


DayAction: TypeAlias = Expect | ReportExitCode | Confirm | LeaveOut | Resume | Pause | ContinueWork | End
