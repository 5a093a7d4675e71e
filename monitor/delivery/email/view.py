"""Notification items in a reader's words, ready to print, so that templates have no logic."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.alerts.alert import RenewalSteps
from monitor.alerts.decision import Inventory, NotificationItem, NotifyReason, UnreachableHost
from monitor.alerts.texts import name_list
from monitor.delivery.email import texts
from monitor.delivery.email.facts import facts
from monitor.delivery.email.headlines import headline, label
from monitor.messages import Writer
from monitor.model import AlertLevel, AlertLocation, Check, Message
from monitor.model.texts import listed

MOST_ITEMS = 200
MOST_SHORT = 40
"""Items of the short form; with lines of at most 200 letters it has some 20 KB even in other scripts."""

_MOST_LOCATIONS = 200
_MOST_NAMES = 50
_MOST_SENTENCES = 20
_COLORS = {
    None: "#1e6b34",
    AlertLevel.WARNING: "#8a5a00",
    AlertLevel.CRITICAL: "#a61b1b",
    AlertLevel.EXPIRED: "#6d0f3f",
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item in words; ``facts`` pair a label with a text, ``steps`` a heading with texts."""

    headline: str
    label: str
    color: str
    reason: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    locations_heading: str
    locations: tuple[str, ...]
    impacts: tuple[str, ...]
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headings:
    """The templates' own words."""

    needs_action: str
    unreachable: str
    never_seen: str
    upcoming: str
    impact: str
    more_information: str
    shortened: str


@dataclass(frozen=True, slots=True)
class Page:
    """One mail in words; the lists that a notice does not have are empty; ``language`` is HTML's code."""

    subject: str
    language: str
    lead: str
    items: tuple[ItemView, ...]
    left_out: str
    footer: str
    headings: Headings
    remarks: tuple[str, ...] = ()
    upcoming: tuple[tuple[str, str, str], ...] = ()
    unreachable: tuple[tuple[str, str, str], ...] = ()
    unreachable_left_out: str = ""
    never_seen: tuple[tuple[str, str, str], ...] = ()
    never_seen_left_out: str = ""


class PageWriter:
    """Makes the pages of one reader; ``monitor`` names the machine that watches."""

    def __init__(self, writer: Writer, monitor: Message, most: int = MOST_ITEMS) -> None:
        """Take what writes for the reader, and the most items of one page."""
        self._most = most
        self._writer = writer
        self._write = writer.write
        self._monitor = monitor

    def notice(self, items: tuple[NotificationItem, ...], subject: Message) -> Page:
        """Return a notice in words; items beyond the most of one mail are counted."""
        return Page(
            subject=self._write(subject),
            language=self._language(),
            lead=self._write(_notice_lead(items)),
            items=self._views(items),
            left_out=self._left_out(len(items)),
            footer=self._footer(),
            headings=self._headings(),
        )

    def inventory(self, inventory: Inventory, subject: Message) -> Page:
        """Return the inventory in words."""
        return Page(
            subject=self._write(subject),
            language=self._language(),
            lead=" ".join(map(self._write, _inventory_leads(inventory))),
            items=self._views(inventory.items),
            left_out=self._left_out(len(inventory.items)),
            footer=self._footer(),
            headings=self._headings(),
            upcoming=tuple(
                (
                    self._write(texts.day(at=one.expires_at)),
                    self._write(texts.expires(at=one.expires_at)),
                    _at(one.title, one.location),
                )
                for one in inventory.upcoming
            ),
            unreachable=self._hosts(inventory.unreachable_hosts),
            unreachable_left_out=self._left_out(len(inventory.unreachable_hosts)),
            never_seen=self._hosts(inventory.never_seen),
            never_seen_left_out=self._left_out(len(inventory.never_seen)),
        )

    def _views(self, items: tuple[NotificationItem, ...]) -> tuple[ItemView, ...]:
        return tuple(map(self._view, items[: self._most]))

    def _view(self, item: NotificationItem) -> ItemView:
        again = texts.AGAIN.get(item.reason)
        return ItemView(
            headline=self._write(headline(item)),
            label=self._write(label(item)),
            color=_COLORS[item.level],
            reason=self._write(again) if again else "",
            sentences=self._sentences(item),
            facts=tuple((self._write(name), self._write(value)) for name, value in facts(item)),
            locations_heading=self._write(texts.DEPENDS_ON_IT if _of_ca(item) else texts.WHERE),
            locations=self._locations(item.locations),
            impacts=_each_once(self._write(one.impact) for one in item.renewal_steps if one.impact),
            steps=tuple(
                (self._write(heading), tuple(map(self._write, steps))) for heading, steps in _steps(item)
            ),
            links=_each_once(steps.link for steps in item.renewal_steps),
        )

    def _sentences(self, item: NotificationItem) -> tuple[str, ...]:
        """Return the first few; hundreds of certificates may outlive a CA."""
        # Without a title the first message is the headline.
        messages = item.messages if item.title else item.messages[1:]
        more = len(messages) - _MOST_SENTENCES
        sentences = tuple(map(self._write, messages[:_MOST_SENTENCES]))
        return (*sentences, self._write(texts.more_sentences(count=more))) if more > 0 else sentences

    def _locations(self, locations: Iterable[AlertLocation]) -> tuple[str, ...]:
        lines = list(dict.fromkeys(_at(one.title, one.location) for one in locations))
        more = len(lines) - _MOST_LOCATIONS
        if more <= 0:
            return tuple(lines)
        return (*lines[:_MOST_LOCATIONS], self._write(texts.more_locations(count=more)))

    def _hosts(self, hosts: tuple[UnreachableHost, ...]) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            (host.title, "; ".join(map(self._write, host.reasons)), self._other_locations(host))
            for host in hosts[: self._most]
        )

    def _other_locations(self, host: UnreachableHost) -> str:
        others = [one for one in host.locations if one != host.title]
        return self._write(name_list(others, _MOST_NAMES)) if others else ""

    def _left_out(self, total: int) -> str:
        return self._write(texts.left_out(count=total - self._most)) if total > self._most else ""

    def _footer(self) -> str:
        writer = self._writer
        zone = getattr(writer.zone, "key", None) or writer.now.astimezone(writer.zone).tzname() or ""
        return self._write(texts.footer(monitor=self._monitor, at=writer.now, zone=zone.removeprefix("Etc/")))

    def _language(self) -> str:
        return self._writer.language.code.replace("_", "-")

    def _headings(self) -> Headings:
        return Headings(
            needs_action=self._write(texts.NEEDS_ACTION),
            unreachable=self._write(texts.UNREACHABLE),
            never_seen=self._write(texts.NEVER_SEEN),
            upcoming=self._write(texts.UPCOMING),
            impact=self._write(texts.IMPACT),
            more_information=self._write(texts.MORE_INFORMATION),
            shortened=self._write(texts.SHORTENED),
        )


