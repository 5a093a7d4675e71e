"""A random year of a random estate, with outages of service and relay, and acknowledgements."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts import Every, NotifyReason, Schedule, acknowledgement
from monitor.model import AlertGroup, AlertLevel, Certificate, Policy, Silence
from support.campaigns.campaign import Run, require
from support.factories.years.simulated_servers import DAY, HOUR, Server, Span, renewed
from support.factories.years.simulated_year import Arrived, Reader, Scenario, lived

BEGIN = datetime(2026, 1, 1, 9, tzinfo=UTC)
END = BEGIN + 364 * DAY
READERS = (
    Reader("daily", Schedule(Every.DAILY, time(8), ZoneInfo("Europe/Lisbon")), "pt_BR"),
    Reader("workdays", Schedule(Every.WORKDAY, time(8), ZoneInfo("America/New_York")), "en"),
)
SERVERS = 6
_NEWS = (NotifyReason.FIRST, NotifyReason.WORSE, NotifyReason.INVENTORY)
_LIVES = (6, 47, 90, 365, 3650)
_RENEWED_AT = (0.5, 0.66, 0.66, 0.8, 0.93, 0.99, 1.02)
_POLICY = Policy()
_TRIED_AGAIN = timedelta(minutes=15)
_SOON = 30 * DAY
"""By then what is over has been notified, whatever was down meanwhile."""


async def year(run: Run) -> None:
    """Let a random year pass in each round: what is due is notified once, in time, and nothing else."""
    for one in run:
        world = _World.random(one.chance)
        arrived = await lived(world.scenario)
        run.counts["mails"] += len(arrived)
        run.counts["items"] += sum(len(mail.said) for mail in arrived)
        run.counts["acknowledgements"] += len(world.acknowledged)
        run.counts["hours without a relay"] += _hours(world.scenario.relay_down)
        run.counts["hours without the service"] += _hours(world.scenario.away)
        for reader in READERS:
            mine = [mail for mail in arrived if mail.receiver == reader.name]
            _one_digest_a_day(reader, mine)
            _nothing_twice(mine)
            _low_impact_waits(world, mine)
            _ends_are_notified(world, mine)
            for server in world.scenario.servers:
                run.counts["levels that were due"] += _all_is_notified(world, reader, server, mine)


def _hours(spans: Sequence[Span]) -> int:
    return sum((span.end - span.begin) // HOUR for span in spans)


@dataclass
class _World:
    """A scenario, and what was acknowledged in it."""

    scenario: Scenario
    acknowledged: list[Silence] = field(default_factory=list)

    @classmethod
    def random(cls, chance: random.Random) -> "_World":
        """Return a random one."""
        servers = [_server(number, chance) for number in range(SERVERS)]
        away = _spans(chance, (HOUR, 5 * HOUR, 20 * DAY))
        relay_down = _spans(chance, (HOUR, 7 * HOUR, 9 * DAY))
        world = cls(Scenario(BEGIN, END, servers, READERS, None, away, relay_down))
        world.scenario = replace(
            world.scenario, asked={at: _Asked(world, chance.random()) for at in _instants(chance, 12)}
        )
        return world

    def calm(self, begin: datetime, end: datetime) -> bool:
        """Return whether service and relay work and nobody acknowledges anything in a time."""
        spans = (*self.scenario.away, *self.scenario.relay_down)
        quiet = not any(begin <= one.starts_at <= end for one in self.acknowledged)
        return quiet and not any(span.begin <= end and begin <= span.end for span in spans)


@dataclass(frozen=True)
class _Asked:
    """Somebody acknowledges one of the alerts of then for some days."""

    world: _World
    share: float

    def __call__(self, alerts: Sequence[AlertGroup], now: datetime) -> Silence | None:
        """Return what is asked for, ``None`` where nothing is open."""
        if not alerts:
            return None
        group = alerts[int(self.share * len(alerts))]
        until = now + (1 + self.share * 28) * DAY
        made = acknowledgement(group, f"{now}", until=until, comment="", by="Ana", now=now)
        self.world.acknowledged.append(made)
        return made


def _server(number: int, chance: random.Random) -> Server:
    life = _LIVES[number % len(_LIVES)] * DAY
    shares = [chance.choice(_RENEWED_AT) for _ in range(chance.randint(1, 4))]
    renewals = [timedelta(minutes=round(share * life / timedelta(minutes=1))) for share in shares]
    since = BEGIN - timedelta(minutes=round(chance.random() * life / timedelta(minutes=1)))
    served = renewed(f"host{number}", life, *renewals, since=since)
    return Server.of(f"Server {number}", "site", served, END, low_impact=chance.random() < 0.25)


def _spans(chance: random.Random, lengths: Sequence[timedelta]) -> list[Span]:
    """Return one span of each length, none of which touches another one."""
    spans: list[Span] = []
    for at, length in zip(_instants(chance, len(lengths)), lengths, strict=True):
        if all(at + length < one.begin or one.end < at for one in spans):
            spans.append(Span(at, at + length))
    return spans


def _instants(chance: random.Random, number: int) -> list[datetime]:
    return [BEGIN + chance.randrange(1, 340 * 24 * 4) * timedelta(minutes=15) for _ in range(number)]


def _one_digest_a_day(reader: Reader, mine: Sequence[Arrived]) -> None:
    # One that the relay has delayed counts for its own day.
    days = Counter(reader.digest.day(mail.made_at) for mail in mine if mail.kind == "digest")
    twice = [day for day, count in days.items() if count > 1]
    require(not twice, f"{reader.name} got two digests of one day: {twice}")


def _nothing_twice(mine: Sequence[Arrived]) -> None:
    news = Counter(
        (said.item.certificate.sha256, said.item.level)
        for mail in mine
        for said in mail.said
        if said.item.reason in _NEWS and said.item.certificate
    )
    twice = [one for one, count in news.items() if count > 1]
    require(not twice, f"notified as new twice: {twice}")


def _low_impact_waits(world: _World, mine: Sequence[Arrived]) -> None:
    low = {server.title for server in world.scenario.servers if server.low_impact}
    at_once = [
        str(said) for mail in mine if mail.kind == "notice" for said in mail.said if said.item.title in low
    ]
    require(not at_once, f"of low impact, and notified at once: {at_once}")


def _ends_are_notified(world: _World, mine: Sequence[Arrived]) -> None:
    """Each end is notified once, to whom the alert was notified."""
    notified: dict[str, datetime] = {}
    for mail in mine:
        for said in mail.said:
            if said.item.reason is NotifyReason.RENEWED:
                require(
                    notified.pop(said.item.replaced_sha256, None), f"an end of what was not notified: {mail}"
                )
            elif said.item.certificate and "acknowledged" not in said.part:
                notified.setdefault(said.item.certificate.sha256, mail.at)
    for server in world.scenario.servers:
        for old, new in zip(server.served, server.served[1:], strict=False):
            at = notified.get(old.leaf.sha256)
            require(
                at is None or new.since + _SOON > END or at > new.since,
                f"the renewal of {server.title} at {new.since} is not notified",
            )


def _all_is_notified(world: _World, reader: Reader, server: Server, mine: Sequence[Arrived]) -> int:
    """Return how many levels of a server's certificates were due; each was notified, or the next one was."""
    number = 0
    for at, level, leaf, until in _due(server):
        urgent = level is not AlertLevel.WARNING and not server.low_impact
        deadline = _at_once(world, at) if urgent else _in_digest(world, reader, at)
        if deadline is None or deadline >= until:
            continue
        number += 1
        notified = [
            mail
            for mail in mine
            if at <= mail.at <= deadline
            for said in mail.said
            if said.item.certificate == leaf and said.item.level and said.item.level.rank >= level.rank
        ]
        require(notified, f"{server.title} was {level} at {at}, which is not notified until {deadline}")
    return number


