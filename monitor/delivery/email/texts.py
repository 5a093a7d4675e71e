"""The texts of mails: phrases, headlines and subjects; it must not decide anything."""

from datetime import datetime

from monitor.alerts.alert import AlertLevel
from monitor.alerts.decision import Decision, Inventory, NotificationItem, NotifyReason
from monitor.alerts.texts import PROBLEM, shown
from monitor.messages import english
from monitor.model import Check
from monitor.model.certificate import DAY

REASON = {
    NotifyReason.FIRST: "",
    NotifyReason.WORSE: "worse than told before",
    NotifyReason.REMINDER: "reminder, still unsolved",
    NotifyReason.RENEWED: "renewed",
    NotifyReason.RESOLVED: "solved",
    NotifyReason.REACHABLE_AGAIN: "answers again",
    NotifyReason.CLOCK: "the monitor's own clock",
    NotifyReason.INVENTORY: "",
}

_LONGEST_TITLE = 160
_EXPIRING = (Check.EXPIRY, Check.CA_EXPIRY)
_GOOD = {
    NotifyReason.RENEWED: "RENEWED",
    NotifyReason.RESOLVED: "SOLVED",
    NotifyReason.REACHABLE_AGAIN: "ANSWERS AGAIN",
    NotifyReason.CLOCK: "CLOCK",
}


def subject(decision: Decision, now: datetime) -> str:
    """Return the subject of a notice: its worst item, and how many more there are."""
    more = len(decision.items) - 1
    return headline(decision.items[0], now) + (f" (and {more} more)" if more > 0 else "")


def inventory_subject(inventory: Inventory) -> str:
    """Return the subject of the inventory: its three counts."""
    return (
        f"[INVENTORY] {inventory.watched} watched, {inventory.need_action} need action, "
        f"{inventory.unreachable} unreachable"
    )


def headline(item: NotificationItem, now: datetime) -> str:
    """Return one line such as ``[CRITICAL] recorder01.vms.example:7563 ends in 3 days``."""
    if not item.title:
        return f"[{label(item)}] {english(now).write(item.messages[0])}"
    return f"[{label(item)}] {shown(item.title, _LONGEST_TITLE)}{_rest(item, now)}"


def label(item: NotificationItem) -> str:
    """Return the word in brackets: the level, or which good news it is."""
    return _GOOD.get(item.reason) or (item.level or AlertLevel.WARNING).value.upper()


def _rest(item: NotificationItem, now: datetime) -> str:
    check = item.checks[0] if item.checks else None
    if item.reason is NotifyReason.RENEWED and item.certificate is not None:
        return f" now {days_phrase(item.certificate.not_after, now)}"
    if item.reason is NotifyReason.RESOLVED and check is not None:
        return f": no longer {english(now).write(PROBLEM[check])}"
    if check is None or item.reason not in (
        NotifyReason.FIRST,
        NotifyReason.WORSE,
        NotifyReason.REMINDER,
        NotifyReason.INVENTORY,
    ):
        return ""
    if check in _EXPIRING and item.certificate is not None:
        return f" {days_phrase(item.certificate.not_after, now)}"
    if check in (Check.UNREACHABLE, Check.NEVER_SEEN):
        return f" {english(now).write(PROBLEM[check])}"
    return f": {english(now).write(PROBLEM[check])}{_aside(item, now)}"


def _aside(item: NotificationItem, now: datetime) -> str:
    # An issuer that does not answer is not about the one certificate that comes first.
    if item.certificate is None or item.checks[0] is Check.REVOCATION_UNKNOWN:
        return ""
    return f", {days_phrase(item.certificate.not_after, now)}"


def locations_left_out(total: int, limit: int) -> str:
    """Return how many locations did not fit, empty when all did."""
    return f"and {count(total - limit, 'more place')}" if total > limit else ""


def days_phrase(not_after: datetime, now: datetime) -> str:
    """Return when a certificate expires in whole days of 24 hours, such as ``ends in 3 days``.

    Both directions round towards now: 3.9 days left are 3, 1.9 days ago is 1; less than a day is today.
    """
    if not_after > now:
        left = (not_after - now) // DAY
        return f"ends in {count(left, 'day')}" if left else "ends today"
    gone = (now - not_after) // DAY
    return f"ended {count(gone, 'day')} ago" if gone else "ended today"


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def instant(at: datetime) -> str:
    """Return an instant in UTC to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
