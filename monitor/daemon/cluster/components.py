"""Which of the other centers, the database, NATS, workers and agents are missing, by what each part knows.

Pure: ``component_watch`` asks the parts, and remembers since when.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from monitor.daemon.cluster import component_texts as texts
from monitor.web.services.agent_admin import AgentState
from monitor.web.services.components import Component, Degradation

HEARD_WITHIN = timedelta(minutes=1)
"""An agent says every 15 seconds that it is there."""
PRESENT_WITHIN = timedelta(seconds=10)
"""A center says every second that it is there."""
FORGOTTEN_AFTER = timedelta(days=7)
"""A center that was not heard of for so long is not expected any more."""


@dataclass(frozen=True, slots=True)
class KnownComponents:
    """What is known at one instant; the beginning values stand for a monitor on one machine.

    ``leads`` is false on a standby. ``database_away`` is whether one of several centers cannot use the
    database, ``database_since`` when it answered last where that is known.
    ``centers`` are the other ones and when each was heard of last, ``None`` where nothing is known.
    ``nats`` is why NATS cannot be used, ``without_workers`` since when which zones lack workers.
    ``heard_at`` returns when a zone was heard of last or is waited for since, ``None`` for none with agents.
    """

    leads: bool = True
    database_away: bool = False
    database_since: datetime | None = None
    centers: Mapping[str, datetime] | None = None
    nats: str = ""
    without_workers: Mapping[str, datetime] = field(default_factory=dict)
    agents: Sequence[AgentState] = ()
    heard_at: Callable[[str], datetime | None] = lambda _zone: None


def degraded(known: KnownComponents, now: datetime) -> tuple[Degradation, ...]:
    """Return the missing components, the most important first; ``since`` is ``None`` where unknown."""
    if not known.leads:
        return _STANDBY if known.database_away else ()
    database = [replace(one, since=known.database_since) for one in _DATABASE] if known.database_away else ()
    found = [*database, *_nats(known.nats)]
    found += _workers(known.without_workers)
    found += _agents(known, now)
    if known.centers is not None and not known.database_away:
        found += _centers(known.centers, now)
    return tuple(found)


_DATABASE = (
    Degradation(Component.DATABASE, "", texts.MAILS_WAIT, texts.MAILS_WAIT_EFFECT, texts.DATABASE_ADVICE),
)
_STANDBY = (
    Degradation(
        Component.DATABASE,
        "",
        texts.CANNOT_TAKE_OVER,
        texts.CANNOT_TAKE_OVER_EFFECT,
        texts.DATABASE_ADVICE,
    ),
)


def _nats(why: str) -> Iterator[Degradation]:
    if why:
        yield Degradation(
            Component.NATS, "", texts.NATS_MISSING, texts.NATS_EFFECT, texts.nats_advice(why=why)
        )


def _workers(zones: Mapping[str, datetime]) -> Iterator[Degradation]:
    for zone, since in sorted(zones.items()):
        said = texts.zone_workers_missing(zone=zone) if zone else texts.WORKERS_MISSING
        yield Degradation(Component.WORKERS, zone, said, texts.WORKERS_EFFECT, texts.WORKERS_ADVICE, since)


def _agents(known: KnownComponents, now: datetime) -> Iterator[Degradation]:
    by_zone = groupby(sorted(known.agents, key=_zone_of), _zone_of)
    for zone, group in by_zone:
        agents = tuple(group)
        heard_at = known.heard_at(zone)
        if heard_at is None:
            continue
        missing = [one for one in agents if one.seen_at is None or now - one.seen_at > HEARD_WITHIN]
        if len(missing) < len(agents):
            yield from map(_agent, missing)
        elif now - heard_at > HEARD_WITHIN:
            yield Degradation(
                Component.ZONE,
                zone,
                texts.zone_missing(zone=zone),
                texts.ZONE_EFFECT,
                texts.AGENT_ADVICE,
                heard_at,
            )


def _zone_of(state: AgentState) -> str:
    return state.agent.zone


def _agent(state: AgentState) -> Degradation:
    zone, name = state.agent.zone, state.agent.name
    return Degradation(
        Component.AGENT,
        f"{zone}/{name}",
        texts.agent_missing(zone=zone, name=name),
        texts.AGENT_EFFECT,
        texts.AGENT_ADVICE,
        state.seen_at,
    )


def _centers(others: Mapping[str, datetime], now: datetime) -> Iterator[Degradation]:
    present = any(now - seen_at <= PRESENT_WITHIN for seen_at in others.values())
    missing = {
        name: seen_at
        for name, seen_at in sorted(others.items())
        if PRESENT_WITHIN < now - seen_at < FORGOTTEN_AFTER
    }
    for name, seen_at in missing.items():
        yield Degradation(
            Component.CENTER,
            name,
            texts.center_missing(name=name),
            texts.CENTER_MISSING_EFFECT if present else texts.NO_STANDBY_EFFECT,
            texts.center_advice(name=name),
            seen_at,
        )
    if not present and not missing:
        yield Degradation(
            Component.CENTER, "", texts.NO_STANDBY, texts.NO_STANDBY_EFFECT, texts.NO_STANDBY_ADVICE
        )
