"""What the forecast and the timeline say, as messages; must not decide when they are shown."""

from datetime import datetime

from monitor.model import Message, Severity, message
from monitor.model.message import plain

TIMELINE = plain("planning.timeline", "Expiries of the next 12 months")
TIMELINE_HELP = plain(
    "planning.timeline_help",
    "One bar for each week; its height is the number of certificates and CAs that expire in it. A diamond "
    "marks weeks in which a CA expires.",
)
EXPIRED_ALREADY = plain("planning.expired_already", "Expired already")
LATER = plain("planning.later", "Later")
A_CA = plain("planning.a_ca", "a CA expires")

LEVELS = {
    Severity.CRITICAL: plain("planning.level_critical", "critical now"),
    Severity.UNKNOWN: plain("planning.level_unknown", "unknown"),
    Severity.WARNING: plain("planning.level_warning", "warning now"),
    Severity.OK: plain("planning.level_ok", "nothing to do yet"),
}


@message(
    "planning.week",
    "{first:day} to {last:day}: {count} expires",
    "{first:day} to {last:day}: {count} expire",
)
def week(*, count: int, first: datetime, last: datetime) -> None: ...


@message("planning.week_with_cas", "{week}; CAs: {names}")
def week_with_cas(*, week: Message, names: Message) -> None: ...
