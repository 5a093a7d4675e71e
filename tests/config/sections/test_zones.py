"""Targets of zones: their ids, what their paths mean, and what is wrong with a zone."""

from pathlib import Path

import pytest

from monitor.config import load, online_problems, plan
from monitor.errors import ConfigError
from monitor.model import DiscoveredTarget, Target
from monitor.sources.files.settings import Files
from monitor.windows.access import RemoteMachine

ZONES = """
zones: {dmz: {agents: [{name: dmz-1, token_file: dmz-1.token}]}, yard: {agents: [{name: yard-1}]}}
agents: {listen: "127.0.0.1:9852", cert_file: center.pem}
"""
CAM = "{kind: endpoint, address: cam01"


def targets(folder: Path, text: str, **found: list[DiscoveredTarget]) -> dict[str, Target]:
    """Return the planned targets of a configuration with two zones, by id."""
    file = folder / "config.yaml"
    file.write_text(ZONES + text)
    return {target.id: target for target in plan(load(file), found).targets}


def test_the_same_address_in_two_zones_is_two_targets(tmp_path: Path) -> None:
    """And a third one outside of any, whose id is what it always was."""
    found = targets(
        tmp_path,
        f"targets: [{CAM}}}, {CAM}, zone: dmz}}, {CAM}, zone: yard}}]",
    )
    assert {name: one.zone for name, one in found.items()} == {
        "endpoint:cam01:443": "",
        "dmz/endpoint:cam01:443": "dmz",
        "yard/endpoint:cam01:443": "yard",
    }


def test_what_a_discovery_finds_is_in_its_zone(tmp_path: Path) -> None:
    """The list is fetched here, from a path of this machine."""
    file = tmp_path / "config.yaml"
    file.write_text(f"{ZONES}targets: [{{kind: file_sd, files: [cams.json], zone: dmz}}]")
    (discovery,) = load(file).discoveries
    found = plan(load(file), {discovery.id: [DiscoveredTarget("cam01:443"), DiscoveredTarget("cam02:443")]})
    assert [(one.id, one.zone) for one in found.targets] == [
        ("dmz/endpoint:cam01:443", "dmz"),
        ("dmz/endpoint:cam02:443", "dmz"),
    ]
    assert str(tmp_path) in discovery.files[0]


def test_machines_of_a_site_are_in_its_zone(tmp_path: Path) -> None:
    """Their stores are read by the agent, with a secret of its own."""
    text = "targets: [{kind: xprotect_host, host: rec01, roles: [recording_server], zone: dmz}]"
    assert {one.zone for one in targets(tmp_path, text).values()} == {"dmz"}


def test_paths_of_a_target_in_a_zone_are_the_agents(tmp_path: Path) -> None:
    """They are not made into paths of this machine, which may be another system."""
    text = r"""
targets:
  - {kind: files, paths: ['C:\certs\*.pem', /etc/ssl/cam.pem], zone: dmz}
  - {kind: windows_remote, hosts: [rec01], username: u, password_file: vms, zone: dmz}
"""
    files, machine = (one.settings for one in targets(tmp_path, text).values())
    assert isinstance(files, Files)
    assert files.paths == (r"C:\certs\*.pem", "/etc/ssl/cam.pem")
    assert isinstance(machine, RemoteMachine)
    assert machine.password is not None
    assert machine.password.file == "vms"


def test_trust_of_a_target_in_a_zone_is_a_path_here(tmp_path: Path) -> None:
    """The center judges; it watches that file too."""
    found = targets(tmp_path, "targets: [{kind: endpoint, address: cam01, zone: dmz, trust: [ca.pem]}]")
    assert found["dmz/endpoint:cam01:443"].policy.trust == (str(tmp_path / "ca.pem"),)
    assert f"files:{tmp_path / 'ca.pem'}" in found


def test_client_certificates_of_a_zone_are_not_watched_here(tmp_path: Path) -> None:
    """They are on the agent's machine."""
    text = "targets: [{kind: endpoint, address: cam01, zone: dmz, client_cert: /etc/agent/client.pem}]"
    assert list(targets(tmp_path, text)) == ["dmz/endpoint:cam01:443"]


def test_files_of_a_zone_are_not_looked_for_here(tmp_path: Path) -> None:
    """Of all that is named, only what this machine needs must be there."""
    file = tmp_path / "config.yaml"
    file.write_text(
        ZONES
        + f"store: {{url: 'sqlite:///{tmp_path}/s.db'}}\n"
        + "targets:\n"
        + "  - {kind: windows_remote, hosts: [rec01], username: u, password_file: vms, zone: dmz}\n"
        + "  - {kind: endpoint, address: cam01, zone: dmz, client_cert: client.pem}\n"
        + "  - {kind: files, paths: [/a.p12], passphrases: [{file: word}], zone: dmz}\n"
    )
    assert {problem.key for problem in online_problems(load(file))} == {
        "zones.dmz.agents[0].token_file",
        "agents.cert_file",
    }


AGENTS = 'agents: {listen: "127.0.0.1:9852", cert_file: c.pem}\n'
DMZ = "zones: {dmz: {agents: [{name: a}]}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "targets: [{kind: endpoint, address: cam01, zone: dmz}]\n",
            "1: targets[0].zone: there is no such zone (got 'dmz'); add zones with its agents",
        ),
        (
            f"{AGENTS}{DMZ}targets: [{{kind: endpoint, address: cam01, zone: dmx}}]\n",
            "3: targets[0].zone: there is no such zone (got 'dmx'); did you mean dmz?",
        ),
        (DMZ, "1: zones: agents cannot reach this center; add agents with listen and cert_file"),
        (
            f"{AGENTS}{DMZ}targets: [{{kind: files, paths: [cam.pem], zone: dmz}}]\n",
            "3: targets[0].zone: paths in a zone are those of its agents, from the root on (got 'cam.pem')",
        ),
        (
            f"{AGENTS}{DMZ}targets: [{{kind: windows_report, folder: r, zone: dmz}}]\n",
            "reports are read where their folder is; write a target of kind windows_remote",
        ),
        (
            f"{AGENTS}{DMZ}probe: {{modules: {{x: {{zone: dmz}}}}}}\n",
            "3: probe.modules.x.zone: belongs to the entry of a target, or of its discovery; remove it here",
        ),
        (
            f"{AGENTS}zones: {{dmz: {{agents: [{{name: a}}, {{name: a}}]}}}}\n",
            "2: zones.dmz: the agent a is listed twice",
        ),
        (
            f"{AGENTS}zones: {{'d m': {{agents: [{{name: a}}]}}}}\n",
            "must be a word of at most 63 letters, digits, dots, - and _",
        ),
        (
            "targets: [{kind: endpoint, address: cam01, zone: a/b}]\n",
            "targets[0].zone: a zone is a word of at most 63 letters, digits, dots, - and _",
        ),
        (
            "agents: {listen: here, cert_file: c.pem}\n",
            "agents.listen: must be ADDRESS:PORT",
        ),
    ],
)
def test_what_is_wrong_with_a_zone(tmp_path: Path, text: str, said: str) -> None:
    """It is said at the key that is to be changed."""
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load(file)
    assert said in "\n".join(str(problem) for problem in raised.value.problems)


def test_the_same_target_twice_in_a_zone(tmp_path: Path) -> None:
    """A zone is part of the id, and an id is configured once."""
    with pytest.raises(ConfigError) as raised:
        targets(
            tmp_path,
            f"targets: [{CAM}, zone: dmz}}, {CAM}, zone: dmz}}]",
        )
    assert "the target dmz/endpoint:cam01:443 is already at" in str(raised.value)
