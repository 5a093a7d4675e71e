"""What each part of the program makes of the hosts, ports and addresses that people and machines write."""

# ruff: noqa: RUF001 - letters that only look like ASCII are among the odd spellings
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter

from monitor.addresses import HostPort, is_loopback, listen_address, read_host
from monitor.assess.correlate.store_vs_endpoint.machine_names import comparable
from monitor.discovery.dns import DnsSettings
from monitor.discovery.location import read_location
from monitor.discovery.mx import MxSettings
from monitor.discovery.xprotect.address import origin
from monitor.http.policy import UrlPolicy, UrlRefusedError
from monitor.network.allow import Allowed, parse_pattern
from monitor.settings import Host
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.xprotect.hosts import host as announced_host
from monitor.xprotect.hosts import url as announced_url

NONE = "refused"


def outcome(read: Callable[[str], Any], text: str) -> Any:
    """Return what a reader makes of a text, ``NONE`` for what it refuses."""
    try:
        return read(text) or NONE
    except ValueError:
        return NONE


HOSTS: dict[str, Callable[[str], Any]] = {
    "target": read_host,
    "announced": announced_host,
    "mx": lambda text: MxSettings(kind="mx", domain=text).domain,
    "dns": lambda text: DnsSettings(kind="dns", name=f"{text}:443").host,
    "mail": TypeAdapter(Host).validate_python,
}

# What is written, what it means for a target, and which readers differ.
HOST_TABLE: list[tuple[str, str, dict[str, str]]] = [
    ("vms01", "vms01", {}),
    ("VMS01.Example", "vms01.example", {}),
    ("vms01.example.", "vms01.example", {}),
    ("vms01.example..", NONE, {}),
    (".", NONE, {}),
    ("", NONE, {}),
    (" ", NONE, {}),
    (" vms01 ", NONE, {"announced": "vms01", "mx": "vms01"}),
    ("vms 01", NONE, {}),
    ("vms\t01", NONE, {}),
    ("vms01\n", NONE, {"announced": "vms01", "mx": "vms01"}),
    ("a..b", NONE, {}),
    ("-a", NONE, {}),
    ("a-", NONE, {}),
    ("a_b", "a_b", {}),
    ("münchen.example", "xn--mnchen-3ya.example", {}),
    ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example", {}),
    ("straße.example", "strasse.example", {}),
    ("vms。example", "vms.example", {}),
    ("ＶＭＳ01", "vms01", {}),
    ("a" * 63, "a" * 63, {}),
    ("a" * 64, NONE, {}),
    ("localhost", "localhost", {}),
    ("10.0.0.1", "10.0.0.1", {"mx": NONE, "dns": NONE}),
    ("10.0.0.1.", "10.0.0.1", {"mx": NONE, "dns": NONE}),
    ("１０.0.0.1", "10.0.0.1", {"mx": NONE, "dns": NONE}),
    ("010.0.0.1", NONE, {}),
    ("10.1", NONE, {}),
    ("0x7f.1", NONE, {}),
    ("0x7f000001", NONE, {}),
    ("127.0.0.0x1", NONE, {}),
    ("2130706433", NONE, {}),
    ("256.1.1.1", NONE, {}),
    ("1.2.3.4.5", NONE, {}),
    ("::1", "::1", {"mx": NONE, "dns": NONE}),
    ("2001:DB8:0:0::1", "2001:db8::1", {"mx": NONE, "dns": NONE}),
    ("[::1]", "::1", {"mx": NONE, "dns": NONE}),
    ("[::1", NONE, {}),
    ("[[::1]]", NONE, {}),
    ("[10.0.0.1]", NONE, {}),
    ("[vms01]", NONE, {}),
    ("::ffff:10.0.0.1", "10.0.0.1", {"mx": NONE, "dns": NONE}),
    ("64:ff9b::a00:1", "64:ff9b::a00:1", {"mx": NONE, "dns": NONE}),
    ("fe80::1%eth0", "fe80::1%eth0", {"announced": NONE, "mx": NONE, "dns": NONE}),
    ("fe80::1%", NONE, {}),
    ("fe80::1%a b", NONE, {}),
    ("a/b", NONE, {}),
    ("user@vms01", NONE, {}),
    ("*.example", NONE, {}),
]


