"""What the pages of renewal days say, as messages; must not decide when it is said."""

from datetime import datetime

from monitor.model import DayState, message
from monitor.model.message import plain
from monitor.web.queries.planning.renewal_day import PortState, StepState

RENEWAL_DAYS = plain("renewal_page.days", "Renewal days")
WHAT_TO_DO = plain("renewal_page.what_to_do", "What to do")
NO_DAYS = plain("renewal_page.no_days", "No plan has been started yet.")
NO_DAY = plain("renewal_page.no_day", "There is no such renewal day.")
TOO_LONG = plain("renewal_page.too_long", "The form is too long.")
NO_EXIT_CODE = plain("renewal_page.no_exit_code", "An exit code is a number, such as 0 or 100.")

STATES = {
    DayState.ACTIVE: plain("renewal_page.active", "Work goes on"),
    DayState.STOPPED: plain("renewal_page.stopped", "Stopped"),
    DayState.PAUSED: plain("renewal_page.paused", "Paused"),
    DayState.ENDED: plain("renewal_page.ended", "Ended"),
}
STEP_STATES = {
    StepState.DONE: plain("renewal_page.step_done", "done"),
    StepState.LEFT_OUT: plain("renewal_page.step_left_out", "left out"),
    StepState.FAILED: plain("renewal_page.step_failed", "stopped here"),
    StepState.TO_CHECK: plain("renewal_page.step_to_check", "to be checked"),
    StepState.NEXT: plain("renewal_page.step_next", "to do"),
    StepState.WAITING: plain("renewal_page.step_waiting", "later"),
}
STEP_LEVELS = {
    StepState.DONE: "ok",
    StepState.LEFT_OUT: "unknown",
    StepState.FAILED: "critical",
    StepState.TO_CHECK: "warning",
    StepState.NEXT: "next",
    StepState.WAITING: "standby",
}
PORT_STATES = {
    PortState.OLD: plain("renewal_page.port_old", "old certificate"),
    PortState.NEW: plain("renewal_page.port_new", "expected certificate"),
    PortState.OTHER: plain("renewal_page.port_other", "another certificate, which does not count"),
    PortState.WENT_BACK: plain("renewal_page.port_went_back", "old certificate again"),
    PortState.SILENT: plain("renewal_page.port_silent", "does not answer"),
}
PORT_LEVELS = {
    PortState.OLD: "standby",
    PortState.NEW: "ok",
    PortState.OTHER: "critical",
    PortState.WENT_BACK: "critical",
    PortState.SILENT: "warning",
}

SERVED = plain("renewal_page.served", "The ports serve the expected certificate")
NOT_SERVED = plain("renewal_page.not_served", "Waiting for the ports to serve the expected certificate")
NO_PORTS = plain("renewal_page.no_ports", "No port can tell: a person has to confirm this step")
NOT_CHECKED = plain("renewal_page.not_checked", "Not checked by anybody yet")
EXPECTED = plain("renewal_page.expected", "Expected thumbprint")
CONFIRM = plain("renewal_page.confirm", "Confirm that it was checked")
CHECKED_BY = plain("renewal_page.checked_by", "Checked by (name)")
WHAT = plain("renewal_page.what", "What was checked")
NOTE = plain("renewal_page.note", "Note")
REPORT = plain("renewal_page.report", "Report Server Configurator's exit code")
EXIT_CODE = plain("renewal_page.exit_code", "Exit code")
EXIT_CODE_HELP = plain(
    "renewal_page.exit_code_help",
    "In PowerShell: $LASTEXITCODE. 0 is success; any other code stops the work.",
)
EXPECT = plain("renewal_page.expect", "Expect one thumbprint exactly")
EXPECT_HELP = plain("renewal_page.expect_help", "Empty: any suitable certificate that is new.")
LEAVE_OUT = plain("renewal_page.leave_out", "Leave this step out")
REASON = plain("renewal_page.reason", "Reason")
RESUME = plain("renewal_page.resume", "Go on")
RESUME_HELP = plain(
    "renewal_page.resume_help",
    "Say what was done about it, or why to go on all the same. It is in the protocol.",
)
PAUSE = plain("renewal_page.pause", "Pause for today")
CONTINUE = plain("renewal_page.continue", "Continue the work")
END = plain("renewal_page.end", "End the work")
END_HELP = plain(
    "renewal_page.end_help",
    "Alerts about these servers are told again, and what is open stays open in the protocol.",
)
START = plain("renewal_page.start", "Start the renewal day")
START_HELP = plain(
    "renewal_page.start_help",
    "The plan is kept as it is now. Its ports are checked every 15 seconds, and alerts about its servers "
    "wait while work goes on, expiry excepted.",
)
GOES_ON = plain("renewal_page.goes_on", "Certificates of this site are being renewed:")
SHOW_WORK = plain("renewal_page.show_work", "show the work")
NOTHING_TO_DO = plain(
    "renewal_page.nothing_to_do", "Nothing of this site serves a certificate that could be renewed."
)
CHANGED_SINCE = plain(
    "renewal_page.changed_since", "The plan has changed since it was shown. Look at it again, then start it."
)
SEND = plain("renewal_page.send", "Send")
PRINT_HINT = plain("renewal_page.print_hint", "Print this page to keep the protocol.")

CHANGED = plain("renewal_page.changed", "What was changed")
NOTHING_CHANGED = plain("renewal_page.nothing_changed", "No port serves another certificate than before.")
NOT_DONE = plain("renewal_page.not_done", "What was not done")
ALL_DONE = plain("renewal_page.all_done", "Everything was done.")
HAPPENED = plain("renewal_page.happened", "What happened")
PORT = plain("renewal_page.port", "Port")
OLD_AND_NEW = plain("renewal_page.old_and_new", "Old and new thumbprint")
CHECKED = plain("renewal_page.checked_column", "Checked by")
SINCE = plain("renewal_page.since", "Served since")
WHO = plain("renewal_page.who", "Who")
WHEN = plain("renewal_page.when", "When")
STEP = plain("renewal_page.step", "Step")
THE_MONITOR = plain("renewal_page.the_monitor", "cert-monitor")


@message("renewal_page.day_of", "Renewal of {site}")
def day_of(*, site: str) -> None: ...


@message("renewal_page.steps_done", "{done} of {count} step done.", "{done} of {count} steps done.")
def steps_done(*, done: int, count: int) -> None: ...


@message("renewal_page.started_at", "Started {at} by {who}.")
def started(*, at: datetime, who: str) -> None: ...


@message("renewal_page.ended_at", "Ended {at} by {who}.")
def ended(*, at: datetime, who: str) -> None: ...


@message("renewal_page.ended_alone", "Ended {at} by itself, with nothing left to do.")
def ended_alone(*, at: datetime) -> None: ...


@message("renewal_page.paused_at", "Paused {at}. Alerts do not wait.")
def paused(*, at: datetime) -> None: ...


@message(
    "renewal_page.waits_until",
    "Alerts about these servers wait, expiry excepted. The work is paused by itself {at}.",
)
def waits_until(*, at: datetime) -> None: ...


@message("renewal_page.waits_for", "First: {steps}")
def waits_for(*, steps: tuple[str, ...]) -> None: ...


@message("renewal_page.silent_since", "since {at}")
def silent_since(*, at: datetime) -> None: ...


@message("renewal_page.left_out_by", "Left out by {who}: {why}")
def left_out_by(*, who: str, why: str) -> None: ...


@message("renewal_page.checked", "Checked by {who}, {at}")
def checked(*, who: str, at: datetime) -> None: ...
