"""A notification in a reader's words: the summary first, then each alert once, then the steps of them all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from monitor.alerts.decision import Inventory, NotificationItem
from monitor.alerts.digest import AcknowledgedItem, Digest, Heartbeat
from monitor.alerts.payload import Content
from monitor.alerts.summarize import Summary, SummaryEntry, summarize
from monitor.delivery.email.content import count_texts, texts
from monitor.delivery.email.content.details import DetailWriter
from monitor.delivery.email.content.entries import standby_lines, unreachable_lines
from monitor.delivery.email.content.headlines import (
    digest_counts,
    headline,
    item_counts,
    subject,
    title_of,
)
from monitor.delivery.email.content.heartbeats import heartbeat_sentences, next_expiry
from monitor.delivery.email.content.page import Headings, Page, Section
from monitor.delivery.email.content.sections import SectionWriter, good, number_of
from monitor.delivery.links import NO_LINKS, Links
from monitor.messages import Writer
from monitor.model import Message
from monitor.model.texts import enumerated

MOST_ITEMS = 200
MOST_SHORT = 40
"""Items of the short form; with lines of at most 200 letters it has some 20 KB even in other scripts."""

_WORST = 10
"""Alerts that are described of those that are one entry."""
_MOST_WHO = 3
_FEWEST_LINES, _LINES_PER_TARGET, _MOST_LINES = 120, 3, 1000
_FEWEST_ITEMS = 30
"""Bounds of an inventory as plain text, and of what it describes."""


class PageWriter:
    """Makes the pages of one reader; ``monitor`` names the machine that watches."""

    def __init__(
        self, writer: Writer, monitor: Message, most: int = MOST_ITEMS, links: Links = NO_LINKS
    ) -> None:
        """Take the reader's writer, the most items of one page, and the links to the monitor's pages."""
        self._most = most
        self._writer = writer
        self._write = writer.write
        self._monitor = monitor
        self._links = links
        self._sections = SectionWriter(writer, most, links)
        self._details = DetailWriter(writer, links)

    def page(self, content: Content) -> Page:
        """Return the content of a notification in words."""
        if isinstance(content, Inventory):
            return self._inventory(content)
        if isinstance(content, Digest):
            return self._digest(content)
        if isinstance(content, Heartbeat):
            return self._heartbeat(content)
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
        sections = [
            *self._sections.needing(summary, self._most),
            *self._sections.others(summary),
            self._sections.good_news(items),
        ]
        return self._with_details(
            self._base(items, tuple(item_counts(items)), sections), summary, good(items)
        )

    def _inventory(self, inventory: Inventory) -> Page:
        summary = summarize(inventory.items)
        most = min(self._most, max(_FEWEST_ITEMS, inventory.watched))
        sections = [
            *self._sections.needing(summary, most),
            self._sections.section(texts.UNREACHABLE, unreachable_lines(inventory.unreachable_hosts)),
            self._sections.section(texts.STANDBY, standby_lines(inventory.never_seen)),
            self._sections.upcoming(inventory),
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
            *self._sections.needing(summary, self._most, digest.new),
            *self._sections.others(summary),
            self._sections.section(texts.ACKNOWLEDGED, map(_acknowledged, digest.acknowledged)),
            self._sections.good_news(digest.over),
            self._sections.heartbeat(digest.heartbeat),
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

    def _heartbeat(self, heartbeat: Heartbeat) -> Page:
        first = (heartbeat.first,) if heartbeat.first else ()
        base = self._base(heartbeat, (), [self._sections.section(texts.UPCOMING, map(next_expiry, first))])
        lead = tuple(map(self._write, heartbeat_sentences(heartbeat)))
        return replace(base, lead=lead, links=self._page_link())

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

    def _with_details(
        self,
        page: Page,
        summary: Summary[NotificationItem],
        good: Sequence[NotificationItem],
        most: int | None = None,
    ) -> Page:
        most = self._most if most is None else most
        numbered = [(number_of(entry), entry) for entry in summary.entries]
        shown = [(number, item) for number, entry in numbered for item in _worst(entry)][:most]
        details = [self._details.in_brief(item, number) for number, item in shown]
        details += [self._details.in_brief(item) for item in good[: most - len(details)]]
        left = sum(len(entry.alerts) for _, entry in numbered) - len(shown)
        return replace(
            page,
            links=self._page_link(),
            details=tuple(details),
            steps=self._details.steps(shown),
            left_out=self._write(texts.left_out(count=left)) if left > 0 else "",
        )

    def _page_link(self) -> tuple[tuple[str, str], ...]:
        return ((self._write(texts.ALL_ALERTS), url),) if (url := self._links.alerts) else ()

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
    yield count_texts.need_action(count=inventory.need_action)
    yield count_texts.unreachable(count=inventory.unreachable)
    if inventory.standby:
        yield count_texts.standby(count=inventory.standby)
    known = inventory.need_action + inventory.unreachable + inventory.standby + inventory.fine
    if inventory.not_sent:
        yield count_texts.not_sent(count=inventory.not_sent)
        known += inventory.not_sent
    if inventory.watched > known:
        yield count_texts.not_checked(count=inventory.watched - known)
    yield count_texts.fine(count=inventory.fine)


def _states(digest: Digest) -> Iterator[Message]:
    several = ((count_texts.count_new, digest.new), (count_texts.count_open, digest.open))
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
    counted = count_texts.count_acknowledged(count=len(several))
    who = list(dict.fromkeys(texts.by_until(who=one.by, until=one.until) for one in several))
    return texts.with_hint(what=counted, hint=enumerated(who, _MOST_WHO))


def _acknowledged(one: AcknowledgedItem) -> Message:
    return texts.acknowledged_by(headline=headline(one.item), who=one.by, until=one.until)


def _worst(entry: SummaryEntry[NotificationItem]) -> Sequence[NotificationItem]:
    """Return the alerts of an entry that are described: of very many the worst ten."""
    return entry.alerts[:_WORST]
