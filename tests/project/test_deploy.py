"""What an administrator takes from deploy/ and grafana/ is accepted by the programs it is made for."""

import asyncio
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitor.agent.settings import load as load_agent
from monitor.alerts import alerts_of_target
from monitor.config import load
from monitor.delivery.email.entry import EmailReceiverSettings
from monitor.metrics.alerts import ALERT
from monitor.metrics.families import (
    CERTIFICATE_INFO,
    DAYS,
    FINDINGS,
    INFO,
    LISTS,
    NOT_AFTER,
    NOT_BEFORE,
    TARGET,
    TARGET_DAYS,
    TARGETS,
    WINDOW_END,
    WINDOW_START,
)
from monitor.model import Policy, RenewalWindow, RevocationList, Snapshot, TargetState
from monitor.web import WebServer, make_app
from support.factories.web.dashboard import DASHBOARDS, dashboard, dashboard_queries
from support.factories.web.fakes import FakeDaemon, endpoint, pending, snapshot, unreachable
from support.folders import ROOT
from support.pages import slugs
from support.servers.programs import program
from support.servers.prometheus_server import prometheus

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus"
PROVISIONING = ROOT / "grafana" / "provisioning"
UNIT = DEPLOY / "cert-monitor.service"
AGENT_UNIT = DEPLOY / "cert-monitor-agent.service"
UNITS = pytest.mark.parametrize("unit", [UNIT, AGENT_UNIT], ids=lambda one: one.stem)
BASE = r'\{\{ with query "cert_monitor:links" \}\}\{\{ \. \| first \| label "%s" \}\}/\{\{ end \}\}%s'
"""A link: the address of links.yml, where there is one, and the path below it."""


def run(*command: str, folder: Path = RULES) -> tuple[int, str]:
    """Return the exit code and everything a program says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def own_names() -> set[str]:
    """Return the names of all series that the daemon exposes."""
    several = (
        *TARGET,
        TARGET_DAYS,
        NOT_AFTER,
        NOT_BEFORE,
        DAYS,
        CERTIFICATE_INFO,
        LISTS,
        WINDOW_START,
        WINDOW_END,
    )
    families = {f.name for f in (INFO, TARGETS, *several, FINDINGS, ALERT)}
    daemon = FakeDaemon()
    daemon.own.leader(lambda: True)
    text = daemon.own.text(datetime.now(UTC)).decode()
    late = {"outbox_pending", "outbox_oldest_age_seconds", "last_alert_pass_timestamp_seconds"}
    late |= {"config_last_reload_successful", "config_last_reload_timestamp_seconds"}
    said = set(re.findall(r"^(\w+)[{ ]", text, re.MULTILINE))
    late |= {"discovery_targets", "discovery_last_success_timestamp_seconds"}
    return families | said | {f"cert_monitor_{name}" for name in late}


def unknown_names(text: str) -> set[str]:
    """Return the names of ours in a text of queries that the daemon does not expose."""
    return set(re.findall(r"\bcert_monitor_\w+", text)) - own_names()


@pytest.mark.skipif(sys.platform == "win32", reason="the example names files of a Unix system")
def test_example_configuration_loads() -> None:
    """The example configuration has no mistake and shows both kinds of target."""
    kinds = [target.kind for target in load(DEPLOY / "cert-monitor.example.yaml").targets]
    assert kinds == ["endpoint", "endpoint", "files"]


@pytest.mark.skipif(sys.platform == "win32", reason="the example names files of a Unix system")
def test_commented_lines_of_the_example_load(tmp_path: Path) -> None:
    """The settings that the example shows commented out are right too."""
    text = (DEPLOY / "cert-monitor.example.yaml").read_text("utf-8")
    for off, on in (
        ("  security: none\n", ""),
        ("  # security: starttls", "  security: starttls"),
        ("  # username:", "  username:"),
        ("  # password_file:", "  password_file:"),
        ("  # metrics_listen:", "  metrics_listen:"),
        ("# instance:", "instance:"),
    ):
        assert off in text
        text = text.replace(off, on)
    path = tmp_path / "cert-monitor.yaml"
    path.write_text(text, "utf-8")
    found = load(path)
    receiver = found.receivers["email"]
    assert isinstance(receiver, EmailReceiverSettings)
    email = receiver.email
    assert (email.security, found.web.metrics_address, found.instance.name) == (
        "starttls",
        ("0.0.0.0", 9851),
        "Harbor",
    )


def test_rules_ask_for_what_exists() -> None:
    """Every metric in the alerting rules is one that the daemon exposes."""
    assert unknown_names((RULES / "rules.yml").read_text("utf-8")) == set()


def test_dashboards_ask_for_what_exists() -> None:
    """Every metric in the dashboards is one that the daemon exposes."""
    assert unknown_names("\n".join(query for _, query in dashboard_queries())) == set()


def test_page_of_prometheus_names_what_exists() -> None:
    """Every metric of ours that the page names is on the page of metrics."""
    named, listed = (
        set(re.findall(r"\bcert_monitor_\w+", (ROOT / "docs" / page).read_text("utf-8")))
        for page in ("prometheus.md", "metrics.md")
    )
    assert named - listed == set()


def test_dashboards_are_those_of_the_code() -> None:
    """The files are what scripts/dashboards writes, byte for byte."""
    assert {path.name: path.read_text("utf-8") for path in DASHBOARDS} == import_module("mixin").dashboards()


@pytest.fixture(params=DASHBOARDS, ids=lambda path: path.stem)
def shown(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return each dashboard in turn."""
    return dashboard(request.param)


