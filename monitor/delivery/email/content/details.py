"""Each alert of a mail once: what stops working, what to do, where it is, its facts and its steps."""

from collections.abc import Iterable, Iterator, Sequence

from monitor.alerts.alert import RenewalSteps
from monitor.alerts.decision import NotificationItem
from monitor.alerts.steps.fill import in_brief
from monitor.alerts.steps.shared import StepsList, shared_steps
from monitor.alerts.summarize import OF_CA
from monitor.delivery.email.content import texts
from monitor.delivery.email.content.entries import location_lines, networks_of
from monitor.delivery.email.content.facts import Fact, brief_facts, facts, responsible
from monitor.delivery.email.content.headlines import headline, says_itself, title_of
from monitor.delivery.email.content.page import Detail, Steps
from monitor.delivery.links import Links
from monitor.messages import Writer
from monitor.model import AlertLevel, Check, Message, text
from monitor.model.texts import enumerated, joined

_MOST_LOCATIONS = 200
_FEW_LOCATIONS = 3
_MOST_SENTENCES = 20
_FEW_SENTENCES = 1
_FEW_IMPACTS = 2
_MOST_OWNERS = 5
_EXPIRY = frozenset({Check.EXPIRY, Check.CA_EXPIRY})
_EXPIRES_ON = {
    (False, True): texts.expires_on,
    (False, False): texts.expired_on,
    (True, True): texts.ca_expires_on,
    (True, False): texts.ca_expired_on,
}


class DetailWriter:
    """Writes the details of alerts for one reader."""

    def __init__(self, writer: Writer, links: Links) -> None:
        """Take the reader's writer, and the links to the monitor's pages."""
        self._writer = writer
        self._write = writer.write
        self._pages = links

    def in_full(self, item: NotificationItem) -> Detail:
        """Return everything about the one alert of a mail; its first sentence is what it is about."""
        lines = location_lines(item)
        if (more := len(lines) - _MOST_LOCATIONS) > 0:
            counted = [self._write(texts.more_locations(count=more))]
            unreachable = item.check is Check.UNREACHABLE
            lines = tuple(map(self._write, networks_of(item))) if unreachable else (*lines[:-more], *counted)
        return Detail(
            headline=self._write(headline(item)),
            tone=_tone(item),
            sentences=(*self._first(item), *self._again(item), *self._sentences(item, _MOST_SENTENCES)),
            impact=self._write(texts.IMPACT),
            impacts=tuple(map(self._write, _impacts(item))),
            do=self._facts(_do(item)),
            who=self._facts(responsible(item)),
            where=self._where(item),
            locations=lines,
            facts=self._facts(facts(item)),
            links=self._links(item),
            actions=self._actions(item),
        )

    def in_brief(self, item: NotificationItem, number: str = "") -> Detail:
        """Return what one of several alerts needs; the steps of all follow."""
        lines = list(location_lines(item))
        more = len(lines) - _FEW_LOCATIONS
        if more > 0:
            lines[_FEW_LOCATIONS:] = [self._write(texts.more_locations(count=more))]
        return Detail(
            headline=self._write(headline(item)),
            number=number,
            tone=_tone(item),
            sentences=(*self._again(item), *self._sentences(item, _FEW_SENTENCES)),
            impact=self._write(texts.IMPACT),
            impacts=self._few(_impacts(item)),
            do=self._facts(_do(item)),
            who=self._facts(responsible(item)),
            where=self._where(item),
            locations=tuple(lines),
            facts=self._facts(brief_facts(item)),
            links=self._links(item),
            actions=self._actions(item),
        )

    def steps(self, several: Sequence[tuple[str, NotificationItem]]) -> tuple[Steps, ...]:
        """Return the steps of these alerts, alike ones once; a page that is linked has those of warnings."""
        owned: list[tuple[str, RenewalSteps]] = []
        names: dict[str, Message] = {}
        for number, item in several:
            if not (self._pages.url and item.level is AlertLevel.WARNING):
                for steps in item.renewal_steps:
                    owner, name = _owner(number, item, steps, alone=len(several) == 1)
                    names.setdefault(owner, name)
                    owned.append((owner, steps))
        links = {owner: steps.link for owner, steps in owned if steps.link}
        return tuple(self._list(one, names, links) for one in shared_steps(owned))

    def _list(self, one: StepsList, names: dict[str, Message], links: dict[str, str]) -> Steps:
        heading = texts.CA_FIRST if one.ca_first else texts.STEPS
        if any(one.owners):
            whose = _listed([names[owner] for owner in one.owners], one.owners)
            heading = (texts.steps_ca_first if one.ca_first else texts.steps_for)(names=whose)
        steps = tuple(
            texts.step_only_for(names=_listed(list(map(text, step.owners)), step.owners), step=step.message)
            if step.owners
            else step.message
            for step in one.steps
        )
        linked = dict.fromkeys(links[owner] for owner in one.owners if owner in links)
        return Steps(
            self._write(heading),
            tuple(map(self._write, steps)),
            tuple(owner for owner in one.owners if owner),
            tuple(self._write(texts.more_information_at(link=link)) for link in linked),
        )

    def _first(self, item: NotificationItem) -> Iterator[str]:
        """Yield the first sentence of a mail about one alert: what, where, until when."""
        certificate, title = item.certificate, title_of(item)
        site = dict(item.locations[0].labels).get("site", "") if item.locations else ""
        who = f"{title}, {site}" if site and site not in title else title
        if item.level is not None and certificate is not None and item.check in _EXPIRY:
            said = _EXPIRES_ON[item.check in OF_CA, certificate.not_after > self._writer.now]
            yield self._write(said(who=who, not_after=certificate.not_after))
        elif not says_itself(item):
            yield self._write(texts.lead(counts=headline(item)))
        else:
            yield _ended(self._write(item.messages[0]))

    def _again(self, item: NotificationItem) -> Iterator[str]:
        if again := texts.AGAIN.get(item.reason):
            yield self._write(again)

    def _sentences(self, item: NotificationItem, most: int) -> Iterator[str]:
        """Yield the first few; hundreds of certificates may outlive a CA."""
        # The first message may be the headline; that it expires is in the headline too.
        messages = item.messages[1:] if says_itself(item) else item.messages
        if item.level is not None and item.certificate and set(item.checks) <= _EXPIRY:
            return
        yield from (_ended(self._writer.sentence(one)) for one in messages[:most])
        if (more := len(messages) - most) > 0:
            yield self._write(texts.more_sentences(count=more))

    def _few(self, messages: Sequence[Message]) -> tuple[str, ...]:
        more = len(messages) - _FEW_IMPACTS
        said = [self._write(one) for one in messages[:_FEW_IMPACTS]]
        return (*said, *([self._write(texts.more_impacts(count=more))] if more > 0 else []))

    def _where(self, item: NotificationItem) -> str:
        return self._write(texts.DEPENDS_ON_IT if _of_ca(item) else texts.WHERE) if item.locations else ""

    def _facts(self, several: Iterable[Fact]) -> tuple[tuple[str, str], ...]:
        return tuple((self._write(name), self._write(value)) for name, value in several)

    def _actions(self, item: NotificationItem) -> tuple[tuple[str, str], ...]:
        url = self._pages.acknowledge(item.alert_id, self._writer.now) if item.level else ""
        return ((self._write(texts.ACKNOWLEDGE), url),) if url else ()

    def _links(self, item: NotificationItem) -> tuple[tuple[str, str], ...]:
        url = self._pages.alert(item.alert_id)
        if not url or item.level is None:
            return ()
        behind = item.level is AlertLevel.WARNING and _has_steps(item)
        said = self._write(texts.STEPS if behind else texts.THIS_ALERT)
        return ((said, url),)


