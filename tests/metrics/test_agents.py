"""The metrics of agents: absent for who has none, gone with an agent."""

from datetime import UTC, datetime

from monitor.metrics import OwnMetrics

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def lines(own: OwnMetrics) -> list[str]:
    """Return the lines about agents."""
    text = own.text(NOW).decode().splitlines()
    return [line for line in text if "_agent_" in line or "_orders" in line]


def test_nobody_without_zones_has_them() -> None:
    """Not even the names of the families."""
    own = OwnMetrics(("endpoint",))
    own.agents.seen("dmz", "dmz-1", NOW)
    own.agents.know([])
    assert lines(own) == []


def test_an_agent_that_is_gone_leaves() -> None:
    """And its zone with the last one."""
    own = OwnMetrics(("endpoint",))
    own.agents.know([("dmz", "dmz-1"), ("yard", "yard-1")])
    for zone in ("dmz", "yard"):
        own.agents.seen(zone, f"{zone}-1", NOW)
        own.agents.spooled(zone, f"{zone}-1", 3)
        own.agents.answered(zone, {"answered": 2})
    own.agents.know([("dmz", "dmz-1")])
    assert [line for line in lines(own) if "yard" in line] == []
    assert 'cert_monitor_orders_total{result="answered",zone="dmz"} 2.0' in lines(own)
    assert 'cert_monitor_agent_spooled{agent="dmz-1",zone="dmz"} 3.0' in lines(own)
