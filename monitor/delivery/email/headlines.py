"""Subjects and headlines: how bad, what, and until when; it must not decide what is notified."""

from collections.abc import Sequence

from monitor.alerts.decision import Inventory, NotificationItem, NotifyReason
from monitor.alerts.texts import PROBLEM, shown
from monitor.delivery.email import texts
from monitor.model import AlertLevel, Check, Message, text

_LONGEST_TITLE = 160
_SAYS_EXPIRY = {Check.EXPIRY: texts.certificate_expires, Check.CA_EXPIRY: texts.ca_expires}
_SAYS_EXPIRY_TOO = {
    Check.OUTLIVES_CA: texts.problem_and_expiry_of_ca,
    Check.RENEWAL_WINDOW: texts.problem_and_expiry,
    Check.NOT_DEPLOYED: texts.problem_and_expiry_in_use,
    Check.RECORDER_PAIR: texts.problem_and_expiry_of_other,
}
"""How long there is to act; other problems are not less urgent because a certificate is valid for long."""


def subject(items: Sequence[NotificationItem]) -> Message:
    """Return the subject of a notice: its worst item, and how many more there are."""
    first, more = headline(items[0]), len(items) - 1
    return texts.subject_and_more(first=first, count=more) if more > 0 else first


def inventory_subject(inventory: Inventory) -> Message:
    """Return the subject of the inventory: its three counts."""
    return texts.inventory_subject(
        watched=texts.targets_watched(count=inventory.watched),
        need_action=texts.need_action(count=inventory.need_action),
        unreachable=texts.unreachable(count=inventory.unreachable),
    )


def headline(item: NotificationItem) -> Message:
    """Return one line such as ``[CRITICAL] recorder01.vms.example:7563: certificate expires in 3 days``."""
    return texts.headline(label=label(item), what=_what(item) if item.title else item.messages[0])


def label(item: NotificationItem) -> Message:
    """Return the words in brackets: the level, or which good news it is."""
    return texts.NEWS.get(item.reason) or texts.LEVEL[item.level or AlertLevel.WARNING]


def _what(item: NotificationItem) -> Message:
    title = shown(item.title, _LONGEST_TITLE)
    if item.reason is NotifyReason.RENEWED and item.certificate is not None:
        return texts.valid_until(title=title, not_after=item.certificate.not_after)
    if item.reason in (NotifyReason.RENEWED, NotifyReason.REACHABLE_AGAIN) or not item.checks:
        return text(title)
    if item.reason is NotifyReason.RESOLVED:
        return texts.problem_of(title=title, problem=PROBLEM[item.checks[0]])
    return _problem(item, title, item.checks[0])


def _problem(item: NotificationItem, title: str, check: Check) -> Message:
    problem, certificate = PROBLEM[check], item.certificate
    if certificate is not None and check in _SAYS_EXPIRY:
        return _SAYS_EXPIRY[check](title=title, not_after=certificate.not_after)
    if certificate is not None and check in _SAYS_EXPIRY_TOO:
        return _SAYS_EXPIRY_TOO[check](title=title, problem=problem, not_after=certificate.not_after)
    return texts.problem_of(title=title, problem=problem)