def _at_once(world: _World, at: datetime) -> datetime | None:
    """Return by when an urgent alert is notified, ``None`` where somebody may acknowledge it before."""
    start = next((span.end for span in world.scenario.away if at in span), at)
    down = (span.end + _TRIED_AGAIN for span in world.scenario.relay_down if start in span)
    deadline = next(down, start)
    return None if any(at <= one.starts_at <= deadline for one in world.acknowledged) else deadline


def _in_digest(world: _World, reader: Reader, at: datetime) -> datetime | None:
    """Return the time of the next digest, ``None`` where something may put it off."""
    digest_at = reader.digest.following(at - timedelta(microseconds=1))
    return digest_at if world.calm(at - 2 * DAY, digest_at) else None


def _due(server: Server) -> Iterator[tuple[datetime, AlertLevel, Certificate, datetime]]:
    """Yield from when a certificate is of a level, and until when it is served."""
    for one, following in zip(server.served, (*server.served[1:], None), strict=True):
        until = following.since if following else END
        levels = {
            AlertLevel.WARNING: _POLICY.warning_due_at(one.leaf, as_ca=False),
            AlertLevel.CRITICAL: _POLICY.critical_due_at(one.leaf, as_ca=False),
            AlertLevel.EXPIRED: one.leaf.not_after,
        }
        for level, at in levels.items():
            seen_from = _next_hour(max(one.since, BEGIN))
            yield max(at, seen_from), level, one.leaf, until


def _next_hour(at: datetime) -> datetime:
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour if hour == at else hour + HOUR
