"""Valid settings of a site or a computer, and the errors for others."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.discovery.xprotect import XProtectHostSettings, XProtectSiteSettings
from monitor.discovery.xprotect.address import Origin, origin
from monitor.secrets import SecretReference
from monitor.xprotect import Presets


def site(**keys: Any) -> XProtectSiteSettings:
    """Return settings with what is needed and these keys."""
    needed = {"kind": "xprotect_site", "address": "vms01.example", "username": "u", "password_env": "VMS"}
    return XProtectSiteSettings.model_validate(needed | keys)


def host(**keys: Any) -> XProtectHostSettings:
    """Return settings with what is needed and these keys."""
    needed = {"kind": "xprotect_host", "host": "rec01.example", "roles": ["recording_server"]}
    return XProtectHostSettings.model_validate(needed | keys)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://vms01.vms.example", Origin("vms01.vms.example", 443)),
        ("vms01", Origin("vms01", 443)),
        ("HTTPS://VMS01.Example.:8443/", Origin("vms01.example", 8443)),
        ("10.0.0.5:443", Origin("10.0.0.5", 443)),
        ("[2001:DB8::1]:8443", Origin("2001:db8::1", 8443)),
        ("https://bücher.example", Origin("xn--bcher-kva.example", 443)),
    ],
)
def test_address(address: str, expected: Origin) -> None:
    """An address is host and port; the scheme may be left out."""
    assert origin(address) == expected


@pytest.mark.parametrize("address", ["vms01", "10.0.0.5", "vms01:8443", "[2001:db8::1]", "[::1]:8443"])
def test_address_stays(address: str) -> None:
    """What is kept is a URL that means the same."""
    assert origin(origin(address).url) == origin(address)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://vms01.example", "http would send the password in the clear"),
        ("HTTP://vms01.example", "http would send the password in the clear"),
        ("ftp://vms01.example", "must start with https://"),
        ("https://u:p@vms01.example", "must not contain a user name or password"),
        ("https://vms01.example/API", "must end after the host and port"),
        ("https://vms01.example?x", "must end after the host and port"),
        ("https://vms01:0", "the port must be a number"),
        ("https://vms01:x", "the port must be a number"),
        ("https://vms01:70000", "the port must be a number"),
        ("https://[::1", "must be https://HOST"),
        ("https://", "a host is a DNS name"),
        ("10.0.0.256", "10.0.0.256 is not an IPv4 address"),
        ("0x7f000001", "0x7f000001 is not an IPv4 address"),
        ("https://vms01:", "the port must be a number"),
        ("vms 01", "a host is a DNS name"),
        ("vms01.example\r\nx", "a host is a DNS name"),
    ],
)
def test_wrong_address(address: str, said: str) -> None:
    """Any other address is refused with what is wrong."""
    with pytest.raises(ValueError, match=said):
        origin(address)


def test_defaults() -> None:
    """What is not written has the documented value."""
    one = site()
    assert (one.login, one.refresh, one.grace, one.allow_local, one.encryption) == (
        "basic",
        timedelta(hours=1),
        timedelta(days=7),
        False,
        None,
    )
    assert one.include == ("servers", "failover", "services", "cameras")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://VMS01.example", ("xprotect_site:vms01.example", "endpoint:vms01.example:443")),
        ("vms01.example:8443", ("xprotect_site:vms01.example:8443", "endpoint:vms01.example:8443")),
    ],
)
def test_id(address: str, expected: tuple[str, str]) -> None:
    """The id has the host, and the port when it is unusual."""
    one = site(address=address)
    assert (one.id, one.target_id) == expected


@pytest.mark.parametrize("keys", [{"password_env": None}, {"password_file": "f"}])
def test_one_password(keys: dict[str, Any]) -> None:
    """Exactly one reference to a password is needed."""
    with pytest.raises(ValidationError, match="exactly one of password_file and password_env"):
        site(**keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"password": "x"},
        {"username": ""},
        {"username": "a\nb"},
        {"login": "kerberos"},
        {"include": []},
        {"include": ["everything"]},
        {"identity_hosts": ["https://idp.example"]},
        {"allow_local": "yes"},
        {"refresh": "0s"},
    ],
)
def test_wrong_values(keys: dict[str, Any]) -> None:
    """Values that cannot be meant are refused."""
    with pytest.raises(ValidationError):
        site(**keys)


def test_password_reference() -> None:
    """The password is a reference."""
    assert site().password == SecretReference(env="VMS")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, []),
        ({"include": ["child_sites"]}, ["a basic user does not reach child sites"]),
        ({"include": ["child_sites"], "login": "windows"}, ["until their hosts are in identity_hosts"]),
        ({"include": ["child_sites"], "login": "windows", "identity_hosts": ["b"]}, []),
    ],
)
def test_warnings(keys: dict[str, Any], said: list[str]) -> None:
    """Child sites that will not be reached are warned of."""
    warnings = site(**keys).warnings()
    assert len(warnings) == len(said)
    assert all(part in warning for part, warning in zip(said, warnings, strict=True))


def test_where_a_login_may_go() -> None:
    """A login may go to the site's own host and to identity hosts, to no other."""
    one = site(identity_hosts=["IDP.example"])
    hosts = ("vms01.example", "idp.example", "evil.example", "vms01.example.evil")
    assert [one.may_log_in_at(name) for name in hosts] == [True, True, False, False]


def test_host_is_expanded() -> None:
    """Each port of a role is an endpoint."""
    found = host().found(Presets.built_in())
    assert [one.address for one in found] == ["rec01.example:7563", "rec01.example:9001"]
    assert {dict(one.labels)["component"] for one in found} == {"recording_server"}


def test_every_role() -> None:
    """Every role that is known can be written."""
    roles = Presets.built_in().roles
    assert host(roles=roles).roles == roles


def test_unknown_role() -> None:
    """An unknown role is refused with all that are allowed."""
    with pytest.raises(ValidationError, match=r"unknown role recorder; allowed: .*recording_server"):
        host(roles=["recorder"])


def test_own_role() -> None:
    """A role that the user's configuration adds is known when its reader says so."""
    mine = Presets.built_in().extend({"roles": {"mine": {"ports": {"web": {"port": 4711}}}}})
    keys = {"kind": "xprotect_host", "host": "h.example", "roles": ["mine"]}
    one = XProtectHostSettings.model_validate(keys, context={"folder": "", "presets": mine})
    assert [found.address for found in one.found(mine)] == ["h.example:4711"]


def test_host_notes() -> None:
    """Ports of a role that are not watched are named."""
    assert any(
        "not watched by default" in note for note in host(roles=["event_server"]).notes(Presets.built_in())
    )


def test_host_id() -> None:
    """The id is the host in its one form."""
    assert host(host="REC01.Example.").id == "xprotect_host:rec01.example"
