"""The center of agents; see ``monitor.web.agents.AgentService`` and ``AgentAdmin``."""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.addresses import read_url
from monitor.config import Config
from monitor.daemon.agents.credentials import AgentCredentials
from monitor.daemon.agents.listener import AgentsServer, last_certificate
from monitor.daemon.agents.monotonic_time import MonotonicTime
from monitor.daemon.agents.presence import AgentPresence
from monitor.daemon.agents.requested_checks import RequestedChecks
from monitor.daemon.agents.zone_orders import NO_ORDERS, Orders, ZoneOrders
from monitor.errors import ConfigError, SystemBrokenError
from monitor.logs import event
from monitor.metrics import OwnMetrics
from monitor.model import Clock, SilentZone, Target
from monitor.pipeline.zone_answers import ZoneAnswers
from monitor.threads import ThreadPool
from monitor.web.services.agent_admin import AgentIdentity, AgentState, InvitationRefusedError
from monitor.wire import AnswersDocument, Enrollment

log = logging.getLogger(__name__)


class AgentCenter:
    """Authenticates agents, gives them orders, and takes their answers."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that takes part in it
        self,
        credentials: AgentCredentials,
        taking: ZoneAnswers,
        targets: Callable[[], Sequence[Target]],
        metrics: OwnMetrics,
        clock: Clock,
        leads: Callable[[], bool],
        loaded: Callable[[], bool],
    ) -> None:
        """Take the receiver of answers; ``targets`` returns those that are watched now.

        ``leads`` returns whether what is taken is recorded, ``loaded`` whether what was recorded is known.
        """
        self._credentials = credentials
        self._taking = taking
        self._metrics = metrics
        self._clock = clock
        self.leads = leads
        self._loaded = loaded
        self._time = MonotonicTime(clock)
        self._presence = AgentPresence(self._time.now())
        self._pool = ThreadPool("agents", 1)
        self._orders = ZoneOrders(targets, self._pool)
        self._ca = b""
        self._silent_after: Mapping[str, timedelta] = {}
        self._requested = RequestedChecks(taking.state_of, clock)

    async def begin(self, config: Config) -> None:
        """Wait for agents from now on, with a configuration; raises like ``use``.

        A standby may have been made days ago, while its agents talked to another center.
        """
        self._presence = AgentPresence(self._time.now())
        await self.use(config)

    async def use(self, config: Config) -> None:
        """Use the zones and agents of a configuration; raise ``ConfigError`` for its certificate."""
        if config.agents is not None:
            self._ca = await self._pool.run(last_certificate, config.agents.cert_file)
        by_file = await self._pool.run(self._credentials.read, config, log.error)
        self._credentials.use(by_file)
        zones = {
            zone: [one.name for one in settings.agents]
            for zone, settings in config.zones.items()
            if settings.agents
        }
        self._presence.use(zones, self._time.now())
        self._silent_after = {zone: settings.silent_after for zone, settings in config.zones.items()}
        self._metrics.agents.know((zone, name) for zone, names in zones.items() for name in names)

    async def renew(self, config: Config, servers: Iterable[AgentsServer]) -> tuple[str, ...]:
        """Use a configuration that was read again; return what is wrong with its certificate."""
        try:
            for server in servers:
                await self._pool.run(server.renew)
            await self.use(config)
        except ConfigError as error:
            return tuple(str(problem) for problem in error.problems)
        return ()

    def now(self) -> datetime:
        """Return the wall time."""
        return self._clock.now()

    def ca(self) -> bytes:
        """Return the CA of the port for agents."""
        return self._ca

    def identify(self, token: str) -> AgentIdentity | None:
        """Return the agent of a token that is still configured."""
        agent = self._credentials.find(token)
        return agent if agent is not None and self._presence.knows(agent) else None

    async def enroll(self, code: str, agent: str) -> str | None:
        """Return a token for the code of an agent."""
        found = await self._credentials.enroll(code, agent)
        if found is None:
            return None
        enrolled, token = found
        event(log, "agent enrolled", zone=enrolled.zone, agent=enrolled.name)
        return token

    async def orders(self, agent: AgentIdentity) -> Orders:
        """Return the orders of a zone for the agent that probes it, none for the others."""
        self._note(agent)
        return await self._orders.get(agent.zone) if self._probes(agent) else NO_ORDERS

    async def answers(
        self, agent: AgentIdentity, document: AnswersDocument, received_at: datetime
    ) -> tuple[str, tuple[str, ...]]:
        """Take answers, and say which orders are in force.

        Raises ``SystemBrokenError`` until it is known what the answers are about.
        """
        self._note(agent)
        if not self._loaded():
            raise SystemBrokenError("the recorded states are still being loaded")
        offset = self._presence.reported(agent, document.sent_at, received_at)
        if offset is None:
            revision, _ = await self.orders(agent)
            return revision, document.all_to_be_sent_again()
        taken = await self._taking.take(agent.zone, document, offset)
        if not taken.missing:
            self._presence.waiting(agent, document.spooled, document.dropped)
            self._metrics.agents.spooled(agent.zone, agent.name, document.spooled)
            self._metrics.agents.answered(agent.zone, taken.results)
        revision, _ = await self.orders(agent)
        return revision, taken.missing

    def check_now(self, zone: str, target_ids: Collection[str]) -> str:
        """Request probes that the agent of a zone makes when it asks next; return why it cannot, if so."""
        if any(one.zone == zone for one in self._presence.silent(self._time.now())):
            return f"no agent of the zone {zone} reports"
        if not self._requested.add(zone, target_ids):
            return "other checks are still running; try again in a minute"
        return ""

    def to_check_now(self, agent: AgentIdentity) -> tuple[str, ...]:
        """Return the targets that an agent is to probe at once, none for one that stands by."""
        return self._requested.pending(agent.zone) if self._probes(agent) else ()

    def states(self) -> Sequence[AgentState]:
        """Return what is known of all agents."""
        return tuple(
            replace(one, seen_at=self._time.wall_time(one.seen_at)) if one.seen_at is not None else one
            for one in self._presence.states(self._time.now())
        )

    def heard_at(self, zone: str) -> datetime | None:
        """Return when a zone was heard of last, ``None`` for one without agents."""
        at = self._presence.heard_at(zone)
        return None if at is None else self._time.wall_time(at)

    def silent(self) -> tuple[SilentZone, ...]:
        """Return the zones that nothing is heard of."""
        return tuple(
            replace(one, since=self._time.wall_time(one.since), silent_after=self._silent_after[one.zone])
            for one in self._presence.silent(self._time.now())
        )

    def invite(self, zone: str, name: str, center: str, by: str) -> str:
        """Return the line that enrolls an agent."""
        agent = AgentIdentity(zone, name)
        if not self._presence.knows(agent):
            raise InvitationRefusedError(f"there is no agent {name} in a zone {zone}; add it to zones")
        try:
            read_url(center, ("https",), f"not {center!r}")
        except ValueError as error:
            said = f"center: must be https://HOST:PORT, as agents reach it ({error})"
            raise InvitationRefusedError(said) from None
        code = self._credentials.invite(agent, by)
        event(log, "agent invited", zone=zone, agent=name, by=by)
        return str(Enrollment(center.rstrip("/"), hashlib.sha256(self._ca).hexdigest(), code))

    def _note(self, agent: AgentIdentity) -> None:
        self._presence.seen(agent, self._time.now())
        self._metrics.agents.seen(agent.zone, agent.name, self._clock.now())

    def _probes(self, agent: AgentIdentity) -> bool:
        return self._presence.probing(agent.zone, self._time.now()) == agent
