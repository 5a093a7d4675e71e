"""Tests of probing the certificates of every key type of real servers."""

import asyncio

import pytest
from OpenSSL import SSL

from monitor.model import FailureReason, Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support import pki
from support.pki.two_keys import ECDSA, NAME, RSA, locations
from support.servers.tls.peers import TlsPeer, listening, saying, server_context, speaking_tls

VERSIONS = {
    "TLS 1.0": SSL.TLS1_VERSION,
    "TLS 1.2": SSL.TLS1_2_VERSION,
    "TLS 1.3": SSL.TLS1_3_VERSION,
    "any": None,
}


def both(version: int | None) -> SSL.Context:
    """Return a server context with a certificate of each type."""
    context = server_context(RSA, version=version)
    context.use_certificate(ECDSA.certificate)
    context.use_privatekey(ECDSA.key)
    return context


def served(context: SSL.Context, peers: list[TlsPeer] | None = None, **keys: str) -> tuple[ProbeResult, int]:
    """Return what one probe of a server on loopback gives, and its port."""

    async def main() -> tuple[ProbeResult, int]:
        serve, ended = speaking_tls(context, peers), asyncio.Semaphore(0)

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer)
            ended.release()

        async with listening(handle) as port:
            settings = {"address": f"127.0.0.1:{port}", "server_name": NAME, "key_types": "all", **keys}
            target = EndpointSettings.model_validate(settings).target(Policy())
            seen = await EndpointSource(Resolver()).probe(target.request)
            for _ in range(2):
                await ended.acquire()
            return seen, port

    return asyncio.run(main())


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_every_version(version: int | None) -> None:
    """Both certificates are distinguished in every version."""
    seen, port = served(both(version))
    expected = [(f"127.0.0.1:{port} (RSA)", RSA.sha256), (f"127.0.0.1:{port} (ECDSA)", ECDSA.sha256)]
    assert (locations(seen), seen.failures, seen.encrypted) == (expected, (), True)


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_two_handshakes(version: int | None) -> None:
    """A server with both types gets two handshakes, each finished and ended politely."""
    peers: list[TlsPeer] = []
    served(both(version), peers)
    assert [(peer.failed, peer.ended_politely) for peer in peers] == [(False, True)] * 2


@pytest.mark.parametrize("only", [RSA, ECDSA], ids=["RSA", "ECDSA"])
@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_one_type_in_every_version(version: int | None, only: pki.Issued) -> None:
    """A server with one type shows that one, in every version."""
    seen, port = served(server_context(only, version=version))
    kind = "RSA" if only is RSA else "ECDSA"
    assert (locations(seen), seen.failures) == ([(f"127.0.0.1:{port} ({kind})", only.sha256)], ())


def test_every_address() -> None:
    """With every address, each address and key type is a location."""
    seen, port = served(both(None), addresses="all")
    assert [one.location for one in seen.sightings] == [
        f"127.0.0.1:{port} (RSA)",
        f"127.0.0.1:{port} (ECDSA)",
    ]


def test_version_of_each_location() -> None:
    """Each location has the version that was agreed on there."""
    seen, port = served(both(SSL.TLS1_2_VERSION))
    where = f"127.0.0.1:{port}"
    assert seen.tls_versions == ((f"{where} (RSA)", "TLS 1.2"), (f"{where} (ECDSA)", "TLS 1.2"))


def test_not_tls() -> None:
    """A port without TLS is reported once, for the server."""

    async def main() -> tuple[ProbeResult, int]:
        async with listening(saying(b"SSH-2.0-x\r\n")) as port:
            target = EndpointSettings(address=f"127.0.0.1:{port}", key_types="all").target(Policy())
            return await EndpointSource(Resolver()).probe(target.request), port

    seen, port = asyncio.run(main())
    assert [(one.reason, one.location) for one in seen.failures] == [
        (FailureReason.NOT_TLS, f"127.0.0.1:{port}")
    ]
