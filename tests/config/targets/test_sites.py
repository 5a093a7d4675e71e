"""Sites that differ in case are one site, spelled as it was first written."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from monitor.cli.xprotect.listing import as_table
from monitor.config import Plan, load, plan, unmatched_policies
from monitor.metrics import Exposition
from monitor.model import DiscoveredTarget, Snapshot, TargetState
from support.factories.web.fakes import NOW

SITES = """
policies:
  - {match: {site: HARBOR}, timeout: 7s, owner: Harbor office}
  - {match: {component: CAMERA}, timeout: 9s}
targets:
  - {kind: endpoint, address: a.example, labels: {site: Harbor, component: camera}}
  - {kind: endpoint, address: b.example, labels: {site: harbor}}
  - {kind: endpoint, address: other.example, labels: {site: north}}
  - {kind: file_sd, files: [x.json], labels: {site: NORTH}}
"""
FOUND = [
    DiscoveredTarget("c.example:443", labels=(("site", "hArBoR"),)),
    DiscoveredTarget("d.example:443"),
    DiscoveredTarget("e.example:443", labels=(("site", "STRASSE"),)),
    DiscoveredTarget("f.example:443", labels=(("site", "Straße"),)),
]


def planned(folder: Path) -> Plan:
    """Return the plan of the configuration and the list above."""
    (folder / "config.yaml").write_text(SITES, "utf-8")
    config = load(folder / "config.yaml")
    return plan(config, {config.discoveries[0].id: FOUND})


def test_spelling(tmp_path: Path) -> None:
    """Every target of a site has the spelling that was written first, configured before discovered."""
    sites = {one.host.partition(".")[0]: one.label("site") for one in planned(tmp_path).targets}
    assert sites == {
        "a": "Harbor",
        "b": "Harbor",
        "other": "north",
        "c": "Harbor",
        "d": "north",
        "e": "STRASSE",
        "f": "STRASSE",
    }


def test_metrics_have_one_spelling(tmp_path: Path) -> None:
    """Prometheus sees one value of the label for each site."""
    states = {one.id: TargetState(one) for one in planned(tmp_path).targets}
    text = b"".join(Exposition(labels=("site",)).pieces(Snapshot(states), NOW)).decode()
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {one.labels["site"] for one in samples if "site" in one.labels} == {"Harbor", "north", "STRASSE"}


def test_policies_match_in_any_case(tmp_path: Path) -> None:
    """A policy fits a site in any case, for its keys and its owner; other labels are compared exactly."""
    found = {one.host[0]: (one.policy.timeout.seconds, one.info.owner) for one in planned(tmp_path).targets}
    assert [found[name] for name in "abcd"] == [(7, "Harbor office")] * 3 + [(10, "")]


def test_a_policy_for_a_site_is_not_unmatched(tmp_path: Path) -> None:
    """A policy whose site is written in another case is not reported as one that matches nothing."""
    text = """
policies: [{match: {site: HARBOR}, timeout: 7s}, {match: {site: south}, timeout: 7s}]
targets: [{kind: endpoint, address: a.example, labels: {site: harbor}}]
"""
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    config = load(tmp_path / "config.yaml")
    assert unmatched_policies(config, plan(config, {}).targets) == ("policies: no target has site: south",)


def test_listing_of_what_was_discovered() -> None:
    """The table of what a site's server says has one block for each site."""
    row = {"component": "camera", "name": "c", "host": "c.example", "port": 443, "protocol": "tls"}
    more = {"certificate_group": "", "optional": False}
    table = as_table([{"site": site, **row, **more} for site in ("Harbor", "north", "HARBOR")])
    assert [line for line in table.splitlines() if line.startswith("site ")] == [
        "site Harbor: 2 endpoints",
        "site north: 1 endpoint",
    ]
