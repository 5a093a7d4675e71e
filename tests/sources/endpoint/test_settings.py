"""Tests of what may be written for an endpoint, and of the target that comes of it."""

import re

import pytest
from pydantic import ValidationError

from monitor.addresses import read_address, read_host
from monitor.model import Policy
from monitor.sources.endpoint import EndpointSettings
from monitor.sources.endpoint.way import Endpoint

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
    assert read_address(text) == expected


BRACKETS = "an IPv6 address is written in brackets: [2001:db8::1]:443"
A_HOST = "a host is a DNS name or an IP address"
A_PORT = "a port is a number from 1 to 65535"
A_URL = "an address is written as host:port, without https:// and without a path"
A_PATH = "an address is written as host:port, without a path"
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
        read_address(text)


def test_host_may_have_brackets() -> None:
    """A server name may be an IPv6 address with or without brackets."""
    assert (read_host("[::0001]"), read_host("::0001")) == ("::1", "::1")


def test_target() -> None:
    """A target carries where to connect, the name to expect, and what people call it."""
    settings = EndpointSettings(
        kind="endpoint", address="Recorder01:7563", labels={"site": "harbour", "a": "b"}, title="Recorder"
    )
    target = settings.target(Policy(unreachable_after=9))
    assert (target.id, target.kind, target.where) == (
        "endpoint:recorder01:7563",
        "endpoint",
        "recorder01:7563",
    )
    assert (target.host, target.server_name) == ("recorder01", "recorder01")
    assert target.settings == Endpoint("recorder01", 7563, "recorder01")
    assert target.labels == (("a", "b"), ("site", "harbour"))
    assert (target.policy.unreachable_after, target.meaning.title, target.collection) == (
        9,
        "Recorder",
        False,
    )


@pytest.mark.parametrize(
    ("address", "server_name", "target_id"),
    [
        ("10.0.0.5:443", "www.Example.", "endpoint:10.0.0.5:443/www.example"),
        ("www.example:443", "WWW.example", "endpoint:www.example:443"),
        ("[::1]:8443", None, "endpoint:[::1]:8443"),
        ("[fe80::1%eth0]:8443", None, "endpoint:[fe80::1%eth0]:8443"),
        ("[::1]:8443", "www.example", "endpoint:[::1]:8443/www.example"),
        ("www.example", "10.0.0.5", "endpoint:www.example:443/10.0.0.5"),
    ],
)
def test_target_id(address: str, server_name: str | None, target_id: str) -> None:
    """The id names host and port, and the server name only where it differs."""
    settings = EndpointSettings(kind="endpoint", address=address, server_name=server_name)
    assert settings.target(Policy()).id == target_id


def test_zone_is_no_part_of_the_name() -> None:
    """The name to expect leaves out the zone of a link-local address."""
    settings = EndpointSettings(kind="endpoint", address="[fe80::1%eth0]:443")
    assert settings.target(Policy()).server_name == "fe80::1"


def test_what_was_typed_is_kept() -> None:
    """The settings keep the address as typed, for messages about it."""
    assert EndpointSettings(kind="endpoint", address="Recorder01.").address == "Recorder01."


@pytest.mark.parametrize("wrong", [{"address": "::1"}, {"address": "a.example", "server_name": "*.example"}])
def test_wrong_settings(wrong: dict[str, str]) -> None:
    """A mistake is reported at its own key."""
    with pytest.raises(ValidationError) as caught:
        EndpointSettings(kind="endpoint", **wrong)
    assert [error["loc"][-1] for error in caught.value.errors()] == [list(wrong)[-1]]
