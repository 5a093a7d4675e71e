"""Messages about components that are missing: what, what it means, and what to do."""

from monitor.model import message
from monitor.model.message import plain

MAILS_WAIT = plain("mails_wait", "Mails wait: the database does not answer")
MAILS_WAIT_EFFECT = plain(
    "mails_wait_effect",
    "Targets are probed, and this page shows what is found. Nothing is recorded or sent until the database "
    "answers; then all of it is. Another center that reaches the database takes over.",
)
DATABASE_ADVICE = plain(
    "database_advice",
    "Check that PostgreSQL runs and that this machine reaches it; the log has the error.",
)
CANNOT_TAKE_OVER = plain("cannot_take_over", "This center cannot take over: the database does not answer")
CANNOT_TAKE_OVER_EFFECT = plain(
    "cannot_take_over_effect",
    "Whether another center leads is not known here. Once the database answers, this center takes over "
    "where none does.",
)
NO_STANDBY = plain("no_standby", "No other center waits to take over")
NO_STANDBY_EFFECT = plain(
    "no_standby_effect",
    "This center works. If it fails as well, nothing is probed and no mail is sent until one starts.",
)
NO_STANDBY_ADVICE = plain("no_standby_advice", "Start cert-monitor on the machine of another center.")


@message("center_missing", "Center {name} is not there")
def center_missing(*, name: str) -> None: ...


CENTER_MISSING_EFFECT = plain(
    "center_missing_effect", "This center works. If it fails as well, another one that waits takes over."
)


@message(
    "center_advice", "See whether the machine of {name} and cert-monitor on it run; its log says why not."
)
def center_advice(*, name: str) -> None: ...


NATS_MISSING = plain("nats_missing", "NATS is not reachable")
NATS_EFFECT = plain(
    "nats_effect",
    "Workers get no orders, so their targets are not probed: these stay as they were last, and none becomes "
    "unreachable because of it. Everything else goes on.",
)


@message(
    "nats_advice", "Check that the NATS server runs and that this machine reaches it. The reason is: {why}"
)
def nats_advice(*, why: str) -> None: ...


WORKERS_MISSING = plain("workers_missing", "No worker answers for the targets without a zone")


@message("zone_workers_missing", "Zone {zone}: no worker answers")
def zone_workers_missing(*, zone: str) -> None: ...


WORKERS_EFFECT = plain(
    "workers_effect",
    "Targets of these workers are not probed: they stay as they were last, and none becomes unreachable "
    "because of it.",
)
WORKERS_ADVICE = plain(
    "workers_advice",
    "Check that a worker runs there and reaches NATS; its log says what it lacks.",
)


@message("zone_missing", "Zone {zone}: no agent reports")
def zone_missing(*, zone: str) -> None: ...


ZONE_EFFECT = plain(
    "zone_missing_effect",
    "Its targets are shown as they were last. What an agent sees meanwhile is taken once it can send it.",
)
AGENT_ADVICE = plain(
    "agent_advice", "Check that the agent runs and reaches this center; its log says what it lacks."
)


@message("agent_missing", "Zone {zone}: agent {name} does not report")
def agent_missing(*, zone: str, name: str) -> None: ...


AGENT_EFFECT = plain("agent_missing_effect", "Another agent of the zone is there and probes it.")
