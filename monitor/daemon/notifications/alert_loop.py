"""Run alert passes by the configuration in force, with the doubts about the clock."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.config import Config
from monitor.daemon.clock.watch import ClockWatch
from monitor.daemon.notifications.outage_watch import OutageWatch
from monitor.daemon.notifications.receivers import notify_settings, recipients
from monitor.errors import SystemBrokenError
from monitor.metrics import OwnMetrics
from monitor.model import Clock, SilentZone
from monitor.pipeline import Judge
from monitor.pipeline.alert_pass import AlertPass
from monitor.store import Store


@dataclass(frozen=True, slots=True)
class AlertServices:
    """The services of the alert loop; ``queued`` is called when something was put into the outbox.

    ``renewing`` returns the targets of renewal days on which work goes on, ``silent_zones`` those zones that
    nothing is heard of.
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
    silent_zones: Callable[[], tuple[SilentZone, ...]] = tuple


class AlertLoop:
    """Run alert passes by the configuration in force."""

    def __init__(self, services: AlertServices, config: Callable[[], Config]) -> None:
        """Take the services and the function that returns the configuration in force."""
        self._services = services
        self._config = config

    async def round(self) -> None:
        """Run one alert pass."""
        services, config = self._services, self._config()
        now, watch = self.note_absence(), services.clock_watch
        clock = watch.doubts(now)
        if clock.too_early:
            await watch.compare_with_server(services.store)
            clock = watch.doubts(now)
        silent = services.silent_zones()
        services.judge.note_silent_zones(frozenset(one.zone for one in silent), now)
        try:
            sent = await services.alert_pass.run(
                now,
                recipients(config),
                replace(notify_settings(config, now), renewing=services.renewing()),
                clock=clock,
                outage=services.outages.outage,
                silent_zones=silent,
                notify_all_renewals=config.alerts.notify_renewals == "all",
            )
        except SystemBrokenError:
            # What waits for the store is still found, and to be seen.
            await services.alert_pass.show(now, clock, silent)
            raise
        services.metrics.alert_pass_done(now)
        if sent:
            services.queued()
        watch.verified()
        await watch.save(services.store)
        await services.outages.notified()

    def note_absence(self) -> datetime:
        """Return the time; after a start, a sleep or a clock step, unreachability is counted from it."""
        now = self._services.clock.now()
        if self._services.clock_watch.woke(now):
            self._services.judge.awake_at = now
        return now
