"""The sections of a mail's summary in a reader's words; what belongs into which is decided elsewhere."""

from collections.abc import Iterable, Iterator, Sequence

from monitor.alerts.decision import Inventory, NotificationItem
from monitor.alerts.digest import Heartbeat
from monitor.alerts.summarize import Summary, SummaryEntry
from monitor.delivery.email.content import texts
from monitor.delivery.email.content.entries import Lines, networks_of, other_line, urgent_lines
from monitor.delivery.email.content.headlines import headline, problem
from monitor.delivery.email.content.heartbeats import heartbeat_lines, next_expiry
from monitor.delivery.email.content.page import Section, SummaryLine
from monitor.delivery.links import Links
from monitor.messages import Writer
from monitor.model import Message

_MOST_URGENT = 10
"""Entries of two lines; further ones have one."""
_MOST_UPCOMING = 5


class SectionWriter:
    """Writes sections for one reader, each with at most so many entries."""

    def __init__(self, writer: Writer, most: int, links: Links) -> None:
        """Take the reader's writer, the most entries, and the links to the monitor's pages."""
        self._write = writer.write
        self._most = most
        self._pages = links

    def needing(
        self, summary: Summary[NotificationItem], most: int, new: Sequence[NotificationItem] = ()
    ) -> Iterator[Section]:
        """Yield the sections of what needs action; of very much the last is counted."""
        first, then = summary.do_first[:most], summary.then
        rest = then[: max(most - len(first), 0)]
        left = len(summary.do_first) + len(then) - len(first) - len(rest)
        urgent = [self._line(one, urgent_lines(one, *_new(one, new))) for one in first[:_MOST_URGENT]]
        urgent += [self._line(one, (other_line(one, *_new(one, new)), None)) for one in first[_MOST_URGENT:]]
        others = [self._line(one, (other_line(one, *_new(one, new)), None)) for one in rest]
        more = self._write(texts.left_out(count=left)) if left else ""
        yield Section(self._write(texts.DO_FIRST), tuple(urgent), more if not others else "")
        heading = texts.THEN if urgent else texts.NEEDS_ACTION
        yield Section(self._write(heading), tuple(others), more)

    def others(self, summary: Summary[NotificationItem]) -> Iterator[Section]:
        """Yield the sections of unreachable targets and of standbys."""
        lines: list[SummaryLine] = []
        for entry in summary.unreachable[: self._most]:
            item = entry.first
            lines.append(self._line(entry, (problem(item), item.messages[0] if item.title else None)))
            lines += [SummaryLine(self._write(one)) for one in (networks_of(item) if not item.title else ())]
        left = len(summary.unreachable) - self._most
        more = self._write(texts.left_out(count=left)) if left > 0 else ""
        yield Section(self._write(texts.UNREACHABLE), tuple(lines), more)
        standby = [self._line(one, (problem(one.first), None)) for one in summary.standby[: self._most]]
        yield Section(self._write(texts.STANDBY), tuple(standby))

    def good_news(self, items: Iterable[NotificationItem]) -> Section:
        """Return the section of what is renewed or resolved."""
        lines = [SummaryLine(self._write(headline(one)), tone="good") for one in good(items)]
        left = len(lines) - self._most
        more = self._write(texts.left_out(count=left)) if left > 0 else ""
        return Section(self._write(texts.GOOD_NEWS), tuple(lines[: self._most]), more)

    def upcoming(self, inventory: Inventory) -> Section:
        """Return the section of the certificates that expire next, of those that nothing is wrong with."""
        known = {one.certificate.sha256 for one in inventory.items if one.certificate}
        rest = [one for one in inventory.upcoming if one.certificate.sha256 not in known]
        return self.section(texts.UPCOMING, map(next_expiry, rest[:_MOST_UPCOMING]))

    def heartbeat(self, heartbeat: Heartbeat | None) -> Section | None:
        """Return the section of a heartbeat inside a digest."""
        return None if heartbeat is None else self.section(texts.HEARTBEAT, heartbeat_lines(heartbeat))

    def _line(self, entry: SummaryEntry[NotificationItem], lines: Lines) -> SummaryLine:
        first, second = lines
        tone = entry.first.level.value if entry.first.level else "good"
        url = self._pages.alert(entry.first.alert_id) if len(entry.alerts) == 1 else ""
        return SummaryLine(
            self._write(first), self._write(second) if second else "", number_of(entry), tone, url
        )

    def section(self, heading: Message, lines: Iterable[Message]) -> Section:
        """Return a section of lines that need no number."""
        return Section(self._write(heading), tuple(SummaryLine(self._write(one)) for one in lines))


def good(items: Iterable[NotificationItem]) -> tuple[NotificationItem, ...]:
    """Return the good news among items."""
    return tuple(one for one in items if one.level is None)


def number_of(entry: SummaryEntry[NotificationItem]) -> str:
    """Return the number of an entry as a text, empty for none."""
    return str(entry.number) if entry.number else ""


def _new(entry: SummaryEntry[NotificationItem], new: Sequence[NotificationItem]) -> tuple[Message, ...]:
    return (texts.NEW,) if any(one in new for one in entry.alerts) else ()
