"""Every address of a name becomes an endpoint that must show a certificate for the name."""

import asyncio
from dataclasses import dataclass

import pytest

from monitor.discovery import DiscoveryResult, DnsSettings
from monitor.model import DiscoveredTarget, Failure, FailureReason, Message
from monitor.network.resolve import Resolver
from monitor.network.texts import name_not_resolved, name_without_address


@dataclass
class Text:
    """One address."""

    text: str


class Fixed:
    """A resolver that knows one answer."""

    def __init__(self, *addresses: str, error: OSError | None = None) -> None:
        """Keep the answer."""
        self._addresses = addresses
        self._error = error

    async def addresses(self, host: str, port: int) -> list[Text]:
        """Return the answer, whatever is asked."""
        del host, port
        if self._error:
            raise self._error
        return [Text(address) for address in self._addresses]


def discover(
    resolver: Fixed | Resolver, name: str = "portal.example:443", title: str = ""
) -> DiscoveryResult:
    """Return what is discovered with a resolver."""
    settings = DnsSettings(kind="dns", name=name, title=title)
    return asyncio.run(settings.discovery(resolver).discover())


def test_addresses_become_endpoints() -> None:
    """Each address is found once, in ascending order, version 4 before 6."""
    found = discover(Fixed("2001:db8::1", "10.0.0.10", "10.0.0.9", "10.0.0.9"))
    assert found == DiscoveryResult(
        (
            DiscoveredTarget("10.0.0.9:443", "portal.example", (), "portal.example (10.0.0.9)"),
            DiscoveredTarget("10.0.0.10:443", "portal.example", (), "portal.example (10.0.0.10)"),
            DiscoveredTarget("[2001:db8::1]:443", "portal.example", (), "portal.example (2001:db8::1)"),
        )
    )


def test_title() -> None:
    """A title of the entry goes before the address."""
    assert [one.title for one in discover(Fixed("10.0.0.1"), title="Portal").found] == ["Portal (10.0.0.1)"]


@pytest.mark.parametrize(
    ("resolver", "said"),
    [
        (Fixed(), name_without_address(host="portal.example")),
        (
            Fixed(error=OSError(1, "no such host")),
            name_not_resolved(host="portal.example", error="no such host"),
        ),
    ],
)
def test_failure(resolver: Fixed, said: Message) -> None:
    """A name without an answer is a failure and no empty list."""
    assert discover(resolver) == DiscoveryResult(
        (), (Failure(FailureReason.DNS, said, "portal.example:443"),)
    )


def test_real_resolver() -> None:
    """The resolver that endpoints use fits; localhost has a loopback address."""
    assert "127.0.0.1:1" in {one.address for one in discover(Resolver(), "localhost:1").found}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Portal.Example.:0443", "portal.example:443"), ("bücher.example:1", "xn--bcher-kva.example:1")],
)
def test_names_are_normal(name: str, expected: str) -> None:
    """A name is kept in lower case, encoded, without its last dot."""
    assert DnsSettings(kind="dns", name=name).id == f"dns:{expected}"


@pytest.mark.parametrize(
    "name", ["a", "a:0", "a:70000", "a b:1", ":1", "-a:1", "a..b:1", "[::1]:1", "10.0.0.1:1"]
)
def test_wrong_names(name: str) -> None:
    """Anything but a name and a port is refused."""
    with pytest.raises(ValueError, match=r"must be NAME:PORT|is an address already"):
        DnsSettings(kind="dns", name=name)
