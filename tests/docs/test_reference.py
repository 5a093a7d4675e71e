"""The pages name exactly what there is: keys, kinds, checks, reasons, metrics, alerts and commands."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from monitor.agent.settings import AgentFileSettings
from monitor.agent.worker_settings import WorkerFileSettings
from monitor.cli.arguments import parser
from monitor.cli.check.chain import Standing
from monitor.cli.check.formats.comma_separated import COLUMNS
from monitor.config import json_schema
from monitor.metrics import Exposition
from monitor.model import Check, FailureReason, MonitorCheck, WorkerZone
from support.factories.web.fakes import FakeDaemon
from support.folders import ROOT
from support.pages import prose, rows

SCHEMA = json_schema()
SECTIONS = ("Email", "OAuth2", "Web", "Store", "Metrics", "Alert", "Limit", "Issuer", "Instance", "Log")
ENTRIES = ("EmailEntry", "WebhookEntry", "TeamsEntry", "SlackEntry", "XProtectAlarmEntry")
RECEIVERS = (
    *ENTRIES,
    "DigestSettings",
    "HeartbeatSettings",
    "RouteSettings",
    "EscalationSettings",
    "SilenceSettings",
    "WindowSettings",
)
PAGES = {
    "configuration": SECTIONS,
    "endpoints": ("Endpoint",),
    "stores": ("Files",),
    "windows-store": ("WindowsStore",),
    "windows-report": ("WindowsReport",),
    "windows-remote": ("WindowsRemote",),
    "kubernetes": ("Kubernetes",),
    "discovery": ("Dns", "Srv", "Mx", "Cidr", "FileSd", "HttpSd"),
    "xprotect": ("XProtectSite", "XProtectHost"),
    "probe": ("Probe",),
    "receivers": RECEIVERS,
    "zones": ("Zone", "Agent", "AgentListener"),
    "workers": ("Workers", "Nats"),
}
"""The settings whose keys the tables of a page name."""


def spans(page: str, head: str) -> set[str]:
    """Return the code spans in the first column of the tables of a page that have this head."""
    found = (row[0] for row in rows(ROOT / "docs" / f"{page}.md", head))
    return {span.partition("{")[0] for cell in found for span in re.findall(r"`([^`]+)`", cell)}


def keys(page: str) -> set[str]:
    """Return the keys that a page has to name."""
    of_all = {*SCHEMA["$defs"]["PolicySettings"]["properties"], "labels", "title", "zone"}
    own = {
        key
        for name in PAGES[page]
        for key in SCHEMA["$defs"][name if page == "receivers" else f"{name}Settings"]["properties"]
        if key != "kind" or page == "receivers"
    }
    if page == "configuration":
        return own | of_all | set(SCHEMA["properties"])
    return own if page in ("probe", "receivers", "workers") else own - of_all


@pytest.mark.parametrize("page", PAGES)
def test_keys(page: str) -> None:
    """Each key of the configuration stands in a table of its page, and nothing else does."""
    assert spans(page, "| key | default | meaning |") == keys(page)


def test_keys_of_an_agent() -> None:
    """The file of an agent is no part of the configuration, and has a table of its own."""
    first = {span.partition(":")[0] for span in spans("zones", "| key of the agent | default | meaning |")}
    assert first == AgentFileSettings.model_fields.keys()


def test_keys_of_a_worker() -> None:
    """Its file is no part of the configuration either."""
    assert (
        spans("workers", "| key of the worker | default | meaning |")
        == WorkerFileSettings.model_fields.keys()
    )


def test_kinds() -> None:
    """Each kind of target is in the table of kinds, and nothing else does."""
    assert spans("configuration", "| kind | watches |") == kinds() - kinds(RECEIVERS)


def test_kinds_of_receivers() -> None:
    """Each kind of receiver is in the table of kinds, and nothing else is."""
    assert spans("receivers", "| kind | reaches |") == kinds(RECEIVERS)


def kinds(names: Iterable[str] = SCHEMA["$defs"]) -> set[str]:
    """Return the kinds that settings of these names, by default all, are of."""
    of_names = (SCHEMA["$defs"][name].get("properties", {}).get("kind", {}) for name in names)
    return {kind["const"] for kind in of_names if "const" in kind}


def test_reasons() -> None:
    """Each failure reason is explained, with what to do."""
    assert spans("troubleshooting", "| reason | means | what to do |") == set(FailureReason)


def test_checks() -> None:
    """Each check is explained, with what to do, and so is what needs store and port."""
    alone = spans("troubleshooting", "| check | severity | means | what to do |")
    joined = spans("joined-findings", "| check | reported for | when | severity | what to do |")
    assert (alone & joined, alone | joined) == (set(), {*Check, *MonitorCheck})


def test_alerting_rules() -> None:
    """Each alerting rule is on the page of Prometheus, and no other."""
    rules = (ROOT / "deploy" / "prometheus" / "rules.yml").read_text("utf-8")
    assert spans("prometheus", "| alert | fires when |") == set(re.findall(r"alert: (\w+)", rules))


def test_columns_of_check() -> None:
    """Each column of the CSV is explained, and no other."""
    assert spans("check", "| column | meaning |") == set(COLUMNS)


def test_options_of_check() -> None:
    """Each option is explained, and no other."""
    [commands] = [action.choices for action in parser()._actions if action.choices]
    options = {name for name in commands["check"]._option_string_actions if name.startswith("--")}
    said = {span.split()[0] for span in spans("check", "| option | meaning |")}
    assert said == options - {"--help"}


def test_standings_of_check() -> None:
    """Each standing of a certificate is explained, and no other."""
    assert spans("check", "| standing | meaning |") == set(Standing)


def test_metrics() -> None:
    """Each metric is on the page of metrics, and no other name with our prefix is on any page of it."""
    page = set(re.findall(r"\bcert_monitor_\w+", prose(ROOT / "docs" / "metrics.md")))
    assert page == exposed()


def exposed() -> set[str]:
    """Return the names of all families, as series are called; a histogram by the family's own name."""
    now = datetime.now(UTC)
    daemon = FakeDaemon()
    daemon.own.set_reload(True, now)
    daemon.own.alert_pass_done(now)
    daemon.own.outbox(0, None)
    daemon.own.agents.know([("dmz", "dmz-1")])
    daemon.own.workers.watch(lambda: [WorkerZone("dmz", 1, now, 0)])
    daemon.own.leader(lambda: True)
    text = daemon.own.text(now) + b"".join(Exposition().pieces(daemon.snapshot(), now))
    found = set(re.findall(r"^# TYPE (\w+)", text.decode(), re.MULTILINE))
    return {name for name in found if name.startswith("cert_monitor_")}


def test_commands() -> None:
    """Each command is in the table of commands, those of XProtect in one line."""
    words = {span.split()[0] for span in spans("commands", "| command | does |")} - {"verify", "preflight"}
    [choices] = [action.choices for action in parser()._actions if action.choices]
    assert words == set(choices)
