"""The daemon's metrics about itself, in a registry of their own; decides nothing and queries nothing.

The other parts report events to it. prometheus_client is fast enough here: these are a few hundred series.
"""

import platform
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import product

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from monitor import __version__
from monitor.metrics.agents import AgentMetrics
from monitor.metrics.orders import OrderMetrics
from monitor.metrics.text import seconds
from monitor.metrics.workers import WorkerMetrics
from monitor.model import DiscoveryState, FailureReason
from monitor.threads import ThreadPool

RESULTS = ("accepted", "retry", "refused")
_LAG_BUCKETS = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600)

# Otherwise every counter exposes a second family, NAME_created.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library gives it no types


class OwnMetrics:
    """Counters and gauges of the daemon; values that are not known yet are absent."""

    def __init__(
        self, kinds: Iterable[str], pools: Iterable[ThreadPool] = (), receivers: Iterable[str] = ()
    ) -> None:
        """Start all counters at zero for these target kinds and receivers, and monitor these thread pools."""
        self._kinds = tuple(kinds)
        self._registry = registry = CollectorRegistry()
        self._oldest_at: datetime | None = None
        self._failures = Counter(
            "cert_monitor_probe_failures",
            "Failures of probes by reason.",
            ("kind", "reason"),
            registry=registry,
        )
        self._notifications = Counter(
            "cert_monitor_notifications",
            "Attempts to deliver a notification to a recipient, by result.",
            ("receiver", "result"),
            registry=registry,
        )
        self._store_errors = Counter(
            "cert_monitor_store_errors", "Failed reads and writes of the database.", registry=registry
        )
        self._store_in_memory = Gauge(
            "cert_monitor_store_in_memory",
            "1 while the database cannot be used: notifications are in memory, results are not recorded.",
            registry=registry,
        )
        self._dropped = Counter(
            "cert_monitor_results_dropped",
            "Results of probes that were never recorded, because the database could not be used.",
            registry=registry,
        )
        self._lag = Histogram(
            "cert_monitor_schedule_lag_seconds",
            "Delay between the planned and the actual start of a batch of probes.",
            buckets=_LAG_BUCKETS,
            registry=registry,
        )
        self._clock = Gauge(
            "cert_monitor_clock_suspect",
            "1 while the clock is behind recorded times or the build, or jumped and was not accepted.",
            registry=registry,
        )
        self._pending = _LateGauge(
            "cert_monitor_outbox_pending", "Notifications waiting for delivery.", registry
        )
        self._oldest_age = _LateGauge(
            "cert_monitor_outbox_oldest_age_seconds",
            "Age of the oldest waiting notification, 0 if there is none.",
            registry,
        )
        self._alert_pass = _LateGauge(
            "cert_monitor_last_alert_pass_timestamp_seconds",
            "Unix time of the last complete alert pass.",
            registry,
        )
        self._reload_ok = _LateGauge(
            "cert_monitor_config_last_reload_successful",
            "Whether the last attempt to load the configuration succeeded.",
            registry,
        )
        self._reload_at = _LateGauge(
            "cert_monitor_config_last_reload_timestamp_seconds",
            "Unix time of the last attempt to load the configuration.",
            registry,
        )
        # Not ``instance``: Prometheus gives that label to each target itself, and would rename ours.
        self._build = Gauge(
            "cert_monitor_build_info",
            "Versions of cert-monitor and Python, and the name and customer of this monitor; always 1.",
            ("version", "python", "name", "customer"),
            registry=registry,
        )
        self._discoveries = _Discoveries(registry)
        self.orders = OrderMetrics(registry)
        self.agents = AgentMetrics(registry, self.orders)
        self.workers = WorkerMetrics(registry)
        self._start_at_zero()
        self.set_receivers(receivers)
        self._watch(tuple(pools))
        ProcessCollector(registry=registry)

    def probe_failed(self, kind: str, reason: FailureReason) -> None:
        """Count one failure of a probe."""
        self._failures.labels(kind, reason).inc()

    def notified(self, receiver: str, result: str, recipients: int = 1) -> None:
        """Count delivery attempts by result: ``accepted``, ``refused`` (final) or ``retry``."""
        if result not in RESULTS:
            raise ValueError(f"results are {', '.join(RESULTS)}, not {result!r}")
        self._notifications.labels(receiver, result).inc(recipients)

    def set_receivers(self, names: Iterable[str]) -> None:
        """Start the counters of these receivers at zero; those of others stay as they are."""
        for receiver, result in product(names, RESULTS):
            self._notifications.labels(receiver, result)

    def outbox(self, pending: int, oldest_at: datetime | None) -> None:
        """Set the number of waiting notifications and the time of the oldest, ``None`` if nothing waits."""
        self._pending.set(pending)
        self._oldest_at = oldest_at

    def started_late(self, lag: timedelta) -> None:
        """Record how much later than planned a batch started."""
        self._lag.observe(lag.total_seconds())

    def alert_pass_done(self, at: datetime) -> None:
        """Record when the last alert pass was completed."""
        self._alert_pass.set(seconds(at))

    def store_failed(self) -> None:
        """Count one failed read or write of the database."""
        self._store_errors.inc()

    def results_dropped(self, number: int) -> None:
        """Count results of probes that will not be recorded."""
        self._dropped.inc(number)

    def leader(self, leads: Callable[[], bool]) -> None:
        """Take the function that returns whether this center leads."""
        Gauge(
            "cert_monitor_leader",
            "1 while this center leads, 0 on a standby, and while the lease cannot be renewed.",
            registry=self._registry,
        ).set_function(leads)

    def store_in_memory(self, in_memory: Callable[[], bool]) -> None:
        """Take the function that returns whether the store works in memory."""
        self._store_in_memory.set_function(in_memory)

    def clock_suspect(self, suspect: bool) -> None:  # noqa: FBT001 - the value itself, not a switch
        """Set whether the clock is suspected to be wrong."""
        self._clock.set(suspect)

    def set_reload(self, ok: bool, at: datetime) -> None:  # noqa: FBT001 - the value itself, not a switch
        """Record an attempt to load the configuration, including the first one at start."""
        self._reload_ok.set(ok)
        self._reload_at.set(seconds(at))

    def set_instance(self, name: str, customer: str) -> None:
        """Set the name and the customer of this monitor."""
        self._build.clear()
        self._build.labels(__version__, platform.python_version(), name, customer).set(1)

    def set_discoveries(self, states: Iterable[DiscoveryState]) -> None:
        """Set the state of every discovery; those that are gone leave the metrics."""
        self._discoveries.are(tuple(states))

    def discovery_failed(self, discovery: str, reason: FailureReason) -> None:
        """Count one failure of a discovery."""
        self._discoveries.failures.labels(discovery, reason).inc()

    def text(self, now: datetime) -> bytes:
        """Return all metrics in text format 0.0.4; ages are relative to ``now``."""
        if self._pending.known:
            age = now - self._oldest_at if self._oldest_at else timedelta(0)
            self._oldest_age.set(max(age.total_seconds(), 0.0))
        return generate_latest(self._registry)

    def _start_at_zero(self) -> None:
        for kind in self._kinds:
            for reason in FailureReason:
                self._failures.labels(kind, reason)
        self.set_instance("", "")

    def _watch(self, pools: tuple[ThreadPool, ...]) -> None:
        abandoned = Gauge(
            "cert_monitor_threads_abandoned",
            "Threads that are still blocked in calls whose time is over.",
            ("pool",),
            registry=self._registry,
        )
        for pool in pools:
            abandoned.labels(pool.name).set_function(partial(_abandoned, pool))


