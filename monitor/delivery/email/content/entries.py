"""The summary's lines: each alert once, in one or two short lines; what comes first is decided elsewhere."""

from collections.abc import Iterable, Iterator, Sequence

from monitor.addresses import split_location
from monitor.alerts.active.networks import UnreachableGroup, network_of, unreachable_groups
from monitor.alerts.decision import NotificationItem, UnreachableHost
from monitor.alerts.summarize import OF_CA, SummaryEntry, at_port
from monitor.alerts.texts import PROBLEM, name_list
from monitor.delivery.email.content import texts
from monitor.delivery.email.content.facts import names_of
from monitor.delivery.email.content.headlines import problem, title_of
from monitor.model import Check, Message, text
from monitor.model.texts import enumerated, joined

_FEW = 3
_WORST = 10
MOST_HOSTS = 8
"""Unreachable hosts that are named one by one; more of them are grouped by reason and network."""
MOST_GROUPS = 20

Lines = tuple[Message, Message | None]
"""A first line, and a second one where there is more to say."""


def urgent_lines(entry: SummaryEntry[NotificationItem], *more: Message) -> Lines:
    """Return what is wrong, and where it is or what is special about it; ``more`` are further remarks."""
    if len(entry.alerts) > 1:
        return _alike(entry.alerts), _worst(entry.alerts)
    item = entry.first
    first, hints = problem(item), _hints(entry, *more)
    return (texts.with_hint(what=first, hint=hints) if hints else first), _second(item)


def other_line(entry: SummaryEntry[NotificationItem], *more: Message) -> Message:
    """Return the one line of an entry that is not urgent; ``more`` are further remarks."""
    first = _alike(entry.alerts) if len(entry.alerts) > 1 else problem(entry.first)
    where = [] if len(entry.alerts) > 1 else list(_where(entry.first))
    hints = _hints(entry, *where, *more)
    return texts.with_hint(what=first, hint=hints) if hints else first


def unreachable_lines(hosts: Sequence[UnreachableHost]) -> Iterator[Message]:
    """Yield a line for each of a few hosts, else one for each reason and network."""
    if len(hosts) <= MOST_HOSTS:
        yield from (_host(one) for one in hosts)
        return
    groups = unreachable_groups(hosts, MOST_GROUPS)
    yield from (_group(one) for one in groups[:MOST_GROUPS])
    if len(groups) > MOST_GROUPS:
        yield texts.more_entries(count=sum(len(one.hosts) for one in groups[MOST_GROUPS:]))


def standby_lines(hosts: Iterable[UnreachableHost]) -> Iterator[Message]:
    """Yield one line with the standbys that nothing is known of."""
    if titles := [_named(one) for one in hosts]:
        yield texts.those_because(who=enumerated(titles, _WORST), why=texts.STANDBY_WHY)


def networks_of(item: NotificationItem) -> Iterator[Message]:
    """Yield the networks of an item with many locations, each with their number."""
    found: dict[str, list[str]] = {}
    for one in item.locations:
        found.setdefault(network_of(one.location), []).append(one.title)
    several = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for network, titles in several[:MOST_GROUPS]:
        said = texts.locations_in if network else texts.locations_elsewhere
        yield said(count=len(titles), title=titles[0], **({"network": network} if network else {}))
    if more := sum(len(titles) for _, titles in several[MOST_GROUPS:]):
        yield texts.more_locations(count=more)


def location_lines(item: NotificationItem) -> tuple[str, ...]:
    """Return each location once, with its title where that is not the item's."""
    several = (
        one.location if one.title in ("", one.location, item.title) else f"{one.title}: {one.location}"
        for one in item.locations
    )
    return tuple(dict.fromkeys(several))


def _second(item: NotificationItem) -> Message | None:
    certificate, locations = item.certificate, item.locations
    if item.check in OF_CA and (count := len({one.location for one in locations if at_port(one)})):
        return texts.renew_before(count=count)
    needed = next((one.server_name for one in locations if one.server_name), "")
    if item.check is Check.NAME and certificate is not None and needed:
        return texts.has_and_needs(has=tuple(names_of(certificate)[:_FEW]), needs=needed)
    if not item.title:
        return item.messages[1] if len(item.messages) > 1 else None
    named = list(dict.fromkeys(one.location for one in locations))
    if certificate is not None:
        host = split_location(named[0])[0] if named else ""
        named = [one for one in names_of(certificate)[:1] if one not in ("", host, item.title)] + named
    named = [one for one in named if one != item.title]
    return name_list(named, _FEW) if named else None


def _where(item: NotificationItem) -> Iterator[Message]:
    """Yield the ports, else the name of a certificate in a file, where the title does not say it."""
    ports = list(dict.fromkeys(split_location(one.location)[1] for one in item.locations if at_port(one)))
    title = title_of(item)
    if item.check in OF_CA or (len(ports) == 1 and ports[0] in title):
        return
    if ports and len(ports) <= _FEW:
        yield texts.at_one_port(port=ports[0]) if len(ports) == 1 else texts.at_ports(ports=tuple(ports))
    elif item.certificate is not None and not ports and item.certificate.title not in title:
        yield text(item.certificate.title)


def _hints(entry: SummaryEntry[NotificationItem], *more: Message) -> Message | None:
    several = list(more)
    if entry.after:
        several.append(texts.after(number=entry.after))
    if entry.low_impact:
        several.append(texts.LOW_IMPACT)
    return joined(several) if several else None


def _alike(items: Sequence[NotificationItem]) -> Message:
    certificates = [one.certificate for one in items if one.certificate]
    first, check = min(certificates, key=lambda one: one.not_after), items[0].check
    issuer = first.issuer_cn or first.issuer
    said = PROBLEM[check] if check else text(items[0].title)
    return texts.alike(problem=said, count=len(items), issuer=issuer, not_after=first.not_after)


def _worst(items: Sequence[NotificationItem]) -> Message:
    return texts.worst_of(names=tuple(title_of(one) for one in items[:_WORST]))


def _host(host: UnreachableHost) -> Message:
    named = _named(host)
    return texts.those_because(who=named, why=joined(host.reasons)) if host.reasons else named


def _named(host: UnreachableHost) -> Message:
    others = [one for one in host.locations if one != host.title]
    return texts.title_at(title=host.title, locations=name_list(others, _FEW)) if others else text(host.title)


def _group(group: UnreachableGroup) -> Message:
    example, count = group.hosts[0], len(group.hosts)
    if count == 1:
        return _host(example)
    why = example.reasons[0] if example.reasons else PROBLEM[Check.UNREACHABLE]
    if not group.network:
        return texts.unreachable_elsewhere(count=count, title=example.title, why=why)
    return texts.unreachable_in(network=group.network, count=count, title=example.title, why=why)
