"""Which addresses in certificates may be requested."""

import pytest

from monitor.http.policy import EVERYWHERE, UrlPolicy, UrlRefusedError, read_url

PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b:1::a00:1",
    "fec0::1",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    """Nothing is asked that is not plainly a public address, however it is written into IPv6."""
    with pytest.raises(UrlRefusedError):
        UrlPolicy().check(address, 80)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808"])
@pytest.mark.parametrize("port", [80, 443])
def test_public_addresses(address: str, port: int) -> None:
    """Public addresses are asked at the two usual ports."""
    UrlPolicy().check(address, port)


@pytest.mark.parametrize("port", [22, 25, 8080, 6379])
def test_other_ports(port: int) -> None:
    """At a public address no other port is asked."""
    with pytest.raises(UrlRefusedError, match=r"^address_port$"):
        UrlPolicy().check("8.8.8.8", port)


def test_a_refusal_names_the_key() -> None:
    """For a CA in a closed network the error says what to configure."""
    with pytest.raises(UrlRefusedError, match=r"^address_private$"):
        UrlPolicy().check("10.1.2.3", 80)


@pytest.mark.parametrize(
    ("address", "port"), [("10.1.2.3", 8080), ("::ffff:10.1.2.3", 80), ("fd00::5", 443), ("8.8.8.8", 8080)]
)
def test_listed_networks(address: str, port: int) -> None:
    """What is listed is asked at any port."""
    UrlPolicy.of(("10.1.2.0/24", "fd00::/64", "8.8.8.8")).check(address, port)


def test_beside_a_listed_network() -> None:
    """A listed network allows nothing beside it."""
    with pytest.raises(UrlRefusedError):
        UrlPolicy.of(("10.1.2.0/24",)).check("10.1.3.1", 80)


def test_everywhere() -> None:
    """An address that the configuration itself names may lie anywhere."""
    EVERYWHERE.check("127.0.0.1", 9000)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ldap:///CN=CA,DC=vms",
        "ftp://ca.example/x.crl",
        "gopher://127.0.0.1:6379/_x",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http://user:pass@ca.example/",
        "http://user@ca.example/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://[::1/",
        "http://ca.example:99999/",
        "http://ca.example/\r\nX: y",
        "http://ca.example/\x00",
        "http://cä.example/",
        "http://ca.example/" + "a" * 2048,
        "",
        "ca.example/ca.crl",
    ],
)
def test_urls_that_are_never_asked(url: str) -> None:
    """Only plain http and https URLs are asked, without a login and with an address in its usual form."""
    with pytest.raises(UrlRefusedError):
        read_url(url)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("http://ca.example/ca.crl", "http://ca.example/ca.crl"),
        ("HTTP://CA.example:80/ca.crl#x", "http://ca.example/ca.crl"),
        ("https://[2606:2800::1]:8443/a?b=c", "https://[2606:2800::1]:8443/a?b=c"),
        ("http://10.0.0.1/CertEnroll/My%20CA(1).crl", "http://10.0.0.1/CertEnroll/My%20CA(1).crl"),
        ("http://ca/CertEnroll/My CA.crl", "http://ca/CertEnroll/My%20CA.crl"),
    ],
)
def test_urls_that_are_asked(url: str, read: str) -> None:
    """What CAs write is read, with the odd space that Windows leaves in it."""
    assert str(read_url(url)) == read


def test_networks_that_are_none() -> None:
    """A text that is no network is refused."""
    with pytest.raises(ValueError, match="x"):
        UrlPolicy.of(("x",))
