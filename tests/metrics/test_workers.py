"""The metrics of workers: as they are at a scrape, absent for who has none."""

from datetime import UTC, datetime

from monitor.metrics import OwnMetrics
from monitor.metrics.orders import OF_AGENTS, OF_WORKERS
from monitor.model import WorkerZone

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def lines(own: OwnMetrics) -> list[str]:
    """Return the lines about workers and orders, without those that explain them."""
    text = own.text(NOW).decode().splitlines()
    return [line for line in text if line.startswith(("cert_monitor_worker", "cert_monitor_orders"))]


def test_nobody_without_workers_has_them() -> None:
    """Not even the names of the families."""
    assert "cert_monitor_worker" not in OwnMetrics(("endpoint",)).text(NOW).decode()


def test_zones_are_shown_as_they_are() -> None:
    """What is not known is absent."""
    own, zones = OwnMetrics(("endpoint",)), [WorkerZone(""), WorkerZone("dmz", 2, NOW, 7)]
    own.workers.watch(lambda: zones)
    assert lines(own) == [
        'cert_monitor_workers_answering{zone=""} 0.0',
        'cert_monitor_workers_answering{zone="dmz"} 2.0',
        'cert_monitor_workers_last_seen_timestamp_seconds{zone="dmz"} 1.7954352e+09',
        'cert_monitor_workers_queued_batches{zone="dmz"} 7.0',
    ]
    zones.clear()
    assert lines(own) == []


def test_orders_of_agents_and_workers_are_one_counter() -> None:
    """A reload that changes the one leaves the other as it is."""
    own = OwnMetrics(("endpoint",))
    own.orders.know(("", "yard"), OF_WORKERS)
    own.orders.know(("dmz",), OF_AGENTS)
    own.orders.count("yard", {"answered": 2, "unanswered": 1})
    own.orders.know((), OF_AGENTS)
    found = lines(own)
    assert 'cert_monitor_orders_total{result="answered",zone="yard"} 2.0' in found
    assert 'cert_monitor_orders_total{result="unanswered",zone=""} 0.0' in found
    assert not any("dmz" in line for line in found)
