"""The owner and note of a target, and the name of the monitor."""

from pathlib import Path
from typing import get_args

import pytest

from monitor.config import Config, InstanceSettings, load, plan, unmatched_policies
from monitor.discovery import DiscoveryKind
from monitor.model import DiscoveredTarget, Target
from monitor.settings import TargetSettings
from monitor.sources.kinds import TargetKind

LAYERS = """
defaults: {owner: defaults, note: "from defaults"}
policies:
  - {match: {site: north}, owner: first, note: "from first"}
  - {match: {site: north}, owner: second}
targets:
  - {kind: endpoint, address: own, labels: {site: north, owner: label}, owner: own, note: mine}
  - {kind: endpoint, address: label, labels: {site: north, owner: label}}
  - {kind: endpoint, address: rule, labels: {site: north}}
  - {kind: endpoint, address: other}
  - {kind: endpoint, address: none, owner: "", note: ""}
  - {kind: files, name: web, paths: [web/*.pem], owner: web team}
"""


def loaded(folder: Path, text: str) -> Config:
    """Return a configuration with this text."""
    (folder / "config.yaml").write_text(text, "utf-8")
    return load(folder / "config.yaml")


def targets(folder: Path, text: str, **found: list[DiscoveredTarget]) -> dict[str, Target]:
    """Return the planned targets by id; lists of discoveries are named by their kind."""
    config = loaded(folder, text)
    ids = {one.kind: one.id for one in config.discoveries}
    return {one.id: one for one in plan(config, {ids[kind]: every for kind, every in found.items()}).targets}


def words(target: Target) -> tuple[str, str]:
    """Return owner and note of a target."""
    return target.info.owner, target.info.note


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("endpoint:own:443", ("own", "mine")),
        ("endpoint:label:443", ("label", "from first")),
        ("endpoint:rule:443", ("second", "from first")),
        ("endpoint:other:443", ("defaults", "from defaults")),
        ("endpoint:none:443", ("", "")),
        ("files:web", ("web team", "from defaults")),
    ],
)
def test_the_nearest_counts(tmp_path: Path, name: str, expected: tuple[str, str]) -> None:
    """The target's own key, then its label, then the last rule that fits, then the defaults."""
    target = targets(tmp_path, LAYERS)[name]
    assert (words(target), target.label("owner")) == (expected, expected[0])


def test_every_kind_has_them() -> None:
    """Each kind of target and of discovery takes both keys."""
    kinds = [one for one in _settings() if not issubclass(one, TargetSettings)]
    assert (kinds, {"owner", "note"} <= set(TargetSettings.model_fields)) == ([], True)
    assert len(_settings()) == 14


def _settings() -> list[type]:
    return [*_members(TargetKind), *_members(DiscoveryKind)]


def _members(union: object) -> list[type]:
    return [one for one in get_args(union) if isinstance(one, type)] or [
        inner for one in get_args(union) for inner in _members(one)
    ]


def test_what_a_discovery_finds(tmp_path: Path) -> None:
    """What is found has the words of its discovery's entry, unless the list says other ones."""
    text = "targets: [{kind: file_sd, files: [x.json], owner: entry, note: of the entry}]\n"
    found = [
        DiscoveredTarget("a.example:1"),
        DiscoveredTarget("b.example:1", policy=(("owner", "list"), ("note", "of the list"))),
    ]
    planned = targets(tmp_path, text, file_sd=found)
    assert [words(planned[f"endpoint:{name}.example:1"]) for name in "ab"] == [
        ("entry", "of the entry"),
        ("list", "of the list"),
    ]


def test_anchors_belong_to_whom_defaults_name(tmp_path: Path) -> None:
    """A file that is watched because a policy names it has the words of the defaults."""
    text = "defaults: {owner: IT, trust: [ca.pem]}\ntargets: [{kind: endpoint, address: a, owner: own}]\n"
    planned = targets(tmp_path, text)
    assert {one.kind: one.info.owner for one in planned.values()} == {"endpoint": "own", "files": "IT"}


def test_rules_match_the_owner(tmp_path: Path) -> None:
    """An owner can be matched like a label, wherever it comes from, for policy and note."""
    text = """
policies:
  - {match: {component: camera}, owner: Video}
  - {match: {owner: Video}, timeout: 7s, note: call the control room}
  - {match: {owner: Vidoe}, timeout: 9s}
targets:
  - {kind: endpoint, address: key, owner: Video}
  - {kind: endpoint, address: label, labels: {owner: Video}}
  - {kind: endpoint, address: rule, labels: {component: camera}}
  - {kind: endpoint, address: other, owner: IT}
"""
    planned = targets(tmp_path, text)
    assert {name: (one.policy.timeout.total_seconds(), one.info.note) for name, one in planned.items()} == {
        "endpoint:key:443": (7, "call the control room"),
        "endpoint:label:443": (7, "call the control room"),
        "endpoint:rule:443": (7, "call the control room"),
        "endpoint:other:443": (10, ""),
    }
    config = loaded(tmp_path, text)
    assert unmatched_policies(config, plan(config, {}).targets) == ("policies: no target has owner: Vidoe",)


def test_one_policy_for_many_owners(tmp_path: Path) -> None:
    """Owners and notes are no part of the policy: 100,000 targets still share a few."""
    text = (
        "targets: [{kind: endpoint, address: a, owner: x, note: y}, {kind: endpoint, address: b, owner: z}]\n"
    )
    first, second = targets(tmp_path, text).values()
    assert first.policy is second.policy


def test_cleaned(tmp_path: Path) -> None:
    """Whatever is written there becomes one clean, bounded line."""
    text = 'targets: [{kind: endpoint, address: a, owner: "a\\nb\\u202e", note: "' + "x" * 5000 + '"}]\n'
    (target,) = targets(tmp_path, text).values()
    owner, note = words(target)
    assert (owner, len(note)) == ("a b\ufffd", 1000)


def test_instance(tmp_path: Path) -> None:
    """The monitor's name and customer are read and cleaned; without the section both are empty."""
    assert loaded(tmp_path, "web: {}\n").instance == InstanceSettings(name="", customer="")
    said = loaded(tmp_path, 'instance: {name: "Harbour\\nNorth", customer: Harbour Ltd}\n').instance
    assert (said.name, said.customer) == ("Harbour North", "Harbour Ltd")
