"""The line that heads an entry and, for the worst one, the mail: what is wrong and how many days are left."""

from datetime import datetime

from monitor.alerts.decision import Decision, Entry, Inventory, Rung, Why
from monitor.alerts.wording import TROUBLE, count, days_phrase, shown
from monitor.model import Check

_LONGEST = 160
_ENDING = (Check.EXPIRY, Check.CA_EXPIRY)
_GOOD = {Why.RENEWED: "RENEWED", Why.SOLVED: "SOLVED", Why.ANSWERS: "ANSWERS AGAIN", Why.CLOCK: "CLOCK"}


def subject(decision: Decision, now: datetime) -> str:
    """Return the subject of a notice: its worst entry, and how many more there are."""
    more = len(decision.entries) - 1
    return headline(decision.entries[0], now) + (f" (and {more} more)" if more > 0 else "")


def inventory_subject(inventory: Inventory) -> str:
    """Return the subject of the inventory: its three counts."""
    return (
        f"[INVENTORY] {inventory.watched} watched, {inventory.need_action} need action, "
        f"{inventory.unreachable} unreachable"
    )


def headline(entry: Entry, now: datetime) -> str:
    """Return one line such as ``[CRITICAL] recorder01.vms.example:7563 ends in 3 days``."""
    title = shown(entry.title, _LONGEST)
    return f"[{label(entry)}] {title}{_rest(entry, now)}"


def label(entry: Entry) -> str:
    """Return the word in brackets: how bad it is, or which good news."""
    return _GOOD.get(entry.why) or (entry.rung or Rung.WARNING).value.upper()


def _rest(entry: Entry, now: datetime) -> str:
    check = entry.checks[0] if entry.checks else None
    if entry.why is Why.RENEWED and entry.certificate is not None:
        return f" now {days_phrase(entry.certificate.not_after, now)}"
    if entry.why is Why.SOLVED and check is not None:
        return f": no longer {TROUBLE[check]}"
    if check is None or entry.why not in (Why.FIRST, Why.WORSE, Why.REMINDER, Why.INVENTORY):
        return ""
    if check in _ENDING and entry.certificate is not None:
        return f" {days_phrase(entry.certificate.not_after, now)}"
    if check in (Check.UNREACHABLE, Check.NEVER_SEEN):
        return f" {TROUBLE[check]}"
    return f": {TROUBLE[check]}{_aside(entry, now)}"


def _aside(entry: Entry, now: datetime) -> str:
    # A silent issuer is no trouble of the one certificate that happens to be at hand.
    if entry.certificate is None or entry.checks[0] is Check.REVOCATION_UNKNOWN:
        return ""
    return f", {days_phrase(entry.certificate.not_after, now)}"


def places_left_out(total: int, limit: int) -> str:
    """Return the words for what did not fit, empty when everything did."""
    return f"and {count(total - limit, 'more place')}" if total > limit else ""
