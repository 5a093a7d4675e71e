"""The counter of what became of orders to agents and workers; absent without zones and workers."""

from collections.abc import Collection, Mapping

from prometheus_client import CollectorRegistry, Counter

OF_AGENTS = ("answered", "outdated", "refused")
OF_WORKERS = (*OF_AGENTS, "unanswered")


class OrderMetrics:
    """A counter for each zone."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Make no family before there is a zone."""
        self._registry = registry
        self._orders: Counter | None = None
        self._known: dict[tuple[str, ...], frozenset[str]] = {}

    def know(self, zones: Collection[str], results: tuple[str, ...]) -> None:
        """Know these zones with these results from zero on; those that are gone leave the metrics."""
        gone = self._known.get(results, frozenset()) - set(zones)
        self._known[results] = frozenset(zones)
        if self._orders is None:
            if not zones:
                return
            self._orders = Counter(
                "cert_monitor_orders",
                "Answers to orders of agents and workers: taken, outdated, refused; and orders without any.",
                ("zone", "result"),
                registry=self._registry,
            )
        for zone in gone:
            self._orders.remove_by_labels({"zone": zone})
        for zone in zones:
            for result in results:
                self._orders.labels(zone, result)

    def count(self, zone: str, results: Mapping[str, int]) -> None:
        """Count what became of orders."""
        if self._orders is not None:
            for result, number in results.items():
                self._orders.labels(zone, result).inc(number)
