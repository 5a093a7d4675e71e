"""The list of what may be probed: which patterns there are, and what each of them lets through."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.network.allow import Allowed, parse_pattern

# patterns, host, port, the address its name leads to, whether that is allowed
CASES = [
    ("a name", ["rec.vms.example:443"], "rec.vms.example", 443, "192.0.2.1", True),
    ("a name in capitals", ["REC.vms.example.:443"], "rec.vms.example", 443, "192.0.2.1", True),
    ("another name", ["rec.vms.example:443"], "log.vms.example", 443, "192.0.2.1", False),
    ("another port", ["rec.vms.example:443"], "rec.vms.example", 444, "192.0.2.1", False),
    ("every port", ["rec.vms.example:*"], "rec.vms.example", 7563, "192.0.2.1", True),
    ("the first of a range", ["rec.vms.example:80-90"], "rec.vms.example", 80, "192.0.2.1", True),
    ("the last of a range", ["rec.vms.example:80-90"], "rec.vms.example", 90, "192.0.2.1", True),
    ("past a range", ["rec.vms.example:80-90"], "rec.vms.example", 91, "192.0.2.1", False),
    ("below a suffix", ["*.vms.example:*"], "rec.vms.example", 443, "192.0.2.1", True),
    ("two below a suffix", ["*.vms.example:*"], "a.b.vms.example", 443, "192.0.2.1", True),
    ("the suffix itself", ["*.vms.example:*"], "vms.example", 443, "192.0.2.1", False),
    ("the end of another name", ["*.vms.example:*"], "evilvms.example", 443, "192.0.2.1", False),
    ("the suffix inside a name", ["*.vms.example:*"], "vms.example.evil.example", 443, "192.0.2.1", False),
    ("an international name", ["*.müller.example:*"], "a.xn--mller-kva.example", 443, "1.1.1.1", True),
    ("every name", ["*:443"], "rec.vms.example", 443, "192.0.2.1", True),
    ("every address", ["*:443"], "192.0.2.1", 443, "192.0.2.1", True),
    ("every host, another port", ["*:443"], "rec.vms.example", 22, "192.0.2.1", False),
    ("an address", ["10.1.0.5:443"], "10.1.0.5", 443, "10.1.0.5", True),
    ("an address, another port", ["10.1.0.5:443"], "10.1.0.5", 22, "10.1.0.5", False),
    ("another address", ["10.1.0.5:443"], "10.1.0.6", 443, "10.1.0.6", False),
    ("in a network", ["10.1.0.0/16:443"], "10.1.255.255", 443, "10.1.255.255", True),
    ("past a network", ["10.1.0.0/16:443"], "10.2.0.0", 443, "10.2.0.0", False),
    ("in a network, another port", ["10.1.0.0/16:443"], "10.1.0.1", 22, "10.1.0.1", False),
    ("a name into a network", ["10.1.0.0/16:443"], "rec.vms.example", 443, "10.1.0.1", True),
    ("a name past a network", ["10.1.0.0/16:443"], "rec.vms.example", 443, "127.0.0.1", False),
    ("IPv6", ["[2001:db8::1]:443"], "2001:db8::1", 443, "2001:db8::1", True),
    ("IPv6 of a network", ["[2001:db8::/32]:443"], "2001:db8:ffff::1", 443, "2001:db8:ffff::1", True),
    ("IPv6 past a network", ["[2001:db8::/32]:443"], "2001:db9::1", 443, "2001:db9::1", False),
    ("IPv6 in an IPv4 network", ["0.0.0.0/0:*"], "2001:db8::1", 443, "2001:db8::1", False),
    ("IPv4 in an IPv6 network", ["[::/0]:*"], "10.0.0.1", 443, "10.0.0.1", False),
    ("IPv4 written as IPv6", ["10.0.0.0/8:*"], "::ffff:10.0.0.1", 443, "::ffff:10.0.0.1", True),
    ("loopback written as IPv6", ["[::/0]:*"], "::ffff:7f00:1", 443, "::ffff:7f00:1", False),
    ("IPv6 with a zone", ["[fe80::/10]:*"], "fe80::1%eth0", 443, "fe80::1%eth0", True),
    (
        "a listed name in a listed network",
        ["*.a.example:*", "10.0.0.0/8:443"],
        "r.a.example",
        25,
        "10.0.0.1",
        True,
    ),
    ("a listed name outside it", ["*.a.example:*", "10.0.0.0/8:443"], "r.a.example", 25, "127.0.0.1", False),
    (
        "a listed name beside an address",
        ["*.a.example:*", "10.0.0.1:443"],
        "r.a.example",
        25,
        "192.0.2.9",
        True,
    ),
    ("every host within a network", ["*:*", "10.0.0.0/8:443"], "127.0.0.1", 25, "127.0.0.1", False),
    ("an empty list", [], "rec.vms.example", 443, "192.0.2.1", False),
]


@pytest.mark.parametrize(
    ("patterns", "host", "port", "address", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_permits(patterns: list[str], host: str, port: int, address: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Each list lets exactly this through."""
    allowed = Allowed(patterns)
    assert (allowed.may_permit(host, port) and allowed.permits(host, port, address)) is expected


