"""Which agents were heard of, and which one of each zone probes; no I/O, and ``now`` is an argument."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor.model import SilentZone
from monitor.web.services.agent_admin import AgentIdentity, AgentState
from monitor.wire import clock_offset

SILENT_AFTER = timedelta(minutes=2)
"""An agent says every 15 seconds that it is there; a restart or a short outage of its line takes less."""
UNHEARD_AFTER = timedelta(seconds=45)
"""When time without answers begins to be no fault of targets: sooner than those of short intervals count as
unreachable, and later than an agent that is there is heard of again after a failed attempt."""


class AgentPresence:
    """When each agent was heard of last."""

    def __init__(self, started_at: datetime) -> None:
        """Start without agents; ``started_at`` is when they begin to be waited for."""
        self._started_at = started_at
        self._states: dict[AgentIdentity, AgentState] = {}
        self._offsets: dict[AgentIdentity, timedelta] = {}
        self._doubted: set[AgentIdentity] = set()
        self._zones: Mapping[str, Sequence[AgentIdentity]] = {}
        self._since: dict[str, datetime] = {}

    def use(self, zones: Mapping[str, Sequence[str]], now: datetime) -> None:
        """Set the agents of each zone, in the order in which they are to probe."""
        self._since = {zone: self._since.get(zone, now) for zone in zones}
        self._zones = {zone: [AgentIdentity(zone, one) for one in names] for zone, names in zones.items()}
        known = {one for agents in self._zones.values() for one in agents}
        self._states = {one: self._states.get(one, AgentState(one)) for one in known}
        self._offsets = {one: offset for one, offset in self._offsets.items() if one in known}
        self._doubted &= known

    def knows(self, agent: AgentIdentity) -> bool:
        """Return whether an agent is configured."""
        return agent in self._states

    def seen(self, agent: AgentIdentity, now: datetime) -> None:
        """Note that an agent was heard of."""
        self._update(agent, seen_at=now)

    def reported(self, agent: AgentIdentity, sent_at: datetime, received_at: datetime) -> timedelta | None:
        """Return what to add to an agent's times, which are those of its clock; ``None`` to ask it again.

        A document that was long on its way looks like a clock that is behind. So a new difference counts only
        in the document after the one that had it first.
        """
        before = self._offsets.get(agent, timedelta(0))
        offset = clock_offset(sent_at, received_at, before)
        if offset != before and agent not in self._doubted:
            self._doubted.add(agent)
            return None
        self._doubted.discard(agent)
        self._offsets[agent] = offset
        self._update(agent, offset=offset.total_seconds())
        return offset

    def waiting(self, agent: AgentIdentity, spooled: int, dropped: int) -> None:
        """Note what an agent says of its spool."""
        self._update(agent, spooled=spooled, dropped=dropped)

    def _update(self, agent: AgentIdentity, **changes: Any) -> None:
        if agent in self._states:  # a reload may have removed it since it asked
            self._states[agent] = replace(self._states[agent], **changes)

    def probing(self, zone: str, now: datetime) -> AgentIdentity | None:
        """Return the agent that probes a zone: the first one that is there, ``None`` for none.

        After the start the first one is waited for, so that a restart of the center changes nothing.
        """
        for index, agent in enumerate(self._zones.get(zone, ())):
            seen_at = self._states[agent].seen_at
            waited_for = index == 0 and now - self._started_at < SILENT_AFTER
            if waited_for or (seen_at is not None and now - seen_at < SILENT_AFTER):
                return agent
        return None

    def states(self, now: datetime) -> tuple[AgentState, ...]:
        """Return what is known of every configured agent."""
        return tuple(
            replace(self._states[agent], probes=agent == self.probing(zone, now))
            for zone, agents in self._zones.items()
            for agent in agents
        )

    def silent(self, now: datetime) -> tuple[SilentZone, ...]:
        """Return the zones that nothing was heard of for a while, or not yet since the start, by name."""
        return tuple(
            SilentZone(zone, since)
            for zone in sorted(self._zones)
            if now - (since := self._heard_at(zone)) >= UNHEARD_AFTER or not self._was_heard(zone)
        )

    def heard_at(self, zone: str) -> datetime | None:
        """Return when a zone was heard of last, or is waited for since; ``None`` for one without agents."""
        return self._heard_at(zone) if zone in self._zones else None

    def _was_heard(self, zone: str) -> bool:
        return any(self._states[agent].seen_at is not None for agent in self._zones[zone])

    def _heard_at(self, zone: str) -> datetime:
        """Return when a zone was heard of last, since the start or since it is configured at the earliest."""
        seen = (self._states[agent].seen_at for agent in self._zones[zone])
        return max((at for at in seen if at is not None), default=max(self._started_at, self._since[zone]))