def _ended(sentence: str) -> str:
    """Return a sentence with its period; behind a URL or a command a period would belong to it."""
    copied = "://" in sentence.rpartition(" ")[2] or ": cert-monitor " in sentence
    return sentence if copied or sentence.endswith(".") else f"{sentence}."


def _tone(item: NotificationItem) -> str:
    return item.level.value if item.level else "good"


def _of_ca(item: NotificationItem) -> bool:
    return item.level is not None and item.check in OF_CA


def _has_steps(item: NotificationItem) -> bool:
    return any(one.steps for one in item.renewal_steps)


def _impacts(item: NotificationItem) -> list[Message]:
    if item.level is None:
        return []
    return list(dict.fromkeys(one.impact for one in item.renewal_steps if one.impact))


def _listed(names: Sequence[Message], owners: Sequence[str]) -> Message:
    """Return a list of owners, with semicolons where a name has a comma itself."""
    return (joined if any("," in one for one in owners) else enumerated)(names, _MOST_OWNERS)


def _do(item: NotificationItem) -> Iterator[Fact]:
    if said := in_brief(item):
        yield texts.DO, said


def _owner(number: str, item: NotificationItem, steps: RenewalSteps, *, alone: bool) -> tuple[str, Message]:
    """Return what steps are for, in short and in full; empty where there is nothing else it could be."""
    alike = {one.steps for one in item.renewal_steps if one.steps and one.ca_first == steps.ca_first}
    title = steps.target_title
    if title and not steps.ca_first and (len(alike) > 1 or len(item.locations) > 1):
        # Of a pair only the one at fault needs them; otherwise they may be for all locations of their kind.
        each = item.check is Check.RECORDER_PAIR or len(alike) >= len(item.locations)
        named = f"{number} {title}" if number else title
        return title, text(named) if each else texts.likewise(title=named)
    if alone:
        return "", text("")
    title = title_of(item)
    return (number, text(f"{number} {title}")) if number else (title, text(title))
