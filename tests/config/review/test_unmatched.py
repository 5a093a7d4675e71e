"""Entries of ``policies`` that nothing matches are reported, and are no mistake."""

from pathlib import Path

import pytest

from monitor.config import load, plan, unmatched_policies
from support.servers.daemon.command import run

FILES = "targets: [{kind: files, name: web, paths: [web.pem], labels: {site: hq}}"
FOUND = ", {kind: dns, name: 'portal.vms.example:443', labels: {site: lab}}"


def unmatched(folder: Path, policies: str, more: str = "") -> tuple[str, ...]:
    """Return what is reported about a configuration with these policies."""
    path = folder / "c.yaml"
    path.write_text(f"policies: [{policies}]\n{FILES}{more}]\n")
    config = load(path)
    return unmatched_policies(config, plan(config, {}).targets)


@pytest.mark.parametrize(
    ("match", "more", "expected"),
    [
        ("site: hq", "", ()),
        ("kind: files", "", ()),
        ("site: hq, kind: files", "", ()),
        ("site: hp", "", ("policies: no target has site: hp",)),
        ("site: hq, kind: endpoint", "", ("policies: no target has site: hq, kind: endpoint",)),
        ("site: hp", FOUND, ()),
        ("kind: endpoint", FOUND, ()),
        ("kind: dns", FOUND, ()),
        ("kind: endpiont", FOUND, ("policies: no target has kind: endpiont",)),
    ],
)
def test_an_entry(tmp_path: Path, match: str, more: str, expected: tuple[str, ...]) -> None:
    """An entry is reported when no target carries its labels, unless a discovery may find one that does."""
    assert unmatched(tmp_path, f"{{match: {{{match}}}, warn_before: 40d}}", more) == expected


def test_an_anchor_file_is_a_target(tmp_path: Path) -> None:
    """What is watched because something trusts it counts too."""
    path = tmp_path / "c.yaml"
    path.write_text(
        "targets: [{kind: endpoint, address: 'a.example:443', trust: [ca.pem]}]\n"
        "policies: [{match: {kind: files}, warn_before: 90d}]\n"
    )
    config = load(path)
    assert unmatched_policies(config, plan(config, {}).targets) == ()


def test_a_probe_is_a_target(tmp_path: Path) -> None:
    """What may be asked for by a probe has its module's labels."""
    path = tmp_path / "c.yaml"
    path.write_text(
        "probe: {allow: ['*:443'], modules: {lab: {labels: {site: lab}}}}\n"
        "policies: [{match: {site: lab}, warn_before: 40d}, {match: {kind: files}, warn_before: 40d}]\n"
    )
    assert unmatched_policies(load(path), ()) == ("policies: no target has kind: files",)


def test_validate_config_says_it_as_a_note(tmp_path: Path) -> None:
    """The configuration stays good."""
    path = tmp_path / "c.yaml"
    path.write_text(f"policies: [{{match: {{site: hp}}, warn_before: 40d}}]\n{FILES}]\n")
    done = run("validate-config", path, "--offline")
    assert (done.code, done.out) == (0, f"{path}: valid, 1 target\n")
    assert "note: policies: no target has site: hp" in done.err.splitlines()
