"""The lines of a notification for a chat, the worst first and resolved alerts last, as messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.alerts.decision import Inventory, NotificationItem
from monitor.alerts.digest import Digest, Heartbeat
from monitor.alerts.payload import Content
from monitor.alerts.steps.fill import in_brief
from monitor.alerts.summarize import SummaryEntry, summarize
from monitor.delivery.email.content import texts
from monitor.delivery.email.content.entries import (
    Lines,
    other_line,
    standby_lines,
    unreachable_lines,
    urgent_lines,
)
from monitor.delivery.email.content.headlines import headline, problem
from monitor.delivery.email.content.heartbeats import heartbeat_lines
from monitor.model import Message


@dataclass(frozen=True, slots=True)
class EntryText:
    """What is said of one entry; ``more`` is for those who want all of it.

    ``tone`` is the level, ``good`` for good news and empty for neither.
    """

    lines: Lines
    tone: str = ""
    number: int = 0
    alert_id: str = ""
    more: tuple[Message, ...] = ()


def lines_of(content: Content, *, steps: bool = False) -> Iterator[EntryText]:
    """Yield the lines of a notification; with ``steps`` those of its one alert are among them."""
    if isinstance(content, Inventory):
        yield from _needing(content.items)
        hosts = (*unreachable_lines(content.unreachable_hosts), *standby_lines(content.never_seen))
        yield from (EntryText((one, None)) for one in hosts)
    elif isinstance(content, Digest):
        yield from _needing((*content.new, *content.open), {id(one) for one in content.new})
        for one in content.acknowledged:
            said = texts.acknowledged_by(headline=headline(one.item), who=one.by, until=one.until)
            yield EntryText((said, None), alert_id=one.item.alert_id)
        yield from _good(content.over)
        yield from _heartbeat(content.heartbeat)
    elif isinstance(content, Heartbeat):
        yield from _heartbeat(content)
    elif len(content) == 1:
        yield from _one(content[0], steps=steps)
    else:
        yield from _needing(content)
        yield from _good(content)


def _one(item: NotificationItem, *, steps: bool) -> Iterator[EntryText]:
    """Yield what the title does not say: where it is, what stops and what to do."""
    if item.level is None:
        # What is about the monitor has no name of its own: its first message is the title.
        yield from (EntryText((one, None)) for one in (item.messages[1:] if not item.title else ()))
        return
    where = urgent_lines(SummaryEntry((item,)))[1]
    listed = (step for one in item.renewal_steps for step in one.steps) if steps else ()
    for said in dict.fromkeys((where, *_what_and_how(item), *listed)):
        if said is not None:
            yield EntryText((said, None))


def _needing(
    items: Sequence[NotificationItem], new: frozenset[int] | set[int] = frozenset()
) -> Iterator[EntryText]:
    summary = summarize(items)

    def marks(entry: SummaryEntry[NotificationItem]) -> tuple[Message, ...]:
        return (texts.NEW,) if any(id(one) in new for one in entry.alerts) else ()

    for entry in summary.do_first:
        lines = urgent_lines(entry, *marks(entry))
        yield EntryText(lines, _tone(entry), entry.number, _alert_id(entry), _what_and_how(entry.first))
    for entry in summary.then:
        lines = (other_line(entry, *marks(entry)), None)
        yield EntryText(lines, _tone(entry), entry.number, _alert_id(entry), _what_and_how(entry.first))
    for entry in (*summary.unreachable, *summary.standby):
        yield EntryText((problem(entry.first), None), _tone(entry), alert_id=_alert_id(entry))


def _what_and_how(item: NotificationItem) -> tuple[Message, ...]:
    """Return what stops if nothing is done, and what to do in one line."""
    impact = next((one.impact for one in item.renewal_steps if one.impact), None)
    return tuple(one for one in (impact, in_brief(item)) if one is not None)


def _good(items: Sequence[NotificationItem]) -> Iterator[EntryText]:
    yield from (EntryText((headline(one), None), "good") for one in items if one.level is None)


def _alert_id(entry: SummaryEntry[NotificationItem]) -> str:
    """Return the alert of an entry, empty where it sums up several."""
    return entry.first.alert_id if len(entry.alerts) == 1 else ""


def _heartbeat(heartbeat: Heartbeat | None) -> Iterator[EntryText]:
    yield from (EntryText((one, None)) for one in (heartbeat_lines(heartbeat) if heartbeat else ()))


def _tone(entry: SummaryEntry[NotificationItem]) -> str:
    return entry.first.level.value if entry.first.level else "good"