def _abandoned(pool: ThreadPool) -> float:
    return pool.abandoned


class _Discoveries:
    """The metrics about discoveries."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._targets = Gauge(
            "cert_monitor_discovery_targets",
            "Targets on the last known list of a discovery.",
            ("discovery",),
            registry=registry,
        )
        self._succeeded = Gauge(
            "cert_monitor_discovery_last_success_timestamp_seconds",
            "Unix time at which a discovery last returned its complete list; absent before.",
            ("discovery",),
            registry=registry,
        )
        self.failures = Counter(
            "cert_monitor_discovery_failures",
            "Failures of discoveries by reason.",
            ("discovery", "reason"),
            registry=registry,
        )
        self._known: set[str] = set()

    def are(self, states: tuple[DiscoveryState, ...]) -> None:
        for gone in self._known - {state.id for state in states}:
            self._forget(gone)
        for state in states:
            if state.id not in self._known:
                for reason in FailureReason:
                    self.failures.labels(state.id, reason)
            self._targets.labels(state.id).set(state.found)
            if state.succeeded_at is not None:
                self._succeeded.labels(state.id).set(seconds(state.succeeded_at))
        self._known = {state.id for state in states}

    def _forget(self, discovery: str) -> None:
        self._targets.remove_by_labels({"discovery": discovery})
        self._succeeded.remove_by_labels({"discovery": discovery})
        self.failures.remove_by_labels({"discovery": discovery})


class _LateGauge:
    """A gauge that is absent until its value is known: zero would be wrong."""

    def __init__(self, name: str, about: str, registry: CollectorRegistry) -> None:
        self._gauge = Gauge(name, about, registry=None)
        self._registry = registry
        self.known = False

    def set(self, value: float) -> None:
        self._gauge.set(value)
        if not self.known:
            self.known = True
            self._registry.register(self._gauge)
