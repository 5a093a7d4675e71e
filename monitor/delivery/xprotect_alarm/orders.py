"""The alarms that a notification raises and closes at a site, as JSON; pure.

Only a notice raises alarms. What is over is closed whoever says it: digests have good news too.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from monitor.alerts.decision import NotificationItem
from monitor.alerts.digest import Digest
from monitor.alerts.payload import Content, from_json
from monitor.alerts.texts import shown
from monitor.delivery import texts as own_texts
from monitor.delivery.chat_lines import lines_of
from monitor.delivery.email.content import texts
from monitor.delivery.email.content.headlines import headline
from monitor.delivery.links import NO_LINKS, Links, LinksNow
from monitor.messages import Writer
from monitor.model import AlertLevel, Notification, NotificationKind

LONGEST_NAME = 100
LONGEST_MESSAGE = 500
"""What another integration's manual gives as the most; the vendor's document with the limits was not read."""
_LONGEST_LINE = 160


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An alarm that is to be there, with its level; a test has no ``alert_id``."""

    alert_id: str
    level: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class ClosedAlarm:
    """An alarm that is to be closed, if there is one, and what is said of it."""

    alert_id: str
    comment: str


@dataclass(frozen=True, slots=True)
class AlarmOrders:
    """All that one notification asks for."""

    raised: tuple[RaisedAlarm, ...] = ()
    closed: tuple[ClosedAlarm, ...] = ()


def mark(alert_id: str) -> str:
    """Return the mark in the message of an alert's alarm, by which it is found again."""
    return f"[cert-monitor {alert_id}]"


def orders(
    notification: Notification, writer: Writer, links: Links = NO_LINKS, *, full: bool = True
) -> AlarmOrders:
    """Return what a notification asks for; raise ``UnreadablePayloadError`` for one that is unreadable.

    Unless it is ``full``, messages only say where it is.
    """
    if notification.kind is NotificationKind.TEST:
        name = shown(writer.write(own_texts.TEST_TITLE), LONGEST_NAME)
        said = shown(writer.write(own_texts.test_sent(at=writer.now)), LONGEST_MESSAGE)
        return AlarmOrders((RaisedAlarm("", AlertLevel.WARNING.value, name, said),))
    content = from_json(notification.payload)
    items = content if isinstance(content, tuple) else ()
    raised = (_raised(one, writer, links, full=full) for one in items if one.alert_id and one.level)
    comment = _comment(content, writer)
    over = dict.fromkeys(one.alert_id for one in notification.alerts if not one.level)
    return AlarmOrders(tuple(raised), tuple(ClosedAlarm(one, comment) for one in over if one))


def renderer(
    writer: Callable[[datetime], Writer], links: LinksNow, *, full: bool = True
) -> Callable[[Notification, datetime], bytes]:
    """Return what renders notifications."""

    def render(notification: Notification, now: datetime) -> bytes:
        return to_bytes(orders(notification, writer(now), links(), full=full))

    return render


def to_bytes(wanted: AlarmOrders) -> bytes:
    """Return the orders as JSON."""
    return json.dumps(asdict(wanted), ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(rendered: bytes) -> AlarmOrders:
    """Return the orders that ``to_bytes`` wrote."""
    read = json.loads(rendered)
    return AlarmOrders(
        tuple(RaisedAlarm(**one) for one in read["raised"]),
        tuple(ClosedAlarm(**one) for one in read["closed"]),
    )


def _raised(item: NotificationItem, writer: Writer, links: Links, *, full: bool) -> RaisedAlarm:
    name = shown(writer.write(headline(item)), LONGEST_NAME)
    level = item.level.value if item.level else ""
    return RaisedAlarm(item.alert_id, level, name, _message(item, writer, links, full=full))


def _message(item: NotificationItem, writer: Writer, links: Links, *, full: bool) -> str:
    link = links.alert(item.alert_id)
    end = [*([link] if 0 < len(link) <= _LONGEST_LINE else ()), mark(item.alert_id)]
    left = LONGEST_MESSAGE - sum(len(one) + 1 for one in end)
    said = list(_said(item, writer))[: None if full else 1]
    kept: list[str] = []
    for line in said:
        if len(line) + 1 <= left:
            kept.append(line)
            left -= len(line) + 1
    return "\n".join((*kept, *end))


def _said(item: NotificationItem, writer: Writer) -> Iterator[str]:
    for line in lines_of((item,)):
        yield from (shown(writer.write(one), _LONGEST_LINE) for one in line.lines if one)


def _comment(content: Content, writer: Writer) -> str:
    """Return what is said of an alarm that is over: which of several it was is not known."""
    items = content.over if isinstance(content, Digest) else content if isinstance(content, tuple) else ()
    good = [one for one in items if one.level is None]
    return shown(writer.write(headline(good[0]) if len(good) == 1 else texts.RESOLVED), LONGEST_MESSAGE)
