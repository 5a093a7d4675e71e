"""A year of alert passes and deliveries over a real store, with outages, as a list of mails."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.alerts import Inventory, NotificationItem, NotifySettings, ReceiverRules, Schedule
from monitor.alerts.digest import Digest
from monitor.alerts.payload import from_json
from monitor.alerts.routing.routes import Routing
from monitor.alerts.self_monitoring.outage import outage_since
from monitor.assess import PathFinder
from monitor.delivery import LoggedErrors, SendResult, deliver_due
from monitor.delivery.email.content.view import MOST_ITEMS, PageWriter
from monitor.delivery.receiver import ACCEPTED, Note, retry, unheard
from monitor.messages import Writer, language
from monitor.model import AlertGroup, Anchors, Notification, Outage, Silence, TargetState, text
from monitor.pipeline import Board, Judge
from monitor.pipeline.alert_pass import AlertPass
from monitor.store import Store
from support.factories.years.simulated_servers import DAY, HOUR, Prober, Server, Span

_REMINDERS = (DAY, 7 * DAY)
_RETRIED_AFTER = timedelta(minutes=15)

Asked = Callable[[Sequence[AlertGroup], datetime], Silence | None]
"""What somebody asks for, of the alerts that the page shows at an instant; ``None`` for nothing."""


@dataclass(frozen=True)
class Reader:
    """A receiver: when its digest is sent, and the language of its mails."""

    name: str
    digest: Schedule
    code: str


@dataclass(frozen=True)
class Scenario:
    """All that happens in a year.

    ``asked`` are acknowledgements and silences by their time, ``remarks`` are for readers of the list.
    """

    begin: datetime
    end: datetime
    servers: Sequence[Server]
    readers: Sequence[Reader]
    routing: Routing | None = None
    away: Sequence[Span] = ()
    relay_down: Sequence[Span] = ()
    asked: Mapping[datetime, Asked] = field(default_factory=dict)
    remarks: Mapping[datetime, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """One item of a mail: the list it is in, why it is notified, how bad it is, and what it is about."""

    part: str
    item: NotificationItem

    def __str__(self) -> str:
        """Return it in a few words."""
        level = f"{self.item.level} " if self.item.level else ""
        return f"{self.part}{self.item.reason} {level}{self.item.title or self.item.messages[0].code}"


@dataclass(frozen=True)
class Arrived:
    """A mail that arrived."""

    at: datetime
    made_at: datetime
    receiver: str
    kind: str
    subject: str
    said: tuple[Said, ...]


class _Mailbox:
    """A receiver of mails behind a relay that is down at times."""

    def __init__(self, year: "SimulatedYear", reader: Reader) -> None:
        self.name = reader.name
        self._year = year
        self._words = language(reader.code)
        self._zone = reader.digest.zone

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return the subject: most of the time would go into the rest of the mail."""
        writer = Writer(self._words, self._zone, now)
        page = PageWriter(writer, text("watch.vms.example"), MOST_ITEMS).page(from_json(notification.payload))
        return page.subject.encode()

    async def send(
        self, notification: Notification, now: datetime, _note: Note = unheard
    ) -> Mapping[str, SendResult]:
        """Keep the mail, unless the relay is down."""
        down = any(now in span for span in self._year.scenario.relay_down)
        if not down:
            self._year.arrived.append(
                Arrived(
                    now,
                    notification.created_at,
                    self.name,
                    notification.kind.value,
                    (notification.rendered or b"").decode(),
                    tuple(_said(notification)),
                )
            )
        result = retry("nobody listens there", receiver_down=True) if down else ACCEPTED
        return dict.fromkeys(notification.pending, result)

    def close(self) -> None:
        """Release nothing."""


def _said(notification: Notification) -> Iterator[Said]:
    content = from_json(notification.payload)
    if isinstance(content, Inventory):
        yield from (Said("", item) for item in content.items)
    elif isinstance(content, Digest):
        yield from (Said("new: ", item) for item in content.new)
        yield from (Said("open: ", item) for item in content.open)
        yield from (Said(f"acknowledged by {one.by}: ", one.item) for one in content.acknowledged)
        yield from (Said("over: ", item) for item in content.over)
    else:
        yield from (Said("", item) for item in content)


