"""Run alert passes: whether the clock can be believed, and what the configuration says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.config import Config
from monitor.daemon.clocks import ClockWatch
from monitor.daemon.outage_watch import OutageWatch
from monitor.daemon.receivers import notify_settings, recipients
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.pipeline import Judge
from monitor.pipeline.alert_pass import AlertPass
from monitor.store import Store


@dataclass(frozen=True, slots=True)
class AlertServices:
    """The services of the alert loop; ``queued`` is called when something was put into the outbox.

    ``renewing`` returns the targets of renewal days on which work goes on.
    """

    alert_pass: AlertPass
    judge: Judge
    clock: Clock
    clock_watch: ClockWatch
    outages: OutageWatch
    store: Store
    metrics: OwnMetrics
    queued: Callable[[], None]
    renewing: Callable[[], frozenset[str]] = frozenset


class AlertLoop:
    """Run alert passes by the configuration in force."""

    def __init__(self, services: AlertServices, config: Callable[[], Config]) -> None:
        """Take the services and what returns the configuration in force."""
        self._services = services
        self._config = config

    async def round(self) -> None:
        """Run one alert pass."""
        services, config = self._services, self._config()
        now, watch = self.note_absence(), services.clock_watch
        sent = await services.alert_pass.run(
            now,
            recipients(config),
            replace(notify_settings(config, now), renewing=services.renewing()),
            clock=watch.doubts(now),
            outage=services.outages.outage,
            notify_all_renewals=config.alerts.notify_renewals == "all",
        )
        services.metrics.alert_pass_done(now)
        if sent:
            services.queued()
        watch.verified()
        await watch.save(services.store)
        await services.outages.told()

    def note_absence(self) -> datetime:
        """Return the time; after a start, a sleep or a clock step, unreachability is counted from it."""
        now = self._services.clock.now()
        if self._services.clock_watch.woke(now):
            self._services.judge.awake_at = now
        return now