def test_dashboard_uses_the_chosen_datasource(shown: dict[str, Any]) -> None:
    """No panel is tied to the Prometheus of the machine it was made on."""
    asked = [item for item in shown["templating"]["list"] if item["type"] == "query"]
    items = [item for panel in shown["panels"] for item in (panel, *panel["targets"])]
    assert {item["datasource"]["uid"] for item in (*items, *asked)} == {"${datasource}"}


def test_dashboard_can_be_narrowed(shown: dict[str, Any]) -> None:
    """It has variables for source, monitor, labels of targets and level, and for the page's address."""
    names = [item["name"] for item in shown["templating"]["list"]]
    assert names == ["datasource", "instance", "site", "component", "owner", "level", "page"]


def test_panels_do_not_overlap(shown: dict[str, Any]) -> None:
    """Each cell of the dashboard's grid of 24 columns belongs to one panel at most, and none is outside."""
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in shown["panels"])
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert (len(cells), max(x for x, _ in cells)) == (len(set(cells)), 23)


def test_links_of_dashboards_lead_somewhere(shown: dict[str, Any]) -> None:
    """Cells lead to pages of ours, by a column that the table has, or to the other dashboard."""
    urls = re.findall(r'"url": "([^"]*)"', json.dumps(shown))
    pages = {"alerts": "alert", "targets": "target", "certificates": "fingerprint"}
    ours = {f"${{page}}/{page}/${{__data.fields.{field}:percentencode}}" for page, field in pages.items()}
    uids = {dashboard(path)["uid"] for path in DASHBOARDS}
    others = {url for url in urls if url not in ours}
    assert set(urls) >= ours
    assert {found[1] for url in others if (found := re.match(r"/d/([\w-]+)\?", url))} <= uids
    assert all(url.startswith("/d/") for url in others)


def test_provisioning_names_what_exists() -> None:
    """Grafana reads both files of provisioning; the dashboards are in the folder that is mounted there."""
    (provider,) = parsed((PROVISIONING / "dashboards" / "cert-monitor.yml").read_text("utf-8"))["providers"]
    (source,) = parsed((PROVISIONING / "datasources" / "prometheus.yml").read_text("utf-8"))["datasources"]
    assert (provider["type"], source["type"], source["access"]) == ("file", "prometheus", "proxy")
    mounted = f"| `grafana/` | `{provider['options']['path']}` |"
    assert mounted in (ROOT / "docs" / "prometheus.md").read_text("utf-8")


