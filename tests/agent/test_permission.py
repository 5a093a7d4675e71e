"""What an agent does not probe, whatever its center orders."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.agent.local_source import LocalSource
from monitor.agent.permission import AllowedNames, Permission
from monitor.agent.settings import load
from monitor.errors import ConfigError
from monitor.model import FailureReason, ProbeRequest, ProbeResult, TaggedSettings
from monitor.network.resolve import Address
from monitor.secrets import SecretReference
from monitor.sources.endpoint.connect_options import ConnectOptions, Endpoint, Proxy
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes.settings import Cluster
from monitor.sources.windows_report import ReportFile
from monitor.sources.windows_store import LocalStores
from monitor.windows.access import RemoteMachine
from monitor.windows.stores import MY
from support.factories.pipeline.world import HOUR, target

ALLOW = ("*.dmz.example:*", "10.1.0.0/16:443", "proxy.dmz:3128", "/etc/ssl", r"C:\certs")


def request(settings: TaggedSettings) -> ProbeRequest:
    """Return the request for these settings."""
    return replace(target(1).request, settings=settings)


def through(host: str, proxy: str) -> Endpoint:
    """Return an endpoint behind a proxy."""
    return Endpoint(host, 443, host, connect=ConnectOptions(proxy=Proxy("http", proxy, 3128)))


@pytest.mark.parametrize(
    "settings",
    [
        Endpoint("cam01.dmz.example", 8443, "cam01.dmz.example"),
        Endpoint("10.1.2.3", 443, ""),
        Endpoint("cam01.other", 443, ""),
        through("cam01.dmz.example", "proxy.dmz"),
        RemoteMachine("rec01.dmz.example", 5986),
        Files(("/etc/ssl/*.pem", "/etc/ssl")),
        Files((r"c:\CERTS\sub\*.pfx",)),
        Cluster("kubeconfig"),
    ],
)
def test_what_is_allowed(settings: TaggedSettings) -> None:
    """Names that may resolve into an allowed network are judged by their addresses."""
    assert Permission(ALLOW).refusal(request(settings)) is None


@pytest.mark.parametrize(
    "settings",
    [
        Endpoint("10.2.0.1", 443, ""),
        Endpoint("10.1.2.3", 22, ""),
        Endpoint("169.254.169.254", 80, ""),
        Endpoint("CAM01.dmz.example", 443, ""),
        Endpoint("cam01.dmz.example/../x", 443, ""),
        through("cam01.other", "proxy.dmz"),
        through("cam01.dmz.example", "elsewhere.dmz"),
        RemoteMachine("10.9.9.9", 5986),
        Files(("/etc/ssl/a.pem", "/etc/shadow")),
        Files(("/etc/ssl/../shadow",)),
        Files(("/etc/sslx/a.pem",)),
        Files(("etc/ssl/a.pem",)),
        Files(("**",)),
        Files((r"C:\Windows\a.pem",)),
        Cluster(),
        LocalStores("here", (MY,)),
        ReportFile("/etc/ssl/report.json", "rec01", HOUR),
    ],
)
def test_what_is_refused(settings: TaggedSettings) -> None:
    """An agent is neither a scanner nor a reader of files."""
    assert Permission(ALLOW).refusal(request(settings)) is not None


def test_nothing_is_allowed_without_a_list() -> None:
    """Whoever wants something probed writes it down."""
    assert Permission(()).refusal(request(Endpoint("cam01.dmz.example", 443, ""))) is not None


class Names:
    """A resolver that gives an allowed and another address."""

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return both, or the other one alone."""
        found = ("192.168.0.1",) if host == "evil.dmz.example" else ("10.1.0.5", "192.168.0.1")
        return tuple(Address(socket.AF_INET, (one, port)) for one in found)


def test_addresses_outside_of_the_list_are_not_connected_to() -> None:
    """A name server that the center controls opens no other network."""

    async def found(host: str) -> list[str]:
        names = AllowedNames(Names(), Permission(ALLOW).hosts)
        return [one.text for one in await names.addresses(host, 443)]

    assert asyncio.run(found("cam01.dmz.example")) == ["10.1.0.5"]
    with pytest.raises(OSError, match="allow list"):
        asyncio.run(found("evil.dmz.example"))


class Sees:
    """A source that keeps the requests that reach it."""

    def __init__(self) -> None:
        """Begin without any."""
        self.requests: list[ProbeRequest] = []

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Keep it."""
        self.requests.append(request)
        return ProbeResult()


def probed(settings: TaggedSettings) -> tuple[ProbeResult, list[ProbeRequest]]:
    """Return what an agent makes of an order, and what reaches the source."""
    source = Sees()
    local = LocalSource(source, Permission(ALLOW), {"vms": "/run/agent/vms-password"})
    return asyncio.run(local.probe(request(settings))), source.requests


def test_a_refused_order_reaches_no_source() -> None:
    """Its answer says why, so that the center's page does."""
    result, seen = probed(Endpoint("10.2.0.1", 443, ""))
    assert ([one.reason for one in result.failures], seen) == ([FailureReason.FORBIDDEN], [])


def test_a_secret_is_the_agents_own() -> None:
    """An order can only name it."""
    machine = RemoteMachine("rec01.dmz.example", 5986, username="u", password=SecretReference(file="vms"))
    _, (seen,) = probed(machine)
    assert isinstance(seen.settings, RemoteMachine)
    assert seen.settings.password == SecretReference(file="/run/agent/vms-password")


@pytest.mark.parametrize("name", ["other", "/etc/shadow", "../vms"])
def test_a_secret_of_another_name_is_not_read(name: str) -> None:
    """Whatever the name looks like."""
    machine = RemoteMachine("rec01.dmz.example", 5986, username="u", password=SecretReference(file=name))
    result, seen = probed(machine)
    assert ([one.reason for one in result.failures], seen) == ([FailureReason.FORBIDDEN], [])


FILE = """
zone: dmz
name: dmz-1
centers: ["https://center-a.example:9852", "https://center-b.example:9852/"]
trust: [center-ca.pem]
token_file: dmz-1.token
allow: ["*.dmz.example:*", "10.1.0.0/16:443"]
secrets: {vms: vms-password}
spool: {folder: spool, limit: 1GB}
"""


def test_a_file_is_read(tmp_path: Path) -> None:
    """Its paths are relative to it."""
    path = tmp_path / "agent.yaml"
    path.write_text(FILE)
    settings = load(path).settings
    assert settings.centers[1] == "https://center-b.example:9852"
    assert (settings.spool.limit, settings.secrets) == (10**9, {"vms": str(tmp_path / "vms-password")})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("limit: 1GB", "limit: 1", "spool.limit: must be a number and a unit, such as 100MB or 1GB"),
        ("limit: 1GB", "limit: 1KB", "and at least 1MB"),
        ('"10.1.0.0/16:443"', "10.1.0.0/16", "allow: a pattern is written as host:port"),
        ('"10.1.0.0/16:443"', "/etc/../x", "allow: a path in allow has no .."),
        ("https://center-a", "http://center-a", "centers[0]: must be the address of a center"),
        ("name: dmz-1", "name: dmz 1", "name: must be a word"),
        ("zone: dmz", "zones: dmz", "zones: unknown key"),
        ("zone: dmz", "", "zone: "),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each mistake is said at its key."""
    path = tmp_path / "agent.yaml"
    path.write_text(FILE.replace(old, new))
    with pytest.raises(ConfigError) as raised:
        load(path)
    assert said in str(raised.value)
