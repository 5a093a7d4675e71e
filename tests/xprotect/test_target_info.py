"""What an endpoint means: its title and the renewal steps that go into a mail."""

import re

import pytest

from monitor.model.message import completed
from monitor.xprotect import Preset, Presets, make_target_info, title
from support.written import unfilled, written

BUILT_IN = Presets.built_in()
EVERY = [preset for role in BUILT_IN.roles for preset in BUILT_IN.all_ports(role)]
LATER = {"names", "thumbprint", "issuer", "ca_expires"}
COMMANDS = [one for one in EVERY if any("ServerConfigurator.exe" in step for step in unfilled(one.steps))]


def preset(key: str) -> Preset:
    """Return one built-in preset."""
    found = BUILT_IN.get(key)
    assert found is not None
    return found


def where(steps: tuple[str, ...], part: str) -> int:
    """Return which of the steps holds some words; exactly one must."""
    (number,) = [number for number, step in enumerate(steps) if part in step]
    return number


@pytest.mark.parametrize(
    ("key", "name", "port", "expected"),
    [
        (
            "recording_server.media",
            "Recorder 01",
            7563,
            "Recording Server Recorder 01, port 7563",
        ),
        ("recording_server.server", "", 9001, "Recording Server rec01, port 9001"),
        (
            "mobile_server.clients",
            "MobileServer",
            8082,
            "Mobile Server rec01, port 8082",
        ),
        ("camera.https", "Camera 1", 443, "Camera 1, port 443"),
        ("camera.https", "Gate\r\nBcc: x", 443, "Camera Gate  Bcc: x, port 443"),
    ],
)
def test_title(key: str, name: str, port: int, expected: str) -> None:
    """A title names the role, the server and the port, on one line, with no word to translate."""
    assert title(preset(key), name, "rec01", port) == expected


@pytest.mark.parametrize("key", [preset.key for preset in EVERY])
def test_only_the_certificate_is_left_to_fill(key: str) -> None:
    """After host and port are filled in, no other placeholder and no stray brace is left."""
    meant = make_target_info(preset(key), "Name", "host.example", 443)
    every = " ".join(unfilled((*meant.runbook.steps, *meant.runbook.ca_first, meant.runbook.impact)))
    assert set(re.findall(r"\{(\w+)\}", every)) <= LATER
    assert not set(re.sub(r"\{\w+\}", "", every)) & set("{}")


def test_a_host_cannot_add_a_placeholder() -> None:
    """A brace in a host never becomes something that is filled in later."""
    meant = make_target_info(preset("mobile_server.clients"), "", "{names}", 8082)
    (step,) = {completed(meant.runbook.steps[2], names="x")}
    assert written(step).startswith("On {names}, import")


@pytest.mark.parametrize("key", [preset.key for preset in COMMANDS])
def test_command_changes_one_group_only(key: str) -> None:
    """The command carries its group's GUID, and above it stands why the group must not be left out."""
    steps = unfilled(make_target_info(preset(key), "", "h", 1).runbook.steps)
    step = steps[where(steps, "ServerConfigurator.exe")]
    assert f"/certificategroup={preset(key).guid} /thumbprint={{thumbprint}}" in step
    assert "Never leave out /certificategroup" in step.partition("ServerConfigurator.exe")[0]


@pytest.mark.parametrize("key", [preset.key for preset in COMMANDS])
def test_restart_is_announced_before_the_switch(key: str) -> None:
    """The announcement of the restart is above the window way, and that above the command."""
    steps = unfilled(preset(key).steps)
    order = [where(steps, part) for part in ("announce it before", "Open Server Configurator", "/quiet")]
    assert order == sorted(order)


@pytest.mark.parametrize("key", [preset.key for preset in EVERY])
def test_old_thumbprint_is_nowhere(key: str) -> None:
    """No step shows the thumbprint of the certificate in use: it would be pasted into the command."""
    assert "{served_thumbprint}" not in " ".join(unfilled((*preset(key).steps, *preset(key).ca_first)))


@pytest.mark.parametrize("key", [preset.key for preset in COMMANDS])
def test_old_certificate_is_kept(key: str) -> None:
    """The steps keep the old certificate at least 30 days, after the verification."""
    steps = unfilled(preset(key).steps)
    assert where(steps, "at least 30 days") > where(steps, "Check the port")


@pytest.mark.parametrize("key", [preset.key for preset in COMMANDS])
def test_ca_first_has_no_leaf_step(key: str) -> None:
    """While the CA comes first, no step touches a server's certificate."""
    said = " ".join(unfilled(preset(key).ca_first))
    assert "Configurator" not in said
    assert "{issuer} expires on {ca_expires}" in said


@pytest.mark.parametrize("role", ["recording_server", "failover_recorder", "hot_standby"])
def test_recorders_have_two_assignments(role: str) -> None:
    """Both ports of a recorder tell of both groups."""
    for one in BUILT_IN.watched_ports(role):
        assert any("two assignments" in step for step in unfilled(one.steps))


def test_recorder_announces_the_gap() -> None:
    """A recorder's steps say that nothing is recorded meanwhile."""
    steps = unfilled(preset("recording_server.media").steps)
    assert "a gap in its recordings" in steps[where(steps, "announce it before")]


@pytest.mark.parametrize("role", ["failover_recorder", "hot_standby"])
def test_failover_service_gets_the_key(role: str) -> None:
    """The key's Read right goes to the failover service's account."""
    for one in BUILT_IN.watched_ports(role):
        steps = unfilled(one.steps)
        assert "Failover Recording Server service" in steps[where(steps, "Manage Private Keys")]


def test_management_failover_is_another_story() -> None:
    """Its certificate is renewed by a new cluster, never by Server Configurator's steps."""
    said = " ".join(unfilled(preset("management_failover.console").steps))
    assert "valid for five years" in said
    assert "configuring a new failover cluster" in said
    assert "certlm" not in said


def test_mobile_clients_need_to_trust_the_ca() -> None:
    """A mobile server's certificate comes from a CA that phones trust, which the site's own may not be."""
    assert "phones and browsers trust" in unfilled(preset("mobile_server.clients").steps)[1]


def test_sql_server_is_switched_by_its_own_tool() -> None:
    """SQL Server's certificate is selected in its own configuration tool."""
    said = " ".join(unfilled(preset("sql_server.database").steps))
    assert "SQL Server Configuration Manager" in said
    assert "/certificategroup" not in said


def test_camera_is_renewed_on_the_device() -> None:
    """A camera's certificate is renewed on its own page; the port is filled in."""
    meant = make_target_info(preset("camera.https"), "Gate", "10.0.0.7", 8443)
    steps = unfilled(meant.runbook.steps)
    assert "web page of 10.0.0.7" in steps[0]
    assert steps[-1].endswith("cert-monitor check 10.0.0.7:8443")
