"""Tests of the machines of a site whose stores a ``windows`` block reads."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import load, online_problems, plan
from monitor.config.targets.machines import DiscoveredMachine, machines
from monitor.errors import ConfigError
from monitor.model import DiscoveredTarget, Target
from monitor.secrets import SecretReference
from monitor.windows.access import RemoteMachine
from support.pki import authority

SITE = """
defaults: {timeout: 5s}
targets:
  - kind: xprotect_site
    address: https://vms01.vms.example
    username: certmon
    password_env: SITE
    trust: [ca.pem]
    labels: {site: north}
    windows: {username: 'VMS\\certmon', password_env: MACHINES, configuration_name: CertMonitor%s}
"""


def found(
    address: str, preset: str = "recording_server.media", *aliases: str, **labels: str
) -> DiscoveredTarget:
    """Return an endpoint that a site's discovery found."""
    return DiscoveredTarget(address, preset=preset, aliases=aliases, labels=tuple(sorted(labels.items())))


def hosts(*every: DiscoveredTarget) -> list[str]:
    """Return the hosts of the machines behind these endpoints."""
    return [machine.host for machine in machines(every)]


def test_ports_of_one_machine() -> None:
    """Several ports of one host are one machine."""
    assert hosts(found("rec01:7563"), found("rec01:9001"), found("rec02:7563")) == ["rec01", "rec02"]


def test_cameras_are_no_machines() -> None:
    """Cameras have no Windows stores."""
    assert hosts(found("cam1:443", "camera.https"), found("vms01:443", "management_server.gateway")) == [
        "vms01"
    ]


def test_name_and_address() -> None:
    """A host that is another name of one machine is that machine."""
    assert machines([found("10.0.0.5:7563"), found("rec01:9001", "recording_server.server", "10.0.0.5")]) == (
        DiscoveredMachine("rec01", ("10.0.0.5",)),
    )


def test_public_address_of_several() -> None:
    """Behind one public address there may be many machines: it makes none of them another."""
    one = found("rec01:7563", "recording_server.media", "public.example")
    two = found("rec02:7563", "recording_server.media", "public.example")
    assert hosts(one, two, found("public.example:443")) == ["rec01", "rec02", "public.example"]


def test_labels_of_the_machine() -> None:
    """A machine has the labels that all its endpoints share, without those of a port."""
    every = [
        found("rec01:7563", component="recorder", site="north", vms="xprotect"),
        found("rec01:8081", component="mobile", site="north", vms="other"),
    ]
    assert machines(every)[0].labels == (("site", "north"),)


@pytest.mark.parametrize("address", ["", "a b:1", "https://x"])
def test_address_that_is_none(address: str) -> None:
    """What is no address is reported elsewhere and makes no machine."""
    assert machines([found(address)]) == ()


def planned(folder: Path, more: str = "") -> dict[str, Target]:
    """Return the planned targets of a site with two servers and a camera, by id."""
    file = folder / "config.yaml"
    file.write_text(SITE % more)
    every = [
        found("rec01:7563", "recording_server.media", "10.0.0.5", component="recorder"),
        found("rec01:9001", "recording_server.server"),
        found("cam1:443", "camera.https"),
    ]
    site = "xprotect_site:vms01.vms.example"
    return {target.id: target for target in plan(load(file), {site: every}).targets}


def test_every_server_is_read(tmp_path: Path) -> None:
    """A site's block gives each server found one target, with the block's login and the site's labels."""
    target = planned(tmp_path)["windows_remote:rec01"]
    assert (target.settings, target.labels, target.aliases, target.origin) == (
        RemoteMachine(
            "rec01",
            5985,
            username=r"VMS\certmon",
            password=SecretReference(env="MACHINES"),
            configuration_name="CertMonitor",
        ),
        (("site", "north"),),
        ("10.0.0.5",),
        "xprotect_site:vms01.vms.example",
    )


def test_owner_of_a_server(tmp_path: Path) -> None:
    """The site's owner and note hold for its servers too, unless the block has its own."""
    site = SITE.replace("    labels:", "    owner: VMS team\n    note: of the site\n    labels:")
    file = tmp_path / "config.yaml"
    file.write_text(site % ", note: of the block")
    every = {"xprotect_site:vms01.vms.example": [found("rec01:7563")]}
    machine = next(one for one in plan(load(file), every).targets if one.kind == "windows_remote")
    assert (machine.info.owner, machine.info.note) == ("VMS team", "of the block")


def test_policy_of_a_server(tmp_path: Path) -> None:
    """Without keys of its own the block is probed at the usual interval and trusts what the site trusts."""
    policy = planned(tmp_path)["windows_remote:rec01"].policy
    assert (policy.timeout, policy.trust) == (timedelta(seconds=60), (str(tmp_path / "ca.pem"),))


def test_own_policy_of_the_block(tmp_path: Path) -> None:
    """Keys of the block outweigh those of the site."""
    policy = planned(tmp_path, ", trust: [other.pem], timeout: 9s")["windows_remote:rec01"].policy
    assert (policy.timeout, policy.trust) == (timedelta(seconds=9), (str(tmp_path / "other.pem"),))


def test_configured_machine_wins(tmp_path: Path) -> None:
    """A machine with an entry of its own is read as that says."""
    machine = "\n  - {kind: windows_remote, hosts: [rec01], username: u, password_env: P}\n"
    target = planned(tmp_path, "}" + machine + "#")["windows_remote:rec01"]
    assert isinstance(target.settings, RemoteMachine)
    assert (target.settings.username, target.origin) == ("u", "")


def test_missing_secrets_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the block names on this machine is checked like everything else."""
    monkeypatch.setenv("SITE", "x")
    monkeypatch.delenv("MACHINES", raising=False)
    file = tmp_path / "config.yaml"
    (tmp_path / "ca.pem").write_bytes(authority().pem)
    file.write_text(SITE % f"}}\nstore: {{url: 'sqlite:///{tmp_path}/s.db'}}\n#")
    assert [one.message for one in online_problems(load(file))] == [
        "there is no environment variable of this name"
    ]


ENTRY = "{kind: windows_remote, hosts: [a], username: u, password_env: P, transport: registry}"
BLOCK = (
    "{kind: xprotect_site, address: 'https://vms01', username: u, password_env: P, "
    "windows: {username: u, password_env: P, transport: winrm}}"
)


@pytest.mark.parametrize(("target", "location"), [(ENTRY, "targets[0]"), (BLOCK, "targets[0].windows")])
def test_winrm_is_the_only_transport(tmp_path: Path, target: str, location: str) -> None:
    """Another transport is refused with a hint to remove the key."""
    file = tmp_path / "config.yaml"
    file.write_text(f"targets: [{target}]")
    with pytest.raises(ConfigError) as caught:
        load(file)
    said = "unknown key; Windows machines are always read over WinRM: remove it"
    assert [str(one) for one in caught.value.problems] == [f"{file}:1: {location}.transport: {said}"]


def test_client_certificate_is_watched(tmp_path: Path) -> None:
    """The certificate that we log in with is watched: its end would close all doors."""
    file = tmp_path / "config.yaml"
    file.write_text(
        "targets: [{kind: windows_remote, hosts: [a], auth: certificate, tls: true, client_cert: own.pem}]"
    )
    target = next(one for one in plan(load(file), {}).targets if one.kind == "files")
    assert (target.location, target.origin) == (str(tmp_path / "own.pem"), "client_cert")
