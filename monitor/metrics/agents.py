"""The metrics about the agents of zones; absent without zones, and for agents that never connected."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from monitor.metrics.orders import OF_AGENTS, OrderMetrics
from monitor.metrics.text import seconds


class AgentMetrics:
    """Gauges of each agent, and the counter of its zone."""

    def __init__(self, registry: CollectorRegistry, orders: OrderMetrics) -> None:
        """Make no families before there is a zone; ``orders`` counts their answers."""
        self._registry = registry
        self._orders = orders
        self._families: tuple[Gauge, Gauge] | None = None
        self._known: set[tuple[str, str]] = set()

    def know(self, agents: Iterable[tuple[str, str]]) -> None:
        """Know these agents, each with its zone; those that are gone leave the metrics."""
        known = set(agents)
        if self._families is None and known:
            self._families = _families(self._registry)
        if self._families is None:
            return
        seen, spooled = self._families
        for gone in self._known - known:
            seen.remove_by_labels({"zone": gone[0], "agent": gone[1]})
            spooled.remove_by_labels({"zone": gone[0], "agent": gone[1]})
        self._orders.know({zone for zone, _ in known}, OF_AGENTS)
        self._known = known

    def seen(self, zone: str, agent: str, at: datetime) -> None:
        """Set when an agent was heard of last."""
        if self._families is not None:
            self._families[0].labels(zone, agent).set(seconds(at))

    def spooled(self, zone: str, agent: str, number: int) -> None:
        """Set how many answers wait at an agent."""
        if self._families is not None:
            self._families[1].labels(zone, agent).set(number)

    def answered(self, zone: str, results: Mapping[str, int]) -> None:
        """Count what became of answers."""
        self._orders.count(zone, results)


def _families(registry: CollectorRegistry) -> tuple[Gauge, Gauge]:
    labels = ("zone", "agent")
    return (
        Gauge(
            "cert_monitor_agent_last_seen_timestamp_seconds",
            "Unix time at which an agent was heard of last; absent before.",
            labels,
            registry=registry,
        ),
        Gauge(
            "cert_monitor_agent_spooled",
            "Answers that wait at an agent, as it said last; absent before.",
            labels,
            registry=registry,
        ),
    )
