"""Probes at endpoints on loopback, in both ways of carrying bytes, and what they saw."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Policy, ProbeResult, Target, TargetTraits
from monitor.network.resolve import Resolver
from monitor.sources.endpoint import exchange as exchanging
from monitor.sources.endpoint import source
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support import pki
from support.servers.tls.peers import Handler, listening

NAME = "recorder.example"
ROOT = pki.authority()
MIDDLE = pki.authority("Test Intermediate", ROOT)
LEAF = pki.leaf(NAME, MIDDLE)
SHORT = timedelta(seconds=1)
PATIENT = Policy(timeout=timedelta(seconds=20))


@pytest.fixture(autouse=True, params=["epoll", "protocol"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Probe in both ways: as on Linux, and as elsewhere."""
    if request.param == "protocol":
        for module in (exchanging, source):
            monkeypatch.setattr(module, "supports_epoll", lambda _: False)
    return str(request.param)


def target_at(address: str, server_name: str | None = NAME, policy: Policy = PATIENT) -> Target:
    """Return a target."""
    return EndpointSettings(kind="endpoint", address=address, server_name=server_name).target(policy)


def look_at(
    handler: Handler, policy: Policy = PATIENT, host: str = "127.0.0.1", part: TargetTraits | None = None
) -> ProbeResult:
    """Return what one probe of a server with this handler gives, locations without their port."""

    async def main() -> ProbeResult:
        async with listening(handler, host) as port:
            where = f"[{host}]" if ":" in host else host
            target = replace(target_at(f"{where}:{port}", policy=policy), traits=part or TargetTraits())
            seen = await EndpointSource(Resolver()).probe(target.request)
        return ProbeResult(
            tuple(replace(s, location=s.location.removesuffix(f":{port}")) for s in seen.sightings),
            tuple(replace(f, location=f.location.removesuffix(f":{port}")) for f in seen.failures),
            seen.ders,
            seen.encrypted,
        )

    return asyncio.run(main())


def fingerprints(seen: ProbeResult) -> list[tuple[str, int, str]]:
    """Return place, position and fingerprint of every sighting."""
    return [(s.location, s.position, s.certificate.sha256) for s in seen.sightings]