def test_image_is_not_root() -> None:
    """The container's process has a number of its own, given as a number."""
    assert re.findall(r"^USER (.*)$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE) == [
        "10001:10001"
    ]


def test_nothing_is_restarted_for_a_full_disk() -> None:
    """What restarts the service asks whether it lives, not whether it is well."""
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    deployment = (DEPLOY / "kubernetes" / "deployment.yaml").read_text("utf-8")
    asked = [re.findall(r"/(\w+z)\b", text) for text in (image, deployment, UNIT.read_text("utf-8"))]
    assert asked == [["livez"], ["readyz", "livez"], []]


def test_image_copies_what_exists() -> None:
    """Every file that the image is made from is in the repository."""
    copies = re.findall(r"^COPY (?!--)(.*) \S+$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    names = [name for line in copies for name in line.split()]
    assert ([name for name in names if not (ROOT / name).exists()], len(names)) == ([], 7)


@pytest.mark.system
def test_rules_are_accepted() -> None:
    """Prometheus accepts the rules and the scrape configuration that loads them."""
    assert run(program("promtool", "prometheus"), "check", "config", "scrape.yml")[0] == 0


@pytest.mark.system
def test_rules_alarm_when_they_should() -> None:
    """Each rule fires when and only when it should, along made-up series."""
    code, said = run(program("promtool", "prometheus"), "test", "rules", "rules_test.yml")
    assert code == 0, said


CENTERS = """
rule_files: []
tests:
  - interval: 1m
    input_series:
      - {{series: 'cert_monitor_leader{{instance="a"}}', values: "{leaders[0]}"}}
      - {{series: 'cert_monitor_leader{{instance="b"}}', values: "{leaders[1]}"}}
      - {{series: 'cert_monitor_leader{{instance="standby"}}', values: "0"}}
      - {{series: 'cert_monitor_targets{{instance="a", state="up"}}', values: "1"}}
      - {{series: 'cert_monitor_targets{{instance="b", state="up"}}', values: "1"}}
      - {{series: 'cert_monitor_targets{{instance="alone", state="up"}}', values: "1"}}
      - {{series: 'cert_monitor_target_info{{instance="a", target="t"}}', values: "1"}}
      - {{series: 'cert_monitor_target_info{{instance="b", target="t"}}', values: "1"}}
      - {{series: 'cert_monitor_target_info{{instance="alone", target="t"}}', values: "1"}}
      - {{series: 'cert_monitor_alert{{instance="a",alert="1",level="warning",state="active"}}', values: "1"}}
      - {{series: 'cert_monitor_alert{{instance="b",alert="1",level="warning",state="active"}}', values: "1"}}
    promql_expr_test:
      - {{expr: '{targets}', eval_time: 0m, exp_samples: [{{labels: "{{}}", value: 2}}]}}
      - {{expr: '{alerts}', eval_time: 0m, exp_samples: [{{labels: "{{}}", value: 1}}]}}
"""


@pytest.mark.system
@pytest.mark.parametrize("leaders", [(1, 0), (0, 1), (0, 0), (1, 1)])
def test_dashboards_count_what_several_centers_show_once(tmp_path: Path, leaders: tuple[int, int]) -> None:
    """Whichever leads, none, or two for a scrape; a monitor that is alone counts beside them."""
    asked = {name: query for name, query in dashboard_queries() if name.endswith(("Targets", ": Warning"))}
    targets, alerts = (asked[f"cert-monitor: overview: {name}"] for name in ("Targets", "Warning"))
    file = tmp_path / "test.yml"
    file.write_text(CENTERS.format(leaders=leaders, targets=targets, alerts=alerts), "utf-8")
    code, said = run(program("promtool", "prometheus"), "test", "rules", str(file))
    assert code == 0, said


def test_inhibition_names_what_exists() -> None:
    """The worse rules of an alert inhibit the milder ones, by labels that all of them have."""
    text = (RULES / "rules.yml").read_text("utf-8")
    rules = {rule["alert"]: rule["expr"] for group in parsed(text)["groups"] for rule in group["rules"]}
    config = parsed((RULES / "alertmanager.yml").read_text("utf-8"))
    inhibited = [
        (source, target)
        for one in config["inhibit_rules"]
        for source in rules
        for target in rules
        if matches(one["source_matchers"], source) and matches(one["target_matchers"], target)
    ]
    assert sorted(inhibited) == [
        ("CertMonitorCertificateCritical", "CertMonitorCertificateWarning"),
        ("CertMonitorCertificateExpired", "CertMonitorCertificateCritical"),
        ("CertMonitorCertificateExpired", "CertMonitorCertificateWarning"),
    ]
    kept = "max by (job, instance, alert, check, site, component, owner)"
    assert {rules[one].startswith(kept) for pair in inhibited for one in pair} == {True}
    assert {tuple(one["equal"]) for one in config["inhibit_rules"]} == {("alert", "instance", "cluster")}


def parsed(text: str) -> dict[str, Any]:
    """Return what a YAML file of Prometheus or Alertmanager says."""
    found: dict[str, Any] = YAML(typ="safe").load(text)
    return found


def matches(matchers: list[str], alertname: str) -> bool:
    """Return whether matchers of the name, as Alertmanager reads them, take an alert."""
    patterns = [re.fullmatch(r'alertname=~?"(.*)"', one) for one in matchers]
    return all(pattern and re.fullmatch(pattern[1], alertname) for pattern in patterns)


def rules() -> list[dict[str, Any]]:
    """Return the alerting rules."""
    text = (RULES / "rules.yml").read_text("utf-8")
    return [rule for group in parsed(text)["groups"] for rule in group["rules"]]


def test_every_rule_is_tested() -> None:
    """No alert is without a test in which it fires with its whole text."""
    tests = parsed((RULES / "rules_test.yml").read_text("utf-8"))["tests"]
    fired = {
        one["alertname"] for test in tests for one in test.get("alert_rule_test", ()) if one["exp_alerts"]
    }
    assert (fired, len(fired)) == ({rule["alert"] for rule in rules()}, 14)


def test_rules_follow_the_conventions_of_mixins() -> None:
    """Rules have one prefix, a known severity, a static sentence as summary, and the same annotations."""
    for rule in rules():
        annotations = rule["annotations"]
        assert rule["alert"].startswith("CertMonitor")
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert re.fullmatch(r"[A-Z][^{}]*\.", annotations["summary"])
        assert set(annotations) == {"summary", "description", "runbook_url", "dashboard_url"}


def test_links_of_rules_lead_somewhere() -> None:
    """Each rule has a section of its own in the documentation, and its dashboard exists."""
    for rule in rules():
        docs, grafana = (rule["annotations"][name] for name in ("runbook_url", "dashboard_url"))
        page, anchor = re.fullmatch(BASE % ("docs", r"(\w+)\.html#(\w+)"), docs).groups()  # type: ignore[union-attr]
        assert anchor == rule["alert"].lower()
        assert anchor in slugs(ROOT / "docs" / f"{page}.md")
        uid = re.fullmatch(
            BASE % ("grafana", r"d/([\w-]+)(?:\{\{ with \$labels\.instance \}\}\?.*)?"), grafana
        )[1]  # type: ignore[index]
        assert (ROOT / "grafana" / f"{uid}.json").is_file()
    (recorded,) = parsed((RULES / "links.yml").read_text("utf-8"))["groups"][0]["rules"]
    assert (recorded["record"], set(recorded["labels"])) == ("cert_monitor:links", {"docs", "grafana"})


@pytest.mark.system
@UNITS
def test_unit_is_accepted(unit: Path, tmp_path: Path) -> None:
    """The unit verifies: systemd finds nothing to complain about in the unit, once its program exists."""
    analyze = program("systemd-analyze", "systemd")
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace("/opt/cert-monitor/bin/cert-monitor", sys.executable))
    assert run(analyze, "verify", "--man=no", str(copy)) == (0, "")


