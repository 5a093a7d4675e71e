"""Secrets of one name in one zone: agents and workers use one file for them, and a remark says which."""

from pathlib import Path

import pytest

from monitor.config import load, plan, remarks
from support.servers.daemon.command import run

AGENTS = "agents: {listen: '127.0.0.1:9852', cert_file: c.pem}\n"
NATS = "workers: {nats: {servers: ['nats://127.0.0.1:1']}}\n"
ZONES = "zones: {dmz: {agents: [{name: a}]}, yard: {agents: [{name: b}]}, quay: {workers: true}}\n"
BASE = f"receivers: []\n{AGENTS}{NATS}{ZONES}targets:\n"


def machine(name: str, login: str, zone: str = "dmz") -> str:
    """Return a Windows machine of a zone, read with a login."""
    where = f", zone: {zone}" if zone else ""
    return f"- {{kind: windows_remote, hosts: [{name}], username: u, {login}{where}}}\n"


def camera(name: str, keys: str, zone: str = "dmz") -> str:
    """Return an endpoint of a zone."""
    where = f", zone: {zone}" if zone else ""
    return f"- {{kind: endpoint, address: '{name}:443', {keys}{where}}}\n"


def said(folder: Path, targets: str) -> tuple[str, ...]:
    """Return the remarks about a configuration with these targets."""
    path = folder / "c.yaml"
    path.write_text(BASE + targets, encoding="utf-8")
    config = load(path)
    return remarks(config, plan(config, {}).targets)


BOTH = (
    "zones.dmz: /etc/a/vms and /etc/b/vms have the same name for agents (vms), which use one file for both; "
    "rename one of them, here and in secrets of the agents"
)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    """Both are named, with what to do, and ``validate-config`` prints it as a note."""
    targets = machine("r1", "password_file: /etc/a/vms") + machine("r2", "password_file: /etc/b/vms")
    assert said(tmp_path, targets) == (BOTH,)
    done = run("validate-config", tmp_path / "c.yaml", "--offline")
    assert (done.code, done.err) == (0, f"note: {BOTH}\n")


def test_a_key_and_a_certificate_of_one_name(tmp_path: Path) -> None:
    """Any file that an order names counts, also two of one target; paths of Windows have their own sign."""
    keys = r"client_cert: 'C:\certs\cam', client_key: 'C:\keys\cam'"
    [found] = said(tmp_path, camera("cam1", keys))
    assert found.startswith(
        r"zones.dmz: C:\certs\cam and C:\keys\cam have the same name for agents (cam), which"
    )


def test_a_variable_has_a_name_as_well(tmp_path: Path) -> None:
    """An order does not say that it is one."""
    targets = machine("r1", "password_env: VMS") + machine("r2", "password_file: /etc/VMS")
    [found] = said(tmp_path, targets)
    assert found.startswith("zones.dmz: $VMS and /etc/VMS have the same name for agents (VMS)")


def test_three_files_of_one_name(tmp_path: Path) -> None:
    """All of them are named."""
    targets = "".join(machine(f"r{one}", f"password_file: /{one}/vms") for one in "abc")
    [found] = said(tmp_path, targets)
    assert "/a/vms, /b/vms and /c/vms have" in found
    assert "for all; rename all but one of them" in found


def test_servers_of_a_site(tmp_path: Path) -> None:
    """The servers that a site will name are read with the files of its entry."""
    site = (
        "- {kind: xprotect_site, address: 'https://vms01', username: u, password_file: site, zone: dmz, "
        "windows: {username: u, password_file: /etc/a/vms}}\n"
    )
    assert said(tmp_path, site + machine("r2", "password_file: /etc/b/vms")) == (BOTH,)


def test_workers_have_names_too(tmp_path: Path) -> None:
    """In a zone of theirs, and for endpoints without a zone, which any of them probes."""
    machines = "".join(machine(f"r{one}", f"password_file: /{one}/vms", "quay") for one in "ab")
    cameras = "".join(camera(f"c{one}", f"client_cert: /{one}/cam.pem", "") for one in "ab")
    assert [one.partition(", which")[0] for one in said(tmp_path, machines + cameras)] == [
        "workers: /a/cam.pem and /b/cam.pem have the same name for workers (cam.pem)",
        "zones.quay: /a/vms and /b/vms have the same name for workers (vms)",
    ]


@pytest.mark.parametrize(
    "targets",
    [
        machine("r1", "password_file: /etc/a/vms") + machine("r2", "password_file: /etc/a/vms"),
        machine("r1", "password_file: /etc/a/vms") + machine("r2", "password_file: /etc/b/vms", "yard"),
        machine("r1", "password_file: /etc/a/vms") + machine("r2", "password_file: vms"),
        machine("r1", "password_file: /etc/a/vms", "") + machine("r2", "password_file: /etc/b/vms", ""),
        camera("c1", "trust: [/a/ca.pem]") + camera("c2", "trust: [/b/ca.pem]"),
        camera("c1", "client_cert: /a/cam.pem"),
    ],
    ids=["same file", "other zone", "name alone", "here", "trust of the center", "key in the certificate"],
)
def test_what_is_no_conflict(tmp_path: Path, targets: str) -> None:
    """One file for several targets, one name in several zones, and what the center reads itself."""
    assert said(tmp_path, targets) == ()
