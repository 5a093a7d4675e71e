"""Answers the web's questions to the daemon from its parts."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from monitor.alerts import alerts_of_target
from monitor.config import Config, single_target
from monitor.config.sections.silences import active_silences
from monitor.config.targets.written import policy_origins
from monitor.daemon.health import HealthMonitor
from monitor.errors import SystemBrokenError
from monitor.metrics import Exposition, OwnMetrics, render_probe
from monitor.model import (
    AlertRecord,
    Clock,
    NotificationStatus,
    PolicyValue,
    Silence,
    Snapshot,
    Target,
    WorkerZone,
)
from monitor.model.alerts.history import AlertHistory
from monitor.pipeline import Board
from monitor.pipeline.on_demand import BusyError, NotAllowedError, OnDemandProber
from monitor.store import HistoryEntry, OutcomePeriod, Store
from monitor.web import (
    AccessServices,
    Changes,
    Health,
    Identities,
    Notified,
    OnDemandRefusal,
    OnDemandRequest,
    OnDemandResult,
    Standby,
    WebServer,
    make_app,
    make_metrics_app,
)
from monitor.web.services.agent_admin import AgentAdmin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WebServices:
    """The parts that answer the web; ``config`` returns the configuration in force.

    ``own_names`` are the names of this machine in lower case.
    """

    clock: Clock
    board: Board
    metrics: OwnMetrics
    health: HealthMonitor
    on_demand: OnDemandProber
    config: Callable[[], Config]
    own_names: Collection[str]
    store: Store


class WebFacade:
    """Answer what the web asks; see ``monitor.web.WebView``."""

    def __init__(self, services: WebServices) -> None:
        """Take the parts."""
        self._services = services
        self._written: tuple[object, Exposition] | None = None
        self._last: dict[str, Any] = {}

    def now(self) -> datetime:
        """Return the wall time."""
        return self._services.clock.now()

    def snapshot(self) -> Snapshot:
        """Return the current snapshot."""
        return self._services.board.snapshot

    def metrics(self) -> Iterator[bytes]:
        """Yield the daemon's own metrics, then the families about targets."""
        snapshot, now = self.snapshot(), self.now()
        yield self._services.metrics.text(now)
        if self.standby() is not None:
            return
        yield from self._exposition().pieces(snapshot, now)

    def standby(self) -> Standby | None:
        """Return what this center says instead of pages, ``None`` where it leads."""
        return self._services.health.standby

    def health(self) -> Health:
        """Return the ages of the parts and what is wrong."""
        instance = self._services.config().instance
        return replace(self._services.health.report(), name=instance.name, customer=instance.customer)

    def ready(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether the recorded state is loaded; configuration and store are open before we listen."""
        if self._services.health.ready:
            why = self._services.health.without_record
            return not why, (why,) if why else ()
        if standby := self.standby():
            return False, (f"{standby.name} is a standby; {standby.leader or 'nobody'} leads",)
        return False, ("the recorded state is still being loaded, or the daemon is stopping",)

    def hosts(self) -> Collection[str]:
        """Return the names of this machine, and those that the configuration adds."""
        web = self._services.config().web
        external = (web.external_host,) if web.external_host else ()
        return {*self._services.own_names, *web.hosts, web.address.host.lower(), *external}

    def external_url(self) -> str:
        """Return the address for people elsewhere, empty where none is configured."""
        return self._services.config().web.external_url or ""

    def receivers(self) -> Collection[str]:
        """Return the names of the configured receivers."""
        return self._services.config().receivers

    async def probe(self, request: OnDemandRequest) -> OnDemandResult:
        """Return the metrics of one target that is probed now, or why it is not."""
        if refusal := self._refusal(request):
            return OnDemandResult(refusal=refusal)
        config = self._services.config()
        try:
            target = single_target(config, config.probe.endpoint(request.target, request.module))
        except ValueError as error:
            return OnDemandResult(refusal=OnDemandRefusal.INVALID, detail=str(error))
        allowed, within = config.probe.allowed, config.probe.time_limit(request.within)
        try:
            state = await self._services.on_demand.probe(target, allowed, within)
        except NotAllowedError:
            return OnDemandResult(refusal=OnDemandRefusal.NOT_ALLOWED)
        except BusyError:
            return OnDemandResult(refusal=OnDemandRefusal.BUSY)
        shown, now = config.metrics, self.now()
        text = render_probe(
            state, now, alerts=alerts_of_target(state, now), labels=shown.labels, chain=shown.chain
        )
        return OnDemandResult(text)

    async def history(self, *, sha256: str = "", target_id: str = "") -> Sequence[HistoryEntry]:
        """Return what is recorded of a certificate or a target."""
        return await self._services.store.history(sha256=sha256, target_id=target_id)

    async def outcomes(self, target_id: str) -> Sequence[OutcomePeriod]:
        """Return the recorded outcomes of the probes of a target."""
        return await self._services.store.outcomes(target_id)

    async def recorded_alerts(self, target_id: str) -> Sequence[AlertRecord]:
        """Return the alerts about a target alone."""
        return await self._services.store.alerts_about(target_id)

    async def resolved_alerts(self, since: datetime, most: int) -> Sequence[AlertRecord]:
        """Return the alerts that are over since an instant."""
        return await self._or_last("resolved", (), self._services.store.resolved_alerts(since, most))

    def policy_origins(self, target: Target) -> Sequence[PolicyValue]:
        """Return the policy of a target by the configuration in force."""
        return policy_origins(target, self._services.config())

    async def silences(self) -> Sequence[Silence]:
        """Return the silences that last, stored or configured."""
        services, now = self._services, self.now()
        config = services.config()
        configured = tuple(active_silences(config.silences, now))
        return await self._or_last("silences", configured, silences(services.store, config, now))

    async def recent_silences(self, since: datetime) -> Sequence[Silence]:
        """Return the silences that last or ended since an instant, stored or configured."""
        services = self._services
        stored = await services.store.silences(ended_after=since)
        return (*stored, *active_silences(services.config().silences, services.clock.now()))

    async def notifications(self, most: int) -> Sequence[NotificationStatus]:
        """Return the last notifications and their states."""
        return await self._services.store.recent_notifications(most)

    async def alert_history(self, alert_id: str) -> AlertHistory | None:
        """Return what is recorded of one alert, open or over."""
        return await self._services.store.alert_history(alert_id)

    async def notified(self) -> Mapping[str, Sequence[Notified]]:
        """Return what receivers were notified of, by the ids of alerts."""
        return await self._or_last("notified", {}, self._notified())

    async def _or_last(self, name: str, nothing: T, answer: Awaitable[T]) -> T:
        """Return an answer, or the last one while the database cannot be used: overviews must go on."""
        try:
            self._last[name] = last = await answer
        except SystemBrokenError:
            last = self._last.get(name, nothing)
        return last

    async def _notified(self) -> Mapping[str, Sequence[Notified]]:
        found: dict[str, list[Notified]] = {}
        for name in self._services.config().receivers:
            record = await self._services.store.receiver_record(name)
            for key, one in record.log.items():
                found.setdefault(key.id, []).append(Notified(name, one.level, one.last_at))
        return found

    def _refusal(self, request: OnDemandRequest) -> OnDemandRefusal | None:
        """Return why no target at all is probed."""
        settings = self._services.config().probe
        if not settings.allow:
            return OnDemandRefusal.DISABLED
        if request.on_metrics_listen and not settings.metrics_listen:
            return OnDemandRefusal.OTHER_ADDRESS
        return None if self._services.health.ready else OnDemandRefusal.NOT_READY

    def _exposition(self) -> Exposition:
        settings = self._services.config().metrics
        if self._written is None or self._written[0] != settings:
            self._written = (settings, Exposition(labels=settings.labels, chain=settings.chain))
        return self._written[1]


async def silences(store: Store, config: Config, now: datetime) -> Sequence[Silence]:
    """Return the acknowledgements and silences that last at an instant, stored or configured."""
    stored = [one for one in await store.silences() if one.ends_at is None or one.ends_at > now]
    return (*stored, *active_silences(config.silences, now))


def web_servers(  # noqa: PLR0913 - all that its pages show
    facade: WebFacade,
    changes: Changes,
    config: Config,
    access: AccessServices,
    agents: AgentAdmin | None = None,
    *,
    workers: Callable[[], Sequence[WorkerZone]] = tuple,
) -> tuple[WebServer, ...]:
    """Return the server of the pages, and the one for metrics alone where it is configured."""
    web, file = config.web, access.web_config
    who = Identities(access, web.address.host)
    tls = file.tls() if file else None
    page = make_app(facade, changes, own_host=web.address.host, access=who, agents=agents, workers=workers)
    servers = [WebServer(page, *web.address, tls=tls, client_names=access.client_names)]
    if web.metrics_address:
        metrics = make_metrics_app(facade, who if file or access.user_header else None)
        servers.append(WebServer(metrics, *web.metrics_address, tls=tls, client_names=access.client_names))
    return tuple(servers)