@pytest.mark.system
@UNITS
def test_unit_is_hardened(unit: Path, tmp_path: Path) -> None:
    """The unit is closed: systemd rates its exposure at most 1.5 of 10."""
    analyze = program("systemd-analyze", "systemd")
    assert run(analyze, "security", "--offline=true", "--threshold=15", str(unit), folder=tmp_path)[0] == 0


def test_units_are_hardened_alike() -> None:
    """Each setting of the sandbox that one of the units has, the other has too."""
    monitor, agent = (
        re.sub("(?m)^#.*\n", "", unit.read_text("utf-8")).partition("CapabilityBoundingSet=")[2]
        for unit in (UNIT, AGENT_UNIT)
    )
    assert monitor
    assert agent == monitor


@pytest.mark.skipif(sys.platform == "win32", reason="the example names files of a Unix system")
def test_example_of_an_agent_fits_its_unit(tmp_path: Path) -> None:
    """Its spool is the folder that the unit may write, its token the file that is handed over."""
    example = tmp_path / "agent.yaml"
    example.write_text((DEPLOY / "agent.example.yaml").read_text("utf-8"), "utf-8")
    settings, unit = load_agent(example).settings, AGENT_UNIT.read_text("utf-8")
    assert f"\nStateDirectory={Path(settings.spool.folder).relative_to('/var/lib')}\n" in unit
    name = Path(settings.token_file).name
    assert f"\nLoadCredential={name}:/etc/cert-monitor/{name}\n" in unit
    assert "--config /etc/cert-monitor/agent.yaml\n" in unit


