"""Tests of probing every address of a name: each a location of one target."""

import asyncio
import socket
from datetime import timedelta

import pytest
from pydantic import ValidationError

from monitor.model import Failure, FailureReason, Policy, ProbeResult
from monitor.network.resolve import Address
from monitor.network.texts import name_not_resolved
from monitor.sources.endpoint import source, texts
from monitor.sources.endpoint.results import join_results
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support import pki
from support.servers.tls.peers import Handler, listening, saying, server_context, speaking_tls

NAME = "portal.vms.example"
ROOT = pki.authority()
OLD, NEW = pki.leaf(NAME, ROOT), pki.leaf(NAME, ROOT)
POLICY = Policy(timeout=timedelta(seconds=20))


class FakeResolver:
    """Answer every name with the same addresses."""

    def __init__(self, *hosts: str) -> None:
        """Answer with these hosts, or with an error when there are none."""
        self._hosts = hosts

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return what was prepared."""
        if not self._hosts:
            raise OSError(2, "Name or service not known")
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return tuple(Address(families[":" in fixed], (fixed, port)) for fixed in self._hosts)


def by_address(servers: dict[str, Handler]) -> Handler:
    """Return a handler that is another server at each address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await servers[writer.get_extra_info("sockname")[0]](reader, writer)

    return handle


def probe(
    names: FakeResolver, servers: dict[str, Handler], policy: Policy = POLICY, **keys: str
) -> tuple[ProbeResult, int]:
    """Return what one probe of every address gives, and the port."""

    async def main() -> tuple[ProbeResult, int]:
        async with listening(by_address(servers), "0.0.0.0") as port:
            keys_ = {"address": f"{NAME}:{port}", "addresses": "all", **keys}
            target = EndpointSettings.model_validate(keys_).target(policy)
            return await EndpointSource(names).probe(target.request), port

    return asyncio.run(main())


def serving(issued: pki.Issued) -> Handler:
    """Return a TLS server."""
    return speaking_tls(server_context(issued))


def test_every_address() -> None:
    """Each address is a location, written as address and port, in the order of the addresses."""
    servers = {"127.0.0.2": serving(NEW), "127.0.0.3": serving(OLD)}
    seen, port = probe(FakeResolver("127.0.0.3", "127.0.0.2"), servers)
    assert [(one.location, one.certificate.sha256) for one in seen.sightings] == [
        (f"127.0.0.2:{port}", NEW.sha256),
        (f"127.0.0.3:{port}", OLD.sha256),
    ]
    assert (seen.failures, seen.encrypted, set(seen.ders)) == ((), True, {OLD.sha256, NEW.sha256})


def test_one_address_fails() -> None:
    """An address that fails is a failure at its own location; the others are seen."""
    servers = {"127.0.0.2": serving(NEW), "127.0.0.3": saying(b"SSH-2.0-x\r\n")}
    seen, port = probe(FakeResolver("127.0.0.2", "127.0.0.3"), servers)
    assert [one.location for one in seen.sightings] == [f"127.0.0.2:{port}"]
    assert [(one.reason, one.location) for one in seen.unreachable_failures] == [
        (FailureReason.NOT_TLS, f"127.0.0.3:{port}")
    ]


def test_family() -> None:
    """Only addresses of the wanted family are probed."""
    seen, _ = probe(FakeResolver("::1", "127.0.0.2"), {"127.0.0.2": serving(NEW)}, family="ipv4")
    assert (len(seen.sightings), seen.failures) == (1, ())


def test_unknown_name() -> None:
    """A name without addresses is a failure of the whole target: what was known of each location stays."""
    seen, _ = probe(FakeResolver(), {})
    said = name_not_resolved(host=NAME, error="Name or service not known")
    assert seen == ProbeResult(failures=(Failure(FailureReason.DNS, said),))


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More addresses than are probed are said to be too many."""
    monkeypatch.setattr(source, "MOST_ADDRESSES", 1)
    seen, port = probe(FakeResolver("127.0.0.3", "127.0.0.2"), {"127.0.0.2": serving(NEW)})
    assert [one.location for one in seen.sightings] == [f"127.0.0.2:{port}"]
    said = texts.too_many_addresses(host=NAME, addresses=2, most=1)
    assert seen.failures == (Failure(FailureReason.DNS, said, f"{NAME}:{port}"),)


def test_same_failure_once(tmp_path: object) -> None:
    """What is wrong on our own side is said once, not for every address."""
    servers = {"127.0.0.2": serving(NEW), "127.0.0.3": serving(NEW)}
    seen, _ = probe(FakeResolver("127.0.0.2", "127.0.0.3"), servers, client_cert=f"{tmp_path}/gone.pem")
    assert [one.reason for one in seen.failures] == [FailureReason.NOT_FOUND]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [((True, True), True), ((True, False), False), ((True, None), True), ((None, None), None)],
)
def test_encrypted(flags: tuple[bool | None, ...], expected: bool | None) -> None:  # noqa: FBT001 - it is a case
    """A target is encrypted when all of its addresses are that flags."""
    assert join_results([ProbeResult(encrypted=one) for one in flags]).encrypted is expected


def test_not_behind_a_proxy() -> None:
    """Behind a proxy the addresses are not known to us."""
    with pytest.raises(ValidationError, match="behind a proxy only the proxy knows them"):
        EndpointSettings(address=NAME, addresses="all", proxy="http://proxy:3128")
