"""A real Prometheus scrapes the demo: every query has data, and the alerts are those that mails name."""

import asyncio
import contextlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from support.factories.web.dashboard import dashboard_queries
from support.folders import ROOT
from support.servers.daemon.process import started, until
from support.servers.programs import program
from support.servers.prometheus_server import Prometheus, prometheus

pytestmark = pytest.mark.system

SITES = (".*", "harbour")
"""What is chosen on a dashboard: every site, and the one that the targets of the demo belong to."""
RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
LINKS = RULES.with_name("links.yml")

LEVELS = {
    "CertMonitorCertificateWarning": "warning",
    "CertMonitorCertificateCritical": "critical",
    "CertMonitorCertificateExpired": "expired",
}
DESCRIBED = re.compile(r"(.*): [^:]* \((?:warning|critical|expired)\)\. cert-monitor's page has .*")
ITEM = re.compile(r"^(?:\d+ +|    )?(\S.*): [^:\n]+ \((warning|critical)\)$", re.MULTILINE)
EXPIRED = re.compile(r"^(?:\d+ +|    )?(\S.*): (?:CA )?certificate expired [^:\n]+$", re.MULTILINE)
HOSTS = re.compile(r"^(?:UNREACHABLE|ON STANDBY.*)\n((?:    .*\n)+)", re.MULTILINE)
MAIL = re.compile(r"^Subject: (.*?)\nTo: .*?^The whole mail:\n\s+(\S+\.txt)$", re.MULTILINE | re.DOTALL)
HOST = re.compile(r"^    (\S.*?) \([^()]+\): ", re.MULTILINE)

Named = list[tuple[str, str]]
"""Levels and titles of alerts, sorted; two alerts may have one title."""


def mails(log: str) -> Iterator[str]:
    """Yield the mails that a demo's log names, each with its subject and the whole of its text."""
    for subject, file in MAIL.findall(log.replace("\r", "")):
        yield f"{' '.join(subject.split())}\n{Path(file).read_text('utf-8')}"


def mailed(log: str) -> Named:
    """Return what the mails in a log name: items, of which the newest counts, and hosts of the inventory."""
    newest: dict[str, Named] = {}
    for mail in mails(log):
        hosts = [title for listed in HOSTS.findall(mail) for title in HOST.findall(listed)]
        # Each is described once below the summary, or is all that the mail is about.
        described = mail.partition("\nDETAILS\n")[2] or mail.partition("\n")[0]
        named = [(level, title) for title, level in ITEM.findall(described)]
        named += [("expired", title) for title in EXPIRED.findall(described)]
        named += [("warning", title) for title in hosts]
        newest |= {title: [one for one in named if one[1] == title] for _, title in named}
    return sorted(one for alerts in newest.values() for one in alerts)


def listed(items: Iterable[Mapping[str, str]]) -> Named:
    """Return the alerts of the list of the page."""
    return sorted((one["level"], one["title"]) for one in items)


async def exposed(running: Prometheus) -> Named:
    """Return the alerts of the metric."""
    found = [one["metric"] for one in await running.ask("cert_monitor_alert")]
    return sorted((metric["level"], metric["title"]) for metric in found)


async def firing(running: Prometheus) -> Named:
    """Return each alert once, by the worst of its rules that fire, with the title from the description."""
    worst: dict[str, tuple[str, str]] = {}
    for rule in await running.rules():
        for alert in rule["alerts"] if rule["name"] in LEVELS else ():
            assert alert["state"] == "firing"
            # The rules are in the order of their levels.
            described = DESCRIBED.fullmatch(alert["annotations"]["description"])
            assert described
            worst[alert["labels"]["alert"]] = (LEVELS[rule["name"]], described[1])
    return sorted(worst.values())


def at_once(folder: Path) -> Path:
    """Return the shipped rules as a file in which those of alerts fire at once, and no longer than these."""
    text = RULES.read_text("utf-8")
    for written, ours in (("  for: 2m", "  for: 0s"), ("keep_firing_for: 10m", "keep_firing_for: 0s")):
        assert text.count(written) == len(LEVELS)
        text = text.replace(written, ours)
    path = folder / "rules.yml"
    path.write_text(text, "utf-8")
    return path


def counted(query: str) -> str:
    """Return a query without the zero that is shown where there is nothing to count."""
    return query.removesuffix(" or vector(0)")


def test_demo_in_prometheus(tmp_path: Path) -> None:
    """Exactly the alerts that the mails and the page name fire; each query of the dashboards returns data."""

    async def scenario() -> None:
        async with (
            started("demo", "--listen", "127.0.0.1:0") as demo,
            prometheus(tmp_path, demo.url.removeprefix("http://"), at_once(tmp_path), LINKS) as running,
        ):
            await demo.all_probed()
            await running.until('up{job="cert-monitor"} == 1')
            # The demo asks its CA some seconds after its start.
            await running.until("cert_monitor_renewal_window_end_timestamp_seconds")
            # increase() needs two scrapes.
            await running.until("count_over_time(up[1m]) >= 3")
            asked = dict.fromkeys(query for site in SITES for query in dashboard_queries(site))
            assert [query for query in asked if not await running.ask(counted(query[1]))] == []

            found: dict[str, Named] = {}

            async def same() -> bool:
                found["fires"], found["exposed"] = await firing(running), await exposed(running)
                found["mailed"], found["page"] = (
                    mailed(demo.log),
                    listed((await demo.get("/alerts?format=json")).json()["items"]),
                )
                return all(one == found["mailed"] for one in found.values())

            with contextlib.suppress(TimeoutError):
                await until(same)
            assert found == dict.fromkeys(found, found["mailed"])
            assert ("warning", "VMS Certificate Authority") in found["mailed"]
            rules = await running.rules()
            assert {rule["health"] for rule in rules} == {"ok"}
            links = {
                alert["annotations"]["runbook_url"] for rule in rules for alert in rule.get("alerts", ())
            }
            page = "https://docs.example/cert-monitor/prometheus.html"
            assert links == {f"{page}#{name.lower()}" for name in LEVELS}
            assert len([rule for rule in rules if rule["type"] == "alerting"]) == RULES.read_text(
                "utf-8"
            ).count("- alert:")
            assert await running.ask('ALERTS{alertname!~"CertMonitorCertificate.*"}') == []

    asyncio.run(scenario())


def test_promtool_checks_the_metrics(tmp_path: Path) -> None:
    """Promtool accepts the live metrics; its one objection is to days, which are wanted."""

    async def scenario() -> str:
        async with started("demo", "--listen", "127.0.0.1:0") as demo:
            await demo.all_probed()
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