@pytest.mark.parametrize(("text", "meant", "others"), HOST_TABLE)
def test_hosts(text: str, meant: str, others: dict[str, str]) -> None:
    """A host means the same wherever it is written, but for the differences that the table lists."""
    expected = {name: others.get(name, meant) for name in HOSTS}
    assert {name: outcome(read, text) for name, read in HOSTS.items()} == expected


def from_origin(text: str) -> str:
    """Return what the address of a management server means."""
    found = origin(text)
    return f"{found.host} {found.port}"


def from_list(text: str) -> str:
    """Return what an entry of a list of targets means."""
    where, _ = read_location(text)
    return f"{where.host} {where.port}"


def from_announced(text: str) -> str:
    """Return what an address means that a site announces."""
    found = announced_url(text)
    return f"{found.host} {found.usual_port}" if found else ""


def from_proxy(text: str) -> str:
    """Return what the address of a proxy means."""
    way = EndpointSettings(address="a", proxy=f"http://{text}").connect_options
    return f"{way.proxy.host} {way.proxy.port}" if way.proxy else ""


def from_pattern(text: str) -> str:
    """Return what an entry of a list of allowed addresses means."""
    found = parse_pattern(text)
    network = str(found.network).removesuffix("/32").removesuffix("/128") if found.network else ""
    return f"{network or found.name or found.suffix} {found.ports[0]}"


def from_dns(text: str) -> str:
    """Return what the entry of a DNS name means."""
    settings = DnsSettings(kind="dns", name=text)
    return f"{settings.host} {settings.port}"


PORTS: dict[str, Callable[[str], Any]] = {
    "target": lambda text: "{} {}".format(*HostPort.parse(text)),
    "list": from_list,
    "origin": from_origin,
    "announced": from_announced,
    "proxy": from_proxy,
    "pattern": from_pattern,
    "dns": from_dns,
    "listen": lambda text: "{} {}".format(*listen_address(text)),
}
NEEDS_PORT = {"proxy": NONE, "pattern": NONE, "dns": NONE, "listen": NONE}
URLS = ("list", "origin", "announced")

PORT_TABLE: list[tuple[str, str, dict[str, str]]] = [
    ("vms01", "vms01 443", NEEDS_PORT),
    ("VMS01:443", "vms01 443", {}),
    ("vms01.example.:443", "vms01.example 443", {}),
    ("münchen.example:443", "xn--mnchen-3ya.example 443", {}),
    ("vms01:", NONE, {}),
    (":443", NONE, {}),
    ("", NONE, {}),
    ("vms01:0", NONE, {"listen": "vms01 0"}),
    ("vms01:65535", "vms01 65535", {}),
    ("vms01:65536", NONE, {}),
    ("vms01:00443", "vms01 443", {}),
    ("vms01:000443", NONE, {}),
    ("vms01: 443", NONE, {}),
    (" vms01:443", NONE, {"announced": "vms01 443", "dns": "vms01 443"}),
    ("vms01 :443", NONE, {}),
    ("vms01:443 ", NONE, {"announced": "vms01 443", "proxy": "vms01 443", "dns": "vms01 443"}),
    ("vms01:+443", NONE, {}),
    ("vms01:４４３", NONE, {}),
    ("vms01:443:1", NONE, {}),
    ("[::1]:443", "::1 443", {"dns": NONE}),
    ("[::1]", "::1 443", NEEDS_PORT),
    ("[::1", NONE, {}),
    ("[::1]443", NONE, {}),
    ("[::1]:", NONE, {}),
    ("[::1]]:443", NONE, {}),
    ("::1", NONE, {}),
    ("::1:443", NONE, {}),
    ("[vms01]:443", NONE, {}),
    ("[10.0.0.1]:443", NONE, {}),
    ("[::ffff:10.0.0.1]:443", "10.0.0.1 443", {"pattern": NONE, "dns": NONE}),
    ("[fe80::1%eth0]:443", "fe80::1%eth0 443", {"announced": NONE, "pattern": NONE, "dns": NONE}),
    ("10.0.0.1:443", "10.0.0.1 443", {"dns": NONE}),
    ("010.0.0.1:443", NONE, {}),
    ("0x7f000001:443", NONE, {}),
    ("2130706433:443", NONE, {}),
    ("*:443", NONE, {"pattern": "* 443"}),
    ("user@vms01:443", NONE, {"announced": "vms01 443"}),
    ("vms01\n:443", NONE, {}),
    ("vms01:443/", NONE, {"origin": "vms01 443", "announced": "vms01 443", "proxy": "vms01 443"}),
    ("vms01:443/x", NONE, {"announced": "vms01 443"}),
    ("HTTPS://VMS01:8443", NONE, {"list": "vms01 8443", "origin": "vms01 8443", "announced": "vms01 8443"}),
    ("https://user@vms01", NONE, {"announced": "vms01 443"}),
]


