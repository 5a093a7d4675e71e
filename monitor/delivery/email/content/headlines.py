"""Subjects and headlines: how bad, what, and until when; it must not decide what is notified."""

from collections import Counter
from collections.abc import Iterator, Sequence

from monitor.alerts.decision import Inventory, NotificationItem, NotifyReason
from monitor.alerts.digest import Digest, Heartbeat
from monitor.alerts.payload import Content
from monitor.alerts.summarize import count_levels
from monitor.alerts.texts import PROBLEM, shown
from monitor.delivery.email.content import count_texts, texts
from monitor.delivery.email.content.heartbeats import heartbeat_subject
from monitor.model import AlertLevel, Check, Message, text
from monitor.model.texts import enumerated

_LONGEST_TITLE = 160
_SAYS_EXPIRY = {Check.EXPIRY: texts.certificate_expires, Check.CA_EXPIRY: texts.ca_expires}
_SAYS_EXPIRY_TOO = {
    Check.OUTLIVES_CA: texts.problem_and_expiry_of_ca,
    Check.RENEWAL_WINDOW: texts.problem_and_expiry,
    Check.RENEWAL_LATE: texts.problem_and_expiry,
    Check.NOT_DEPLOYED: texts.problem_and_expiry_in_use,
    Check.RECORDER_PAIR: texts.problem_and_expiry_of_other,
}
"""How long there is to act; other problems are not less urgent because a certificate is valid for long."""
_GOOD_NEWS = {
    NotifyReason.RENEWED: count_texts.count_renewed,
    NotifyReason.RESOLVED: count_texts.count_resolved,
    NotifyReason.REACHABLE_AGAIN: count_texts.count_reachable,
}


def subject(content: Content) -> Message:
    """Return the subject of a mail: its counts, or the one thing that it is about."""
    if isinstance(content, Inventory):
        counts = (
            count_texts.watched(count=content.watched),
            count_texts.need_action(count=content.need_action),
            count_texts.unreachable(count=content.unreachable),
        )
        return _counted(counts)
    if isinstance(content, Digest):
        return _counted(digest_counts(content))
    if isinstance(content, Heartbeat):
        return heartbeat_subject(content)
    if len(content) == 1:
        return headline(content[0])
    return _counted(tuple(item_counts(content)))


def item_counts(items: Sequence[NotificationItem]) -> Iterator[Message]:
    """Yield how many items have each level, worst first, and how many are good news of each kind."""
    for level, count in count_levels(items).items():
        yield count_texts.LEVEL_COUNT[level](count=count)
    good = Counter(item.reason for item in items if item.level is None)
    for reason, said in _GOOD_NEWS.items():
        if good[reason]:
            yield said(count=good[reason])


def digest_counts(digest: Digest) -> tuple[Message, ...]:
    """Return the counts of a digest; that nothing is urgent is said only when it is so."""
    calm = () if digest.urgent else (count_texts.NOTHING_URGENT,)
    return (*item_counts((*digest.items, *digest.over)), *calm)


def headline(item: NotificationItem) -> Message:
    """Return one line such as ``Recorder 01: certificate expires in 3 days (critical)``."""
    what = problem(item)
    if item.level is None:
        return (
            texts.headline(what=what, label=texts.RESOLVED) if item.reason is NotifyReason.RESOLVED else what
        )
    if item.level is AlertLevel.EXPIRED and item.check in _SAYS_EXPIRY and item.certificate is not None:
        return what
    return texts.headline(what=what, label=texts.LEVEL[item.level])


def problem(item: NotificationItem) -> Message:
    """Return the same line without the level."""
    title = title_of(item)
    if says_itself(item):
        return item.messages[0]
    if item.reason is NotifyReason.RENEWED and item.certificate is not None:
        return texts.renewed_until(title=title, not_after=item.certificate.not_after)
    if item.reason is NotifyReason.REACHABLE_AGAIN:
        return texts.reachable_again(title=title)
    if item.check is None:
        return text(title)
    if item.reason in (NotifyReason.RENEWED, NotifyReason.RESOLVED):
        return texts.problem_of(title=title, problem=PROBLEM[item.check])
    return _problem(item, title, item.check)


def says_itself(item: NotificationItem) -> bool:
    """Return whether the first message is the headline: of what is about the monitor, or a zone."""
    return not item.title or (item.check is None and bool(item.messages))


def title_of(item: NotificationItem) -> str:
    """Return what an item is about, as page and metrics call it, cut where it is too long."""
    return shown(item.title, _LONGEST_TITLE)


def _problem(item: NotificationItem, title: str, check: Check) -> Message:
    said, certificate = PROBLEM[check], item.certificate
    if certificate is not None and check in _SAYS_EXPIRY:
        return _SAYS_EXPIRY[check](title=title, not_after=certificate.not_after)
    if certificate is not None and check in _SAYS_EXPIRY_TOO:
        return _SAYS_EXPIRY_TOO[check](title=title, problem=said, not_after=certificate.not_after)
    return texts.problem_of(title=title, problem=said)


def _counted(counts: Sequence[Message]) -> Message:
    return count_texts.subject(counts=enumerated(counts or (count_texts.NOTHING_OPEN,), len(counts) + 1))
