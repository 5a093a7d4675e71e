"""Tests of the one form of hosts, ports and IP addresses, and of what is none."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.addresses import (
    HostPort,
    embedded_ip,
    is_ip,
    is_loopback,
    is_loopback_host,
    join_host_port,
    machine_name,
    read_host,
    read_ip,
    read_network,
    read_port,
    read_url,
    split_host_port,
)

ADDRESSES = {
    "recorder01.vms.example:7563": ("recorder01.vms.example", 7563),
    "Recorder01.VMS.example.:7563": ("recorder01.vms.example", 7563),
    "recorder01": ("recorder01", 443),
    "10.0.0.5": ("10.0.0.5", 443),
    "10.0.0.5:1": ("10.0.0.5", 1),
    "[2001:DB8:0::1]:65535": ("2001:db8::1", 65535),
    "[::1]": ("::1", 443),
    "[fe80::1%eth0]:443": ("fe80::1%eth0", 443),
    "bücher.example:443": ("xn--bcher-kva.example", 443),
    "_sip.example:5061": ("_sip.example", 5061),
    "xn--bcher-kva.example": ("xn--bcher-kva.example", 443),
    "3com.example:443": ("3com.example", 443),
}


@pytest.mark.parametrize(("text", "expected"), ADDRESSES.items())
def test_address(text: str, expected: tuple[str, int]) -> None:
    """Every way to write an address comes back in one form."""
    assert HostPort.parse(text) == expected


BRACKETS = "an IPv6 address is written in brackets: [2001:db8::1]:443"
A_HOST = "a host is a DNS name or an IP address"
A_PORT = "the port must be a number from 1 to 65535"
A_URL = "must be host:port, without https:// and without a path"
A_PATH = "must be host:port, without a path"
WRONG = {
    "::1": BRACKETS,
    "2001:db8::1:443": BRACKETS,
    "[::1": BRACKETS,
    "[::1]443": BRACKETS,
    "[10.0.0.5]:443": "10.0.0.5 is not an IPv6 address",
    "[fe80::1%a b]:443": "fe80::1%a b is not an IPv6 address",
    "[]:443": " is not an IPv6 address",
    "https://recorder.example": A_URL,
    "recorder.example:443/login": A_PATH,
    "recorder.example:": A_PORT,
    "recorder.example:0": A_PORT,
    "recorder.example:65536": A_PORT,
    "recorder.example:99999999999999999999": A_PORT,
    "recorder.example:+443": A_PORT,
    "recorder.example:\uff14\uff14\uff13": A_PORT,
    "recorder.example:https": A_PORT,
    "": A_HOST,
    ":443": A_HOST,
    ".:443": A_HOST,
    "a..example": A_HOST,
    "two words:443": A_HOST,
    "user@recorder.example": A_HOST,
    "-a.example": A_HOST,
    "a-.example": A_HOST,
    "*.example": A_HOST,
    "a" * 64 + ".example": A_HOST,
    ".".join(["a" * 60] * 5): A_HOST,
    "a.example\n": A_HOST,
    "10.0.0.256": "10.0.0.256 is not an IPv4 address (four numbers from 0 to 255)",
    "10.1": "10.1 is not an IPv4 address (four numbers from 0 to 255)",
    "127.1:443": "127.1 is not an IPv4 address (four numbers from 0 to 255)",
    "010.0.0.1": "010.0.0.1 is not an IPv4 address (four numbers from 0 to 255)",
    "0x7f000001": "0x7f000001 is not an IPv4 address (four numbers from 0 to 255)",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_wrong_address(text: str, said: str) -> None:
    """What is no address is refused with a sentence that says what is allowed."""
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        HostPort.parse(text)


def test_host_may_have_brackets() -> None:
    """A server name may be an IPv6 address with or without brackets."""
    assert (read_host("[::0001]"), read_host("::0001")) == ("::1", "::1")


LABELS = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,20}[A-Za-z0-9_])?", fullmatch=True)
TOP = st.from_regex(r"[A-Za-z_]([A-Za-z0-9_-]{0,20}[A-Za-z0-9_])?", fullmatch=True).filter(
    lambda label: not label.lower().startswith("0x")
)
NAMES = st.tuples(st.lists(LABELS, max_size=3), TOP).map(lambda parts: ".".join((*parts[0], parts[1])))
IPS = st.ip_addresses()
HOSTS = NAMES | IPS.map(str)
PORTS = st.integers(1, 65535)


@given(HOSTS, PORTS)
def test_written_and_read_again(host: str, port: int) -> None:
    """What is written for a host and a port is read as the same host and port."""
    found = HostPort(read_host(host), port)
    assert HostPort.parse(str(found)) == found


@given(HOSTS, PORTS)
def test_split_what_was_joined(host: str, port: int) -> None:
    """Splitting gives back what was joined, an IPv6 address in its brackets."""
    name, number = split_host_port(join_host_port(host, port))
    assert (name.strip("[]"), number) == (host, str(port))


@given(st.text() | HOSTS)
def test_the_one_form_stays(text: str) -> None:
    """What is read once is in its one form: reading it again changes nothing."""
    try:
        host = read_host(text)
    except ValueError:
        return
    assert read_host(host) == host


@given(HOSTS, st.sampled_from(["{}", "{}.", " {} "]))
def test_spellings_of_one_machine(host: str, form: str) -> None:
    """Capitals, a last dot and spaces do not make another machine."""
    assert machine_name(form.format(host.upper())) == machine_name(host)


@given(st.text())
def test_names_of_machines_are_never_refused(text: str) -> None:
    """Whatever a machine calls itself can be compared; a host that can be read is compared as it is read."""
    compared = machine_name(text)
    try:
        assert compared == read_host(text.strip().removesuffix(".")).partition("%")[0]
    except ValueError:
        assert compared == compared.lower()


@given(IPS)
def test_an_address_is_a_host(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """An address is the same one as a host and as an address."""
    host = read_host(str(address))
    assert is_ip(host)
    assert str(read_ip(str(address))) == host


@given(NAMES)
def test_a_name_is_no_address(name: str) -> None:
    """A name is never taken for an address."""
    host = read_host(name)
    assert not is_ip(host)
    assert read_ip(host) is None


@given(st.text() | st.from_regex(r"[0-9.xa-f:]{1,12}", fullmatch=True))
def test_a_host_is_what_resolvers_take_it_for(text: str) -> None:
    """No host but an address in its usual form ends in a number, which resolvers would read as an address."""
    try:
        host = read_host(text)
    except ValueError:
        return
    last = host.rpartition(".")[2]
    assert read_ip(host) is not None or not re.fullmatch(r"[0-9]+|0[xX][0-9a-fA-F]*", last)


@given(st.ip_addresses(v=4), PORTS)
def test_mapped(address: ipaddress.IPv4Address, port: int) -> None:
    """An IPv4 address written into IPv6 is that IPv4 address, as a host and as an address."""
    text = f"::ffff:{address}"
    assert str(HostPort.parse(f"[{text}]:{port}")) == f"{address}:{port}"
    assert (read_ip(text), machine_name(text)) == (address, str(address))


EMBEDDED = {
    "10.0.0.1": "10.0.0.1",
    "2001:db8::1": "2001:db8::1",
    "64:ff9b::a00:1": "10.0.0.1",
    "2002:a00:1::": "10.0.0.1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe": "10.0.0.1",
}


@pytest.mark.parametrize(("text", "leads_to"), EMBEDDED.items())
def test_embedded(text: str, leads_to: str) -> None:
    """NAT64, 6to4 and Teredo lead to the IPv4 address that is written into them."""
    address = read_ip(text)
    assert address is not None
    assert str(embedded_ip(address)) == leads_to


@pytest.mark.parametrize(
    "text", ["u:hunter2@relay", "u:hunter2@relay:25", "hunter2@10.1", "[u:hunter2@relay]"]
)
def test_sentences_repeat_no_login(text: str) -> None:
    """What somebody wrote with a password is refused without repeating it."""
    with pytest.raises(ValueError, match=r"^(?!.*hunter2)"):
        HostPort.parse(text)
    with pytest.raises(ValueError, match=r"^(?!.*hunter2)"):
        read_host(text)


def test_zones() -> None:
    """A zone stays with a host, which is connected to, and counts for nothing else."""
    text = "fe80::1%eth0"
    assert (read_host(text), machine_name(text), str(read_ip(text))) == (text, "fe80::1", "fe80::1")


def test_networks() -> None:
    """A network is read in its usual form, one address too."""
    assert [str(read_network(text)) for text in ("10.1.0.0/16", "10.1.0.0", "2001:db8::/32")] == [
        "10.1.0.0/16",
        "10.1.0.0/32",
        "2001:db8::/32",
    ]


WRONG_NETWORKS = {
    "10.1.0.1/16": "has host bits set",
    "010.0.0.0/8": "does not appear to be",
    "fe80::1%eth0": "a network has no zone",
    "::ffff:10.0.0.0/104": "it contains IPv4 addresses; write 10.0.0.0/8",
    "vms01": "does not appear to be",
}


@pytest.mark.parametrize(("text", "said"), WRONG_NETWORKS.items())
def test_wrong_networks(text: str, said: str) -> None:
    """A network that holds no address, or another than it seems to, is refused."""
    with pytest.raises(ValueError, match=said):
        read_network(text)


def test_ports() -> None:
    """Port 0 is one only where the system may choose."""
    assert (read_port("0", lowest=0), read_port("00443"), read_port("65535")) == (0, 443, 65535)
    with pytest.raises(ValueError, match="from 1 to 65535"):
        read_port("0")


LOOPBACK = {
    "127.0.0.1": True,
    "127.8.9.1": True,
    "::1": True,
    "::1%lo": True,
    "::ffff:127.0.0.1": True,
    "10.0.0.1": False,
    "localhost.example": False,
    "127.1": False,
    "": False,
}


@pytest.mark.parametrize(("address", "expected"), [*LOOPBACK.items(), ("localhost", False)])
def test_is_loopback(address: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Only addresses are judged, never names."""
    assert is_loopback(address) is expected


