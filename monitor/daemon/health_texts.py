"""Messages about what is wrong with the service itself, for health, the page and the API."""

from datetime import datetime

from monitor.model import Message, message
from monitor.model.message import plain


@message("health_loop_stuck", "the event loop has been stuck for {seconds} s")
def loop_stuck(*, seconds: int) -> None: ...


@message("health_schedule_stuck", "the schedule has not run for {seconds} s")
def schedule_stuck(*, seconds: int) -> None: ...


@message("health_task_stuck", "{task} was last completed {seconds} s ago")
def task_stuck(*, task: str, seconds: int) -> None: ...


CLOCK_EARLY = plain(
    "health_clock_early",
    "the clock is wrong: it is earlier than the newest record, or than the date of this version",
)


@message(
    "health_clock_jumped",
    "the clock jumped from {before} to {after}; if it is right, run: cert-monitor clock accept",
)
def clock_jumped(*, before: datetime, after: datetime) -> None: ...


LEASE_LOST = plain(
    "health_lease_lost",
    "the lease of this center could not be renewed: it probes and shows, and sends nothing",
)
NO_DATABASE = plain(
    "health_no_database",
    "this center has no database: it probes and shows, and sends nothing; it joins the others by itself",
)


@message("health_database", "{problem}")
def database(*, problem: str) -> None: ...


@message(
    "health_own_fault",
    "a fault of cert-monitor or of the machine that probes keeps targets from being probed: {why}",
)
def own_fault(*, why: Message) -> None: ...


@message("health_workers_failed", "workers do not probe all of their targets: {why}")
def workers_failed(*, why: Message) -> None: ...


@message("health_web_config_refused", "{why}; the former web configuration stays in force")
def web_config_refused(*, why: str) -> None: ...


@message("health_undelivered", "notifications could not be delivered since {since}; see the log")
def undelivered(*, since: datetime) -> None: ...