@pytest.mark.parametrize(
    ("patterns", "host", "expected"),
    [
        (["*.vms.example:443"], "evil.example", False),
        (["*.vms.example:443"], "rec.vms.example", True),
        (["*.vms.example:443"], "10.0.0.1", False),
        (["10.0.0.0/8:443"], "any.example", True),
        (["10.0.0.0/8:22"], "any.example", False),
        (["10.0.0.0/8:443"], "192.0.2.1", False),
        (["[2001:db8::/32]:443"], "2001:db8::5", True),
        (["[2001:db8::/32]:443"], "2001:db9::5", False),
    ],
)
def test_may_lead(patterns: list[str], host: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """No name is looked up that cannot be allowed whatever its address is."""
    assert Allowed(patterns).may_permit(host, 443) is expected


@pytest.mark.parametrize(
    ("patterns", "host", "expected"),
    [
        (["*.vms.example:443"], "rec.vms.example", True),
        (["10.0.0.0/8:443"], "any.example", False),
        (["*.vms.example:443", "10.0.0.0/8:443"], "rec.vms.example", True),
        (["10.0.0.0/8:443"], "10.0.0.1", True),
        (["10.0.0.0/8:443"], "192.0.2.1", False),
    ],
)
def test_unseen_address(patterns: list[str], host: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """A name whose address we never see is allowed by its name only."""
    assert Allowed(patterns).may_permit(host, 443, resolved_by_proxy=True) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":443",
        "rec.vms.example",
        "rec.vms.example:",
        "rec.vms.example:0",
        "rec.vms.example:65536",
        "rec.vms.example:90-80",
        "rec.vms.example:1-",
        "rec.vms.example:٤٤٣",
        "rec*.vms.example:443",
        "*.*.example:443",
        "**:443",
        "*.:443",
        "10.1.0.5/16:443",
        "10.1.0.0/33:443",
        "10.1.0:443",
        "[10.1.0.0/16]:443",
        "2001:db8::1:443",
        "2001:db8::/32:443",
        "[2001:db8::1/32]:443",
        "[rec.vms.example]:443",
        "https://rec.vms.example:443",
        "a b:443",
        "a\r\nb:443",
    ],
)
def test_no_pattern(text: str) -> None:
    """What is no pattern is refused."""
    with pytest.raises(ValueError, match=r"\w"):
        parse_pattern(text)


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    """Any text is a pattern that says so, or refused with a ``ValueError``."""
    try:
        ports = parse_pattern(text).ports
    except ValueError:
        return
    assert len(ports) >= 1


@given(st.ip_addresses(), st.integers(1, 65535))
def test_single_address_is_itself(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> None:
    """The pattern of one address lets that address through, and no other port of it.

    An IPv4 address written into IPv6 is refused: no address is ever compared in that form.
    """
    text = f"[{address}]" if address.version == 6 else str(address)
    if address.version == 6 and address.ipv4_mapped is not None:
        with pytest.raises(ValueError, match="it contains IPv4 addresses"):
            parse_pattern(f"{text}:{port}")
        return
    allowed = Allowed([f"{text}:{port}"])
    assert (
        allowed.permits(str(address), port, str(address)),
        allowed.permits(str(address), port ^ 1, str(address)),
    ) == (True, False)