@pytest.mark.parametrize(("host", "expected"), [*LOOPBACK.items(), ("localhost", True)])
def test_loopback_hosts(host: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Of the names only localhost is this machine."""
    assert is_loopback_host(host) is expected


URLS = {
    "https://VMS01.example": ("https", "vms01.example", None, False),
    "HTTPS://vms01.example./a?b#c": ("https", "vms01.example", None, False),
    "http://[2001:DB8:0::1]:0443/": ("http", "2001:db8::1", 443, False),
    "https://bücher.example:8443": ("https", "xn--bcher-kva.example", 8443, False),
    "https://user@vms01:1": ("https", "vms01", 1, True),
    "https://@vms01": ("https", "vms01", None, True),
    "https://a:b@c@vms01": ("https", "vms01", None, True),
}


@pytest.mark.parametrize(("text", "expected"), URLS.items())
def test_urls(text: str, expected: tuple[str, str, int | None, bool]) -> None:
    """The host is as it is everywhere; whether a login or a path is allowed is the caller's decision."""
    url = read_url(text, ("http", "https"), "no")
    assert (url.parts.scheme, url.host, url.port, url.has_login) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no such URL"),
        ("vms01", "no such URL"),
        ("vms01:443", "no such URL"),
        ("ftp://vms01", "no such URL"),
        ("https:///x", "no such URL"),
        ("https://u:p@", "no such URL"),
        ("https://[::1", "no such URL"),
        ("https://vms01\n", "no such URL"),
        ("https://vm\ts01", "no such URL"),
        ("https://vms 01", "a host is a DNS name or an IP address"),
        ("https://10.1", "10.1 is not an IPv4 address (four numbers from 0 to 255)"),
        ("https://vms01:", "the port must be a number from 1 to 65535"),
        ("https://user:secret@vms01:x", "the port must be a number from 1 to 65535"),
    ],
)
def test_what_is_no_url(text: str, said: str) -> None:
    """Each mistake has its sentence, and none repeats a login."""
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        read_url(text, ("http", "https"), "no such URL")
