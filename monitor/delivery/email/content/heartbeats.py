"""The words of a heartbeat; what it counts is decided elsewhere."""

from collections.abc import Iterator

from monitor.alerts.decision import UpcomingExpiry
from monitor.alerts.digest import Heartbeat
from monitor.delivery.email.content import count_texts, texts
from monitor.model import Message
from monitor.model.texts import enumerated


def heartbeat_subject(heartbeat: Heartbeat) -> Message:
    """Return the subject: whether all is well, and how much is watched."""
    state = (count_texts.ALL_IS_WELL,) if heartbeat.all_is_well else tuple(_open(heartbeat))
    counts = (*state, count_texts.certificates_watched(count=heartbeat.certificates))
    return count_texts.heartbeat_subject(counts=enumerated(counts, len(counts)))


def heartbeat_sentences(heartbeat: Heartbeat) -> Iterator[Message]:
    """Yield whether anybody needs to act, how much is watched, and when to expect the next one."""
    if heartbeat.all_is_well:
        yield texts.NOBODY_NEEDS_TO_ACT
    else:
        counts = tuple(_open(heartbeat))
        yield texts.lead(counts=enumerated(counts, len(counts)))
    targets = count_texts.target_count(count=heartbeat.targets)
    yield texts.watched_at(count=heartbeat.certificates, targets=targets)
    yield texts.next_heartbeat(at=heartbeat.next_at)


def heartbeat_lines(heartbeat: Heartbeat) -> Iterator[Message]:
    """Yield the sentences, and which certificate expires next."""
    yield from heartbeat_sentences(heartbeat)
    if heartbeat.first is not None:
        yield texts.next_to_expire(what=next_expiry(heartbeat.first))


def next_expiry(one: UpcomingExpiry) -> Message:
    """Return when and where a certificate expires that nothing is wrong with yet."""
    at = one.location if one.title in ("", one.location) else f"{one.title} ({one.location})"
    return texts.next_expiry(at=at, not_after=one.expires_at)


def _open(heartbeat: Heartbeat) -> Iterator[Message]:
    if heartbeat.open:
        yield count_texts.alerts_open(count=heartbeat.open)
    if heartbeat.acknowledged:
        yield count_texts.count_acknowledged(count=heartbeat.acknowledged)