@pytest.mark.parametrize(("text", "meant", "others"), PORT_TABLE)
def test_ports(text: str, meant: str, others: dict[str, str]) -> None:
    """A host and a port mean the same wherever they are written, but for the listed differences."""
    expected = {name: others.get(name, meant) for name in PORTS}
    assert {name: outcome(read, text) for name, read in PORTS.items()} == expected


COMPARED = [
    ("VMS01.Example.", "vms01.example"),
    (" vms01 ", "vms01"),
    ("vms01.example..", "vms01.example"),
    ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
    ("[2001:DB8:0::1]", "2001:db8::1"),
    ("fe80::1%eth0", "fe80::1"),
    ("::ffff:10.0.0.1", "10.0.0.1"),
    ("１０.0.0.1", "10.0.0.1"),
    ("010.0.0.1", "010.0.0.1"),
    ("LOCALHOST", "localhost"),
    ("127.0.0.1", "localhost"),
    ("::1", "localhost"),
    ("::ffff:127.0.0.1", "localhost"),
    ("127.0.0.2", "127.0.0.2"),
    ("VMS 01$", "vms 01$"),
    ("2019", "2019"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "compared"), COMPARED)
def test_names_of_machines(text: str, compared: str) -> None:
    """Two names are one machine's where this form of them is the same; nothing is refused."""
    assert comparable(text) == compared


def allowed(text: str) -> bool:
    """Return whether a list with networks of both versions permits an address."""
    networks = ("10.0.0.1/32:443", "127.0.0.0/8:443", "[::1/128]:443", "[fe80::/10]:443")
    return Allowed(networks).permits("a", 443, text)


def reached(text: str) -> bool:
    """Return whether an address may be asked that private addresses list."""
    try:
        UrlPolicy.of(("10.0.0.1/32", "127.0.0.0/8", "::1/128", "fe80::/10")).check(text, 443)
    except UrlRefusedError:
        return False
    return True


# The address; whether the list of allowed addresses, the private addresses of issuers, and loopback hold it.
ASKED = [
    ("10.0.0.1", True, True, False),
    ("10.0.0.2", False, False, False),
    ("::ffff:10.0.0.1", True, True, False),
    ("::FFFF:A00:1", True, True, False),
    ("64:ff9b::a00:1", False, True, False),
    ("2002:a00:1::", False, True, False),
    ("::a00:1", False, False, False),
    ("10.0.0.1.", False, False, False),
    ("010.0.0.1", False, False, False),
    ("10.1", False, False, False),
    ("0xa000001", False, False, False),
    ("167772161", False, False, False),
    ("[::1]", False, False, False),
    ("::1", True, True, True),
    ("127.0.0.1", True, True, True),
    ("::ffff:127.0.0.1", True, True, True),
    ("fe80::1%eth0", True, True, False),
    ("::1%eth0", True, True, True),
    ("localhost", False, False, False),
    ("", False, False, False),
]


@pytest.mark.parametrize(("text", "allow", "reach", "loopback"), ASKED)
def test_addresses_that_may_be_asked(text: str, allow: bool, reach: bool, loopback: bool) -> None:  # noqa: FBT001
    """An address is let through only as the address that the system would connect to."""
    assert (allowed(text), reached(text), is_loopback(text)) == (allow, reach, loopback)


MATCHED = [
    ("10.0.0.0/8:443", True),
    ("[2001:db8::/32]:443", True),
    ("[::ffff:10.0.0.0/104]:443", False),
    ("[fe80::1%eth0]:443", False),
    ("010.0.0.0/8:443", False),
    ("10.0.0.1/8:443", False),
    ("10.0.0.0/255.0.0.0:443", True),
    ("10.0.0.0/0.255.255.255:443", True),
    ("10:443", False),
]


@pytest.mark.parametrize(("text", "taken"), MATCHED)
def test_networks_in_lists(text: str, taken: bool) -> None:  # noqa: FBT001
    """A network in a list is one that can hold an address."""
    assert (outcome(parse_pattern, text) != NONE) is taken
