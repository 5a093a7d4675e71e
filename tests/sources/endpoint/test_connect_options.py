"""Tests of the way to a server: IP versions, the address we come from, and what may be written for them."""

import asyncio
import socket

import pytest
from pydantic import ValidationError

from monitor.model import Failure, FailureReason, Message, Policy, ProbeResult
from monitor.network.resolve import Address, Resolver
from monitor.sources.endpoint import texts
from monitor.sources.endpoint.connect_options import DIRECT, AddressFamily, ConnectOptions, Endpoint
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support import pki
from support.servers.tls.peers import listening, server_context, speaking_tls

LEAF = pki.leaf("recorder.example", pki.authority())
FOUR, SIX = Address(socket.AF_INET, ("127.0.0.1", 443)), Address(socket.AF_INET6, ("::1", 443, 0, 0))
ORDERS = {
    "any": (SIX, FOUR),
    "ipv4": (FOUR,),
    "ipv6": (SIX,),
    "prefer_ipv4": (FOUR, SIX),
    "prefer_ipv6": (SIX, FOUR),
}


@pytest.mark.parametrize(("family", "expected"), ORDERS.items())
def test_family(family: str, expected: tuple[Address, ...]) -> None:
    """A family keeps or orders the addresses of a name."""
    assert ConnectOptions(AddressFamily(family)).chosen((SIX, FOUR)) == expected


@pytest.mark.parametrize(("source", "expected"), [("127.0.0.2", (FOUR,)), ("::1", (SIX,))])
def test_source_keeps_its_version(source: str, expected: tuple[Address, ...]) -> None:
    """Only addresses of the source's own IP version can be reached from it."""
    assert ConnectOptions(source=source).chosen((SIX, FOUR)) == expected


def test_nothing_written() -> None:
    """An endpoint without any of the keys is reached directly."""
    settings = EndpointSettings(address="recorder.example").target(Policy()).settings
    assert isinstance(settings, Endpoint)
    assert (settings.connect, settings.connect.direct) == (DIRECT, True)


def probe(port: int, host: str = "127.0.0.1", **keys: str) -> ProbeResult:
    """Return what one probe gives."""
    settings = EndpointSettings.model_validate({"address": f"{host}:{port}", **keys})
    return asyncio.run(EndpointSource(Resolver()).probe(settings.target(Policy()).request))


def test_source_address() -> None:
    """The server sees us come from the address that was chosen."""
    peers = []

    async def main() -> ProbeResult:
        serve = speaking_tls(server_context(LEAF))

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peers.append(writer.get_extra_info("peername")[0])
            await serve(reader, writer)

        async with listening(handler) as port:
            settings = EndpointSettings(address=f"127.0.0.1:{port}", source_address="127.0.0.9")
            return await EndpointSource(Resolver()).probe(settings.target(Policy()).request)

    assert (asyncio.run(main()).failures, peers) == ((), ["127.0.0.9"])


def test_source_of_another_machine() -> None:
    """An address that is not ours cannot be connected from."""
    failure = probe(1, source_address="192.0.2.77").failures[0]
    assert failure.reason is FailureReason.UNREACHABLE


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"family": "ipv6"}, texts.no_ipv6_address(host="127.0.0.1")),
        ({"source_address": "::1"}, texts.no_address_for_source(host="127.0.0.1", source="::1")),
    ],
)
def test_no_address_left(keys: dict[str, str], said: Message) -> None:
    """A host without a usable address is said so."""
    assert probe(1, **keys).failures == (Failure(FailureReason.DNS, said, "127.0.0.1:1"),)


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "source": ({"source_address": "eth0"}, "eth0 is a name; it must be an address of this machine"),
    "family": ({"family": "ipv5"}, "Input should be 'any', 'ipv4', 'ipv6', 'prefer_ipv4' or 'prefer_ipv6'"),
    "both": ({"family": "ipv6", "source_address": "127.0.0.1"}, "source_address is no ipv6 address"),
}


@pytest.mark.parametrize(("keys", "said"), WRONG.values(), ids=WRONG)
def test_wrong(keys: dict[str, str], said: str) -> None:
    """A mistake is refused with what is wrong."""
    with pytest.raises(ValidationError, match=said):
        EndpointSettings.model_validate({"address": "recorder.example", **keys})


@pytest.mark.parametrize(
    ("encryption", "expected"),
    [("any", ()), ("off", ()), ("required", (FailureReason.STARTTLS_REFUSED,))],
)
def test_refused_starttls(encryption: str, expected: tuple[FailureReason, ...]) -> None:
    """A server that grants no TLS is a failure only where encryption is required."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(b"N")

    async def main() -> ProbeResult:
        async with listening(handler) as port:
            settings = EndpointSettings(address=f"127.0.0.1:{port}", protocol="postgres")
            target = settings.target(Policy(encryption=encryption))
            return await EndpointSource(Resolver()).probe(target.request)

    seen = asyncio.run(main())
    assert (tuple(one.reason for one in seen.failures), seen.encrypted) == (expected, False)
