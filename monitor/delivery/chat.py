"""A notification in the few lines that a chat has room for, cut to what it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.decision import NotificationItem
from monitor.alerts.payload import Content, from_json, remarks_in
from monitor.alerts.texts import shown
from monitor.delivery import texts as own_texts
from monitor.delivery.chat_lines import EntryText, lines_of
from monitor.delivery.email.content import texts
from monitor.delivery.email.content.headlines import subject
from monitor.delivery.links import NO_LINKS, Links, LinksNow
from monitor.messages import Writer
from monitor.model import Message, Notification, NotificationKind

MOST_LINES = 20
MOST_FULL = 8
MOST_SHORT = 5
"""Entries that are named, of the full form and of the short one; the others are counted."""
LONGEST_TITLE = 150
LONGEST_LINE = 200
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ChatLink:
    """The words of a link, and where it leads."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One entry, with further lines where there is more to say.

    ``tone`` is the level, ``good`` for good news and empty for neither; ``link`` leads to the page of its
    alert.
    """

    first: str
    more: tuple[str, ...] = ()
    tone: str = ""
    link: ChatLink | None = None


@dataclass(frozen=True, slots=True)
class ChatText:
    """The text for a chat; ``more`` counts what was left out, and ``monitor`` names the sender.

    ``link`` leads to the page of the one alert, or of all of them.
    """

    title: str
    lines: tuple[ChatLine, ...]
    monitor: str
    more: str = ""
    link: ChatLink | None = None


def chat_text(
    notification: Notification,
    writer: Writer,
    monitor: Message,
    links: Links = NO_LINKS,
    *,
    full: bool = False,
) -> ChatText:
    """Return the words of a notification; raise ``UnreadablePayloadError`` for one that is unreadable.

    With ``full`` they have what stops and what to do too, unless they were too many.
    """
    name = _cut(writer, monitor, _LONGEST_NAME)
    if notification.kind is NotificationKind.TEST:
        lines = (ChatLine(_cut(writer, own_texts.test_sent(at=writer.now))),)
        return ChatText(_cut(writer, own_texts.TEST_TITLE, LONGEST_TITLE), lines, name)
    content = from_json(notification.payload)
    remarks = dict.fromkeys((*notification.remarks, *remarks_in(notification.payload)))
    full, one = full and not notification.short, _the_one(content)
    found = [*(EntryText((said, None)) for said in remarks), *lines_of(content, steps=full)]
    most = MOST_SHORT if notification.short else MOST_LINES if one or not full else MOST_FULL
    left = len(found) - most
    link = _link(writer, links.alert(one.alert_id)) if one else _link(writer, links.alerts, texts.ALL_ALERTS)
    return ChatText(
        _cut(writer, subject(content), LONGEST_TITLE),
        tuple(_written(line, writer, links, full=full) for line in found[:most]),
        name,
        writer.write(texts.more_entries(count=left)) if left > 0 else "",
        link,
    )


def renderer(
    monitor: Callable[[], Message],
    writer: Callable[[datetime], Writer],
    form: Callable[[ChatText], bytes],
    links: LinksNow,
    *,
    full: bool = False,
) -> Callable[[Notification, datetime], bytes]:
    """Return what renders notifications in the form of one chat."""

    def render(notification: Notification, now: datetime) -> bytes:
        return form(chat_text(notification, writer(now), monitor(), links(), full=full))

    return render


def _the_one(content: Content) -> NotificationItem | None:
    """Return the one alert that a notification is about, if it is about one."""
    single = content[0] if isinstance(content, tuple) and len(content) == 1 else None
    return single if single and single.alert_id and single.level else None


def _written(line: EntryText, writer: Writer, links: Links, *, full: bool) -> ChatLine:
    first, second = line.lines
    more = (*((second,) if second else ()), *(line.more if full else ()))
    number = f"{line.number}. " if line.number else ""
    return ChatLine(
        number + _cut(writer, first, LONGEST_LINE - len(number)),
        tuple(_cut(writer, one) for one in more),
        line.tone,
        _link(writer, links.alert(line.alert_id)),
    )


def _link(writer: Writer, url: str, words: Message = texts.THIS_ALERT) -> ChatLink | None:
    return ChatLink(writer.write(words), url) if url else None


def _cut(writer: Writer, message: Message, longest: int = LONGEST_LINE) -> str:
    return shown(writer.write(message), longest)