def _notice_lead(items: tuple[NotificationItem, ...]) -> Message:
    alerts = sum(item.level is not None for item in items)
    renewed = sum(item.reason is NotifyReason.RENEWED for item in items)
    resolved = len(items) - alerts - renewed
    counted = (
        (texts.alerts, alerts),
        (texts.count_renewed, renewed),
        (texts.count_resolved, resolved),
    )
    first, *rest = [said(count=number) for said, number in counted if number]
    for one in rest:
        first = listed(first=first, rest=one)
    return texts.lead_worst_first(counts=first) if alerts > 1 else texts.lead(counts=first)


def _inventory_leads(inventory: Inventory) -> Iterable[Message]:
    yield texts.inventory_lead(
        watched=texts.targets_watched(count=inventory.watched),
        need_action=texts.need_action(count=inventory.need_action),
        unreachable=texts.unreachable(count=inventory.unreachable),
    )
    if inventory.not_probed:
        yield texts.not_checked(count=inventory.not_probed)
    yield texts.FROM_NOW_ON


def _of_ca(item: NotificationItem) -> bool:
    return item.level is not None and item.checks[:1] in ((Check.CA_EXPIRY,), (Check.OUTLIVES_CA,))


def _at(title: str, location: str) -> str:
    return location if title in ("", location) else f"{title}: {location}"


def _each_once(several: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in several if one))


def _steps(item: NotificationItem) -> Iterable[tuple[Message, tuple[Message, ...]]]:
    """Return each list of steps once, with a heading that names the target where there are others."""
    lists = {one.steps: one for one in reversed(item.renewal_steps) if one.steps}
    alone = len(lists) == 1 and len(item.locations) <= 1
    # Of a pair only the one at fault needs them.
    each = item.checks[:1] == (Check.RECORDER_PAIR,) or len(lists) >= len(item.locations)
    return [(_heading(one, alone=alone, each=each), steps) for steps, one in reversed(lists.items())]


def _heading(steps: RenewalSteps, *, alone: bool, each: bool) -> Message:
    """Return the heading of steps; ``each`` says that no other target has the same."""
    if steps.ca_first:
        return texts.CA_FIRST
    if alone or not steps.target_title:
        return texts.WHAT_TO_DO
    said = texts.what_to_do_for if each else texts.what_to_do_for_and_others
    return said(title=steps.target_title)
