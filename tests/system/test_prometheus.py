"""A real Prometheus scrapes the demo: every query has data, and the alerts that must come do come."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from support.factories.dashboard import dashboard_queries
from support.folders import ROOT
from support.servers.daemon_process import started
from support.servers.programs import program
from support.servers.prometheus_server import Prometheus, prometheus

pytestmark = pytest.mark.system

RULES = ROOT / "deploy" / "prometheus" / "rules.yml"

# What is wrong in the estate by design: alert, and the component of the server it must name.
EXPECTED = {
    ("CertificateExpired", "mobile_server"),
    ("CertificateExpiryCritical", "recording_server"),
    ("CertificateExpiryWarning", "recording_server"),
    ("CertificateFindingCritical", "event_server"),
    ("CertificateFindingCritical", "web_client"),
    ("CertificateCrlExpiryWarning", "web"),
    ("CertificateRenewalOverdue", "web_site"),
    ("CertificateTargetUnreachable", "log_server"),
}


async def alarmed(running: Prometheus) -> set[tuple[str, str]]:
    """Return each alert that is pending or firing, with the component it is about."""
    query = "ALERTS * on (instance, target) group_left (component) (cert_monitor_target_info * 0 + 1)"
    found = [one["metric"] for one in await running.ask(query)]
    # Prometheus drops an empty label: an anchor file has no component.
    return {(metric["alertname"], metric.get("component", "")) for metric in found}


def test_demo_in_prometheus(tmp_path: Path) -> None:
    """It is up, each query of the dashboard returns data, each rule evaluates, the expected alerts come."""

    async def scenario() -> None:
        async with (
            started("demo", "--listen", "127.0.0.1:0") as demo,
            prometheus(tmp_path, demo.url.removeprefix("http://"), RULES) as running,
        ):
            await demo.all_looked_at()
            await running.until('up{job="cert-monitor"} == 1')
            # The demo asks its CA some seconds after its start.
            await running.until("cert_monitor_renewal_window_end_timestamp_seconds")
            # increase() needs two scrapes.
            await running.until("count_over_time(up[1m]) >= 3")
            assert [query for query in dashboard_queries() if not await running.ask(query[1])] == []
            async with asyncio.timeout(20):
                while not await alarmed(running) >= EXPECTED:
                    await asyncio.sleep(0.2)
            assert ("CertificateTargetUnreachable", "failover_recorder") not in await alarmed(running)
            rules = await running.rules()
            assert {rule["health"] for rule in rules} == {"ok"}
            assert len(rules) == RULES.read_text("utf-8").count("- alert:")
            firing = await running.ask('ALERTS{alertname=~"CertMonitor.*"}')
            assert firing == []

    asyncio.run(scenario())


def test_promtool_checks_the_metrics(tmp_path: Path) -> None:
    """Promtool accepts the live metrics; its one objection is to days, which are wanted."""

    async def scenario() -> str:
        async with started("demo", "--listen", "127.0.0.1:0") as demo:
            await demo.all_looked_at()
            return (await demo.get("/metrics")).text

    promtool = program("promtool", "prometheus")
    text = asyncio.run(scenario())
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    said = (checked.stdout + checked.stderr).splitlines()
    assert said == [
        f'cert_monitor_{of}_days_to_expiry use base unit "seconds" instead of "days"'
        for of in ("certificate", "target")
    ]
