"""One server whose roles are written by hand: what is watched on it."""

import pytest

from monitor.xprotect import Presets, host_endpoints

BUILT_IN = Presets.built_in()


def test_roles_of_one_server() -> None:
    """Every port of every role is watched once, in the order of the roles."""
    listed = host_endpoints(
        "VMS01.vms.example", ["management_server", "api_gateway", "recording_server"], BUILT_IN
    )
    assert [(one.address, one.preset) for one in listed.found] == [
        ("vms01.vms.example:443", "management_server.gateway"),
        ("vms01.vms.example:9000", "management_server.web_api"),
        ("vms01.vms.example:7563", "recording_server.media"),
        ("vms01.vms.example:9001", "recording_server.server"),
    ]


def test_name_and_site() -> None:
    """The name is in the title, the site among the labels."""
    (one,) = host_endpoints("m1", ["mobile_server"], BUILT_IN, name="Lobby", site="Harbour").found
    assert one.title == "Mobile Server Lobby, port 8082"
    assert dict(one.labels)["site"] == "Harbour"


def test_sql_server_is_noted() -> None:
    """A port that cannot be probed yet is no target but a note."""
    listed = host_endpoints("sql1", ["sql_server"], BUILT_IN)
    assert listed.found == ()
    assert listed.notes == (
        "SQL Server, SQL Server certificate, sql1:1433: certificates inside mssql are not supported yet",
    )


def test_port_that_is_off_is_noted() -> None:
    """A port that is off by default is named with the key that switches it on."""
    (note,) = host_endpoints("l1", ["log_server"], BUILT_IN).notes
    assert note == (
        "Log Server, server certificate, l1:22337: not watched by default "
        "(presets.roles.log_server.ports.logs.by_default: true watches it)"
    )


@pytest.mark.parametrize(
    ("host", "role", "said"),
    [("not a host", "camera", "must be a DNS name"), ("a", "zork", "roles are management_server, ")],
)
def test_wrong_host_or_role(host: str, role: str, said: str) -> None:
    """A host that is none and an unknown role are refused with what is allowed."""
    with pytest.raises(ValueError, match=said):
        host_endpoints(host, [role], BUILT_IN)