class SimulatedYear:
    """A monitor that runs for a year in the instants at which something may be due, and at no other."""

    def __init__(self, scenario: Scenario, store: Store) -> None:
        """Prepare the first start."""
        self.scenario = scenario
        self.arrived: list[Arrived] = []
        self._waiting = 0
        self._outage: Outage | None = None
        self._store = store
        self._prober = Prober(scenario.begin, scenario.end, scenario.away)
        self._board = Board()
        self._board.replace(TargetState(server.target()) for server in scenario.servers)
        self._boxes = [_Mailbox(self, reader) for reader in scenario.readers]
        self._errors = {box.name: LoggedErrors() for box in self._boxes}
        rules = {one.name: ReceiverRules(digest=one.digest) for one in scenario.readers}
        self._settings = NotifySettings(rules, scenario.routing)
        self._recipients = {one.name: (f"{one.name}@vms.example",) for one in scenario.readers}
        self._events = sorted(set(self._foreseen()))
        self._start(scenario.begin)

    def _start(self, now: datetime) -> None:
        async def anchors(_: tuple[str, ...]) -> Anchors:
            return Anchors.of(())

        self._judge = Judge(PathFinder())
        self._judge.awake_at = now
        self._pass = AlertPass(self._board, self._judge, anchors, self._store)

    async def run(self) -> Sequence[Arrived]:
        """Let the year pass; return what arrived."""
        now = self.scenario.begin
        while now < self.scenario.end:
            await self.at(now)
            now = await self._next(now)
        return self.arrived

    async def at(self, now: datetime) -> None:
        """Do at an instant what is to be done then: probes, what somebody asks for, a pass, deliveries."""
        for span in self.scenario.away:
            if span.end == now:
                self._outage = outage_since(span.begin, now, self._outage)
                self._start(now)
        states = self._board.snapshot.states
        servers = zip(self.scenario.servers, list(states.values()), strict=True)
        self._board.put([self._prober.state(server, state, now) for server, state in servers])
        if (asked := self.scenario.asked.get(now)) and (made := asked(self._board.snapshot.alerts, now)):
            await self._store.put_silences([made])
        queued = await self._pass.run(
            now, self._recipients, self._settings, notify_all_renewals=False, outage=self._outage
        )
        if queued or self._waiting:
            for box in self._boxes:
                await deliver_due(self._store, box, now, errors=self._errors[box.name])
            self._waiting, _ = await self._store.outbox()

    async def _next(self, now: datetime) -> datetime:
        """Return the next instant at which something may be due while the monitor runs."""
        coming = [at for at in self._events if at > now][:1]
        changes = (state.assessment.next_change_at for state in self._board.snapshot)
        coming += [at for at in changes if at is not None]
        coming += [one.digest.following(now) for one in self.scenario.readers]
        if self._board.snapshot.alerts:
            coming += [at async for at in self._due_later()]
        at = min((one for one in coming if one > now), default=self.scenario.end)
        return next((span.end for span in self.scenario.away if at in span), at)

    async def _due_later(self) -> AsyncIterator[datetime]:
        """Yield the instants at which silences end and reminders may be due."""
        for silence in await self._store.silences():
            if silence.ends_at:
                yield silence.ends_at
        for reader in self.scenario.readers:
            record = await self._store.receiver_record(reader.name)
            for one in record.log.values():
                for every in _REMINDERS:
                    yield one.last_at + every

    def _foreseen(self) -> Iterator[datetime]:
        """Yield what the scenario has: two probes after each change, and each probe of what is down."""
        yield self.scenario.end
        yield from self.scenario.asked
        for span in self.scenario.away:
            yield span.end
        for span in self.scenario.relay_down:
            yield from (span.end, span.end + _RETRIED_AFTER)
        for server in self.scenario.servers:
            for one in server.served[1:]:
                yield from self._probes(one.since, 2)
            for span in server.down:
                yield from self._probes(span.begin, 13)
                yield from self._probes(span.end, 1)

    def _probes(self, at: datetime, number: int) -> Iterator[datetime]:
        first = at.replace(minute=0, second=0, microsecond=0)
        begin = first if first == at else first + HOUR
        yield from (begin + count * HOUR for count in range(number))


async def lived(scenario: Scenario) -> Sequence[Arrived]:
    """Return the mails that arrive in a year, over a store in memory."""
    store = await Store.open("sqlite://", app_version="test")
    try:
        return await SimulatedYear(scenario, store).run()
    finally:
        await store.close()


def story(scenario: Scenario, arrived: Sequence[Arrived]) -> Iterator[str]:
    """Yield the story of the year as lines: what happens, and each mail with the reasons for it."""
    zones = {one.name: one.digest.zone for one in scenario.readers}
    lines: list[tuple[datetime, str, list[str]]] = [
        (at, "", [f"{at:%Y-%m-%d %a %H:%M}  -- {remark}"]) for at, remark in scenario.remarks.items()
    ]
    for mail in arrived:
        local = mail.at.astimezone(zones[mail.receiver])
        head = f"{mail.at:%Y-%m-%d %a %H:%M}  {mail.receiver} {local:%H:%M} {mail.kind}: {mail.subject}"
        lines.append(
            (mail.at, f"{mail.receiver} {mail.kind}", [head, *(f"{'':22}  {one}" for one in mail.said)])
        )
    for _, _, some in sorted(lines):
        yield from some
