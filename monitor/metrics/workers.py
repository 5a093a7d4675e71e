"""The metrics about workers, as they are at each scrape; absent where there are none."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.metrics.text import seconds
from monitor.model import WorkerZone

_ZONE = ("zone",)


class WorkerMetrics(Collector):
    """Gauges of each zone that workers probe."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Know of no workers; they add no families."""
        self._zones: Callable[[], Sequence[WorkerZone]] = tuple
        registry.register(self)

    def watch(self, zones: Callable[[], Sequence[WorkerZone]]) -> None:
        """Show what a function returns."""
        self._zones = zones

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: which families there are depends on the configuration."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Iterate over the families."""
        zones = self._zones()
        if not zones:
            return
        answering = GaugeMetricFamily(
            "cert_monitor_workers_answering", "Workers that answered in the last five minutes.", labels=_ZONE
        )
        seen = GaugeMetricFamily(
            "cert_monitor_workers_last_seen_timestamp_seconds",
            "Unix time at which a worker asked for batches or answered; absent before.",
            labels=_ZONE,
        )
        queued = GaugeMetricFamily(
            "cert_monitor_workers_queued_batches",
            "Batches that wait for workers or are being worked on; absent while NATS does not say.",
            labels=_ZONE,
        )
        for one in zones:
            answering.add_metric((one.zone,), one.answering)
            if one.seen_at is not None:
                seen.add_metric((one.zone,), seconds(one.seen_at))
            if one.queued is not None:
                queued.add_metric((one.zone,), one.queued)
        yield from (answering, seen, queued)
