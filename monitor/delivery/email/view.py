"""A notification in a reader's words: the summary first, then each alert once, then the steps of them all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from monitor.alerts.decision import Inventory, NotificationItem, UpcomingExpiry
from monitor.alerts.digest import AcknowledgedItem, Digest
from monitor.alerts.payload import Content
from monitor.alerts.summarize import Entry, Summary, summarize
from monitor.delivery.email import texts
from monitor.delivery.email.details import DetailWriter
from monitor.delivery.email.entries import (
    Lines,
    networks_of,
    other_line,
    standby_lines,
    unreachable_lines,
    urgent_lines,
)
from monitor.delivery.email.headlines import (
    digest_counts,
    headline,
    item_counts,
    problem,
    subject,
    title_of,
)
from monitor.delivery.email.page import Headings, Line, Page, Section
from monitor.messages import Writer
from monitor.model import Message
from monitor.model.texts import enumerated

MOST_ITEMS = 200
MOST_SHORT = 40
"""Items of the short form; with lines of at most 200 letters it has some 20 KB even in other scripts."""

_MOST_URGENT = 10
"""Entries of two lines; further ones have one."""
_MOST_UPCOMING = 5
_WORST = 10
"""Alerts that are described of those that are one entry."""
_MOST_WHO = 3
_FEWEST_LINES, _LINES_PER_TARGET, _MOST_LINES = 120, 3, 1000
_FEWEST_ITEMS = 30
"""Bounds of an inventory as plain text, and of what it describes."""


class PageWriter:
    """Makes the pages of one reader; ``monitor`` names the machine that watches.

    ``external_url`` is the address of the monitor's page, empty where there is none to link to.
    """

    def __init__(
        self, writer: Writer, monitor: Message, most: int = MOST_ITEMS, external_url: str = ""
    ) -> None:
        """Take what writes for the reader, and the most items of one page."""
        self._most = most
        self._writer = writer
        self._write = writer.write
        self._monitor = monitor
        self._url = external_url.rstrip("/")
        self._details = DetailWriter(writer, self._url)

    def page(self, content: Content) -> Page:
        """Return the content of a notification in words."""
        if isinstance(content, Inventory):
            return self._inventory(content)
        if isinstance(content, Digest):
            return self._digest(content)
        if len(content) == 1:
            return self._one(content[0])
        return self._several(tuple(content))

    def _one(self, item: NotificationItem) -> Page:
        base = self._base((item,), (), [])
        detail = self._details.in_full(item)
        due = item.next_reminder_at
        # The headline is in the subject; the first sentence says the same with the day.
        return replace(
            base,
            lead=detail.sentences[:1],
            details=(replace(detail, sentences=detail.sentences[1:]),),
            closing=self._write(texts.next_reminder(at=due)) if due else "",
            steps=self._details.steps([("", item)]),
        )

    def _several(self, items: tuple[NotificationItem, ...]) -> Page:
        summary = summarize(items)
        sections = [*self._needing(summary, self._most), *self._others(summary), self._good_news(items)]
        return self._with_details(
            self._base(items, tuple(item_counts(items)), sections), summary, _good(items)
        )

    def _inventory(self, inventory: Inventory) -> Page:
        summary = summarize(inventory.items)
        most = min(self._most, max(_FEWEST_ITEMS, inventory.watched))
        sections = [
            *self._needing(summary, most),
            self._section(texts.UNREACHABLE, unreachable_lines(inventory.unreachable_hosts)),
            self._section(texts.STANDBY, standby_lines(inventory.never_seen)),
            self._upcoming(inventory),
        ]
        base = self._base(inventory, tuple(_inventory_counts(inventory)), sections)
        leads = (*base.lead, *([self._write(texts.OWN_NETWORK)] if inventory.network_down else ()))
        bound = min(max(_FEWEST_LINES, _LINES_PER_TARGET * inventory.watched), _MOST_LINES)
        lead = (*leads, self._write(texts.FROM_NOW_ON))
        return self._with_details(replace(base, lead=lead, most_lines=bound), summary, (), most)

    def _digest(self, digest: Digest) -> Page:
        items = (*digest.new, *digest.open)
        summary = summarize(items)
        sections = [
            *self._needing(summary, self._most, digest.new),
            *self._others(summary),
            self._section(texts.ACKNOWLEDGED, map(_acknowledged, digest.acknowledged)),
            self._good_news(digest.over),
        ]
        base = self._base(digest, tuple(_states(digest)), sections)
        earliest = min(
            (one for one in digest.items if one.certificate),
            key=lambda one: one.certificate.not_after if one.certificate else self._writer.now,
            default=None,
        )
        lead = list(base.lead)
        if earliest is not None and earliest.certificate is not None:
            said = texts.earliest(title=title_of(earliest), not_after=earliest.certificate.not_after)
            lead.append(self._write(said))
        return self._with_details(replace(base, lead=tuple(lead)), summary, ())

    def _base(self, content: Content, counts: Sequence[Message], sections: Iterable[Section | None]) -> Page:
        said = enumerated(counts, len(counts)) if counts else None
        return Page(
            subject=self._write(subject(content)),
            language=self._writer.language.tag,
            lead=(self._write(texts.lead(counts=said)),) if said else (),
            footer=self._footer(),
            headings=self._headings(),
            sections=tuple(one for one in sections if one and one.lines),
        )

    def _needing(
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

    def _others(self, summary: Summary[NotificationItem]) -> Iterator[Section | None]:
        """Yield the sections of unreachable targets and of standbys."""
        lines: list[Line] = []
        for entry in summary.unreachable[: self._most]:
            item = entry.first
            lines.append(self._line(entry, (problem(item), item.messages[0] if item.title else None)))
            lines += [Line(self._write(one)) for one in (networks_of(item) if not item.title else ())]
        left = len(summary.unreachable) - self._most
        more = self._write(texts.left_out(count=left)) if left > 0 else ""
        yield Section(self._write(texts.UNREACHABLE), tuple(lines), more)
        standby = [self._line(one, (problem(one.first), None)) for one in summary.standby[: self._most]]
        yield Section(self._write(texts.STANDBY), tuple(standby))

    def _good_news(self, items: Iterable[NotificationItem]) -> Section:
        lines = [Line(self._write(headline(one)), tone="good") for one in _good(items)]
        left = len(lines) - self._most
        more = self._write(texts.left_out(count=left)) if left > 0 else ""
        return Section(self._write(texts.GOOD_NEWS), tuple(lines[: self._most]), more)

    def _upcoming(self, inventory: Inventory) -> Section | None:
        known = {one.certificate.sha256 for one in inventory.items if one.certificate}
        rest = [one for one in inventory.upcoming if one.certificate.sha256 not in known]
        return self._section(texts.UPCOMING, map(_next_expiry, rest[:_MOST_UPCOMING]))

    def _with_details(
        self,
        page: Page,
        summary: Summary[NotificationItem],
        good: Sequence[NotificationItem],
        most: int | None = None,
    ) -> Page:
        most = self._most if most is None else most
        numbered = [(_number(entry), entry) for entry in summary.entries]
        shown = [(number, item) for number, entry in numbered for item in _worst(entry)][:most]
        details = [self._details.in_brief(item, number) for number, item in shown]
        details += [self._details.in_brief(item) for item in good[: most - len(details)]]
        link = ((self._write(texts.ALL_ALERTS), f"{self._url}/alerts"),) if self._url else ()
        left = sum(len(entry.alerts) for _, entry in numbered) - len(shown)
        return replace(
            page,
            links=link,
            details=tuple(details),
            steps=self._details.steps(shown),
            left_out=self._write(texts.left_out(count=left)) if left > 0 else "",
        )

    def _line(self, entry: Entry[NotificationItem], lines: Lines) -> Line:
        first, second = lines
        tone = entry.first.level.value if entry.first.level else "good"
        return Line(self._write(first), self._write(second) if second else "", _number(entry), tone)

    def _section(self, heading: Message, lines: Iterable[Message]) -> Section:
        return Section(self._write(heading), tuple(Line(self._write(one)) for one in lines))

    def _footer(self) -> str:
        writer = self._writer
        zone = getattr(writer.zone, "key", None) or writer.now.astimezone(writer.zone).tzname() or ""
        return self._write(texts.footer(monitor=self._monitor, at=writer.now, zone=zone.removeprefix("Etc/")))

    def _headings(self) -> Headings:
        return Headings(
            details=self._write(texts.DETAILS),
            facts=self._write(texts.FACTS),
            shortened=self._write(texts.SHORTENED),
            steps_left_out=self._write(texts.STEPS_LEFT_OUT),
        )


def _inventory_counts(inventory: Inventory) -> Iterator[Message]:
    """Yield the counts that add up to all targets; those that are nearly always 0 only where they are not."""
    yield texts.need_action(count=inventory.need_action)
    yield texts.unreachable(count=inventory.unreachable)
    if inventory.standby:
        yield texts.standby(count=inventory.standby)
    known = inventory.need_action + inventory.unreachable + inventory.standby + inventory.fine
    if inventory.watched > known:
        yield texts.not_checked(count=inventory.watched - known)
    yield texts.fine(count=inventory.fine)


def _states(digest: Digest) -> Iterator[Message]:
    several = ((texts.count_new, digest.new), (texts.count_open, digest.open))
    for said, items in several:
        if items:
            yield said(count=len(items))
    if digest.acknowledged:
        yield _acknowledged_count(digest.acknowledged)
    over = tuple(item_counts(digest.over))
    yield from over
    if not (digest.new or digest.open or digest.acknowledged or over):
        yield from digest_counts(digest)


def _acknowledged_count(several: Sequence[AcknowledgedItem]) -> Message:
    counted = texts.count_acknowledged(count=len(several))
    who = list(dict.fromkeys(texts.by_until(who=one.by, until=one.until) for one in several))
    return texts.with_hint(what=counted, hint=enumerated(who, _MOST_WHO))


def _acknowledged(one: AcknowledgedItem) -> Message:
    return texts.acknowledged_by(headline=headline(one.item), who=one.by, until=one.until)


def _next_expiry(one: UpcomingExpiry) -> Message:
    at = one.location if one.title in ("", one.location) else f"{one.title} ({one.location})"
    return texts.next_expiry(at=at, not_after=one.expires_at)


def _good(items: Iterable[NotificationItem]) -> tuple[NotificationItem, ...]:
    return tuple(one for one in items if one.level is None)


def _new(entry: Entry[NotificationItem], new: Sequence[NotificationItem]) -> tuple[Message, ...]:
    return (texts.NEW,) if any(one in new for one in entry.alerts) else ()


def _worst(entry: Entry[NotificationItem]) -> Sequence[NotificationItem]:
    """Return the alerts of an entry that are described: of very many the worst ten."""
    return entry.alerts[:_WORST]


def _number(entry: Entry[NotificationItem]) -> str:
    return str(entry.number) if entry.number else ""
