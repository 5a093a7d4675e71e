"""A notification in the few lines that a chat has room for: the worst first, what is over last."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.decision import Inventory, NotificationItem
from monitor.alerts.digest import Digest, Heartbeat
from monitor.alerts.payload import Content, from_json, remarks_in
from monitor.alerts.steps import in_brief
from monitor.alerts.summarize import Entry, summarize
from monitor.alerts.texts import shown
from monitor.delivery import texts as own_texts
from monitor.delivery.email import texts
from monitor.delivery.email.entries import Lines, other_line, standby_lines, unreachable_lines, urgent_lines
from monitor.delivery.email.headlines import headline, problem, subject
from monitor.delivery.email.heartbeats import heartbeat_lines
from monitor.delivery.links import NO_LINKS, Links, LinksNow
from monitor.messages import Writer
from monitor.model import Message, Notification, NotificationKind

MOST_LINES = 20
MOST_SHORT = 5
"""Entries that are named, and those of the short form; the others are counted."""
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
    """One entry, with a second line where there is more to say.

    ``tone`` is the level, ``good`` for good news and empty for neither; ``link`` leads to the page of its
    alert.
    """

    first: str
    second: str = ""
    tone: str = ""
    link: ChatLink | None = None


@dataclass(frozen=True, slots=True)
class ChatText:
    """What a chat is told; ``more`` counts what was left out, and ``monitor`` names who says it.

    ``link`` leads to the page of the one alert, or of all of them.
    """

    title: str
    lines: tuple[ChatLine, ...]
    monitor: str
    more: str = ""
    link: ChatLink | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    lines: Lines
    tone: str = ""
    number: int = 0
    alert_id: str = ""


def chat_text(
    notification: Notification, writer: Writer, monitor: Message, links: Links = NO_LINKS
) -> ChatText:
    """Return the words of a notification; raise ``UnreadablePayloadError`` for one that is unreadable."""
    name = _cut(writer, monitor, _LONGEST_NAME)
    if notification.kind is NotificationKind.TEST:
        lines = (ChatLine(_cut(writer, own_texts.test_sent(at=writer.now))),)
        return ChatText(_cut(writer, own_texts.TEST_TITLE, LONGEST_TITLE), lines, name)
    content = from_json(notification.payload)
    remarks = dict.fromkeys((*notification.remarks, *remarks_in(notification.payload)))
    found = [*(_Line((one, None)) for one in remarks), *_lines(content)]
    most = MOST_SHORT if notification.short else MOST_LINES
    left, one = len(found) - most, _the_one(content)
    link = _link(writer, links.alert(one.alert_id)) if one else _link(writer, links.alerts, texts.ALL_ALERTS)
    return ChatText(
        _cut(writer, subject(content), LONGEST_TITLE),
        tuple(_written(one, writer, links) for one in found[:most]),
        name,
        writer.write(texts.more_entries(count=left)) if left > 0 else "",
        link,
    )


def renderer(
    monitor: Callable[[], Message],
    writer: Callable[[datetime], Writer],
    form: Callable[[ChatText], bytes],
    links: LinksNow,
) -> Callable[[Notification, datetime], bytes]:
    """Return what renders notifications in the form of one chat."""

    def render(notification: Notification, now: datetime) -> bytes:
        return form(chat_text(notification, writer(now), monitor(), links()))

    return render


def _lines(content: Content) -> Iterator[_Line]:
    if isinstance(content, Inventory):
        yield from _needing(content.items)
        hosts = (*unreachable_lines(content.unreachable_hosts), *standby_lines(content.never_seen))
        yield from (_Line((one, None)) for one in hosts)
    elif isinstance(content, Digest):
        yield from _needing((*content.new, *content.open), {id(one) for one in content.new})
        for one in content.acknowledged:
            said = texts.acknowledged_by(headline=headline(one.item), who=one.by, until=one.until)
            yield _Line((said, None), alert_id=one.item.alert_id)
        yield from _good(content.over)
        yield from _heartbeat(content.heartbeat)
    elif isinstance(content, Heartbeat):
        yield from _heartbeat(content)
    elif len(content) == 1:
        yield from _one(content[0])
    else:
        yield from _needing(content)
        yield from _good(content)


def _the_one(content: Content) -> NotificationItem | None:
    """Return the one alert that a notification is about, if it is about one."""
    single = content[0] if isinstance(content, tuple) and len(content) == 1 else None
    return single if single and single.alert_id and single.level else None


def _one(item: NotificationItem) -> Iterator[_Line]:
    """Yield what the title does not say: where it is, what stops and what to do."""
    if item.level is None:
        return
    where = urgent_lines(Entry((item,)))[1]
    impact = next((one.impact for one in item.renewal_steps if one.impact), None)
    for said in dict.fromkeys((where, impact, in_brief(item))):
        if said is not None:
            yield _Line((said, None))


def _needing(
    items: Sequence[NotificationItem], new: frozenset[int] | set[int] = frozenset()
) -> Iterator[_Line]:
    summary = summarize(items)

    def marks(entry: Entry[NotificationItem]) -> tuple[Message, ...]:
        return (texts.NEW,) if any(id(one) in new for one in entry.alerts) else ()

    for entry in summary.do_first:
        yield _Line(urgent_lines(entry, *marks(entry)), _tone(entry), entry.number, _alert_id(entry))
    for entry in summary.then:
        said = other_line(entry, *marks(entry))
        yield _Line((said, None), _tone(entry), entry.number, _alert_id(entry))
    for entry in (*summary.unreachable, *summary.standby):
        yield _Line((problem(entry.first), None), _tone(entry), alert_id=_alert_id(entry))


def _good(items: Sequence[NotificationItem]) -> Iterator[_Line]:
    yield from (_Line((headline(one), None), "good") for one in items if one.level is None)


def _alert_id(entry: Entry[NotificationItem]) -> str:
    """Return the alert of an entry, empty where it sums up several."""
    return entry.first.alert_id if len(entry.alerts) == 1 else ""


def _heartbeat(heartbeat: Heartbeat | None) -> Iterator[_Line]:
    yield from (_Line((one, None)) for one in (heartbeat_lines(heartbeat) if heartbeat else ()))


def _tone(entry: Entry[NotificationItem]) -> str:
    return entry.first.level.value if entry.first.level else "good"


def _written(line: _Line, writer: Writer, links: Links) -> ChatLine:
    first, second = line.lines
    number = f"{line.number}. " if line.number else ""
    return ChatLine(
        number + _cut(writer, first, LONGEST_LINE - len(number)),
        _cut(writer, second) if second else "",
        line.tone,
        _link(writer, links.alert(line.alert_id)),
    )


def _link(writer: Writer, url: str, words: Message = texts.THIS_ALERT) -> ChatLink | None:
    return ChatLink(writer.write(words), url) if url else None


def _cut(writer: Writer, message: Message, longest: int = LONGEST_LINE) -> str:
    return shown(writer.write(message), longest)
