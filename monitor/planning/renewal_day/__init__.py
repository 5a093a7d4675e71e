"""Work on a renewal plan, as pure functions of a started plan, what is observed, and what people say."""

from monitor.planning.renewal_day.actions import (
    Confirm,
    ContinueWork,
    DayAction,
    End,
    Expect,
    LeaveOut,
    Pause,
    ReportExitCode,
    Resume,
)
from monitor.planning.renewal_day.change import DayChange
from monitor.planning.renewal_day.observe import WORK_AT_MOST, observe
from monitor.planning.renewal_day.progress import act

__all__ = [
    "WORK_AT_MOST",
    "Confirm",
    "ContinueWork",
    "DayAction",
    "DayChange",
    "End",
    "Expect",
    "LeaveOut",
    "Pause",
    "ReportExitCode",
    "Resume",
    "act",
    "observe",
]