def estate() -> Snapshot:
    """Return targets in every state that the dashboard shows, probed just now."""
    now = datetime.now(UTC)

    def fresh(state: TargetState) -> TargetState:
        end = state.assessment.not_after
        due = replace(state.assessment, warning_due_at=end, critical_due_at=end)
        return replace(state, probed_at=now, succeeded_at=now if end else None, assessment=due)

    states = [
        endpoint("ended", -3, sentence="ended"),
        endpoint("near", 5, sentence="near"),
        endpoint("far", 90),
        unreachable("gone"),
    ]
    return with_issuers(snapshot(*map(fresh, states), pending("new")), now)


def with_issuers(shown: Snapshot, now: datetime) -> Snapshot:
    """Return the same targets; one has an alert, a CRL and a window in which its CA suggests to renew."""
    near = next(state for state in shown if state.assessment.paths)
    listed = RevocationList(near.target.location, 0, "CN=VMS CA", now, now + timedelta(days=7))
    target = replace(near.target, policy=Policy(renewal_information=True))
    leaf = near.assessment.paths[0].leaf.sha256
    window = RenewalWindow(leaf, now, now + timedelta(days=2), now)
    states = {**shown.states, target.id: replace(near, target=target, lists=(listed,))}
    return replace(shown, states=states, renewals={leaf: window}, alerts=alerts_of_target(near, now))


@pytest.mark.system
def test_dashboards_show_something(tmp_path: Path) -> None:
    """Every query of the dashboards returns data from a real Prometheus that scrapes us."""
    daemon = FakeDaemon(estate())
    daemon.own.set_reload(True, datetime.now(UTC))
    daemon.own.alert_pass_done(datetime.now(UTC))
    daemon.own.outbox(0, None)
    daemon.own.started_late(timedelta(seconds=1))

    async def use() -> list[tuple[str, str]]:
        server = WebServer(make_app(daemon, daemon), "127.0.0.1", 0)
        await server.start()
        try:
            async with prometheus(tmp_path, server.url.removeprefix("http://")) as running:
                # increase() needs two scrapes.
                await running.until("count_over_time(up[1m]) >= 3")
                return [query for query in dashboard_queries() if not await running.ask(query[1])]
        finally:
            await server.stop()

    assert asyncio.run(use()) == []
