"""A hijacked center with the right certificate: what its orders may not make of an agent."""

import asyncio
import gzip
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.agent import local_source
from monitor.agent.centers import CenterError, Centers
from monitor.agent.local_source import LocalSource
from monitor.agent.order_check import unsupported_in
from monitor.agent.permission import AllowedNames, Permission
from monitor.model import FailureReason, ProbeRequest, ProbeResult, TaggedSettings
from monitor.network.client_tls import client_context
from monitor.network.resolve import Address, Resolver
from monitor.secrets import ClientCertificate, SecretReference
from monitor.sources.endpoint.connect_options import ConnectOptions, Endpoint, Proxy
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes.access import UnusableConfigError, access
from monitor.sources.kubernetes.settings import Cluster
from monitor.windows.access import AuthMethod, RemoteMachine
from monitor.wire import WireError, read_orders, write_orders
from monitor.wire.protocol import ANSWERS, ORDERS, read_receipt
from support.factories.pipeline.world import HOUR, target
from support.servers.cluster.agent_center import AgentCenter, agent_center
from support.servers.web.server import Request, http

ALLOW = ("*.dmz.example:443", "10.1.0.0/16:443", "proxy.dmz:3128", "/etc/ssl", r"C:\certs")
HOST = "cam01.dmz.example"
SECRETS = {"vms": "/run/agent/vms-password", "proxy": "/run/agent/proxy-password"}


def request(settings: TaggedSettings, **changes: Any) -> ProbeRequest:
    """Return an order's request for these settings."""
    return replace(target(1, "dmz").request, settings=settings, **changes)


class Sees:
    """A source that keeps the requests that reach it."""

    def __init__(self) -> None:
        """Begin without any."""
        self.requests: list[ProbeRequest] = []

    async def probe(self, asked: ProbeRequest) -> ProbeResult:
        """Keep it."""
        self.requests.append(asked)
        return ProbeResult()


def probed(settings: TaggedSettings, **changes: Any) -> tuple[set[FailureReason], list[ProbeRequest]]:
    """Return why an order is not carried out, and what reaches the source."""
    source = Sees()
    local = LocalSource(source, Permission(ALLOW), SECRETS)
    result = asyncio.run(local.probe(request(settings, **changes)))
    return {one.reason for one in result.failures}, source.requests


def through(proxy: Proxy, host: str = HOST) -> Endpoint:
    """Return an endpoint behind a proxy."""
    return Endpoint(host, 443, "", connect=ConnectOptions(proxy=proxy))


ELSEWHERE: list[TaggedSettings] = [
    *(
        Endpoint(host, 443, "")
        for host in (
            "::ffff:10.2.0.1",
            "::ffff:a02:1",
            "167837697",
            "0x0a020001",
            "012.1.2.3",
            "10.1",
            "10.1.2.3.",
            "\uff11\uff10.1.2.3",
            "[10.1.2.3]",
            "10.1.2.3%eth0",
            "fe80::1%eth0",
            f"{HOST}.",
            HOST.upper(),
            f"{HOST}@10.2.0.1",
            f"{HOST}:443@elsewhere",
            f"{HOST}#.elsewhere",
            f"*.{HOST}",
            ".dmz.example",
            "dmz.example\u200b",
            "",
            "169.254.169.254",
        )
    ),
    Endpoint(HOST, 80, ""),
    Endpoint(HOST, 0, ""),
    Endpoint(HOST, -443, ""),
    Endpoint(HOST, 443 + 65536, ""),
    through(Proxy("http", "elsewhere.example", 3128)),
    through(Proxy("http", "proxy.dmz", 22)),
    through(Proxy("http", "PROXY.dmz", 3128)),
    through(Proxy("http", "proxy.dmz", 3128), "elsewhere.example"),
    through(Proxy("socks5", "proxy.dmz", 3128), "10.2.0.1"),
    RemoteMachine("elsewhere", 5986),
    RemoteMachine("::ffff:10.2.0.1", 443),
    Files(("/etc/ssl/. ./shadow",)),
    Files((r"C:\certs\.. \secret.pem",)),
    Files((r"C:\certs\...\secret.pem",)),
    Files((r"\\?\C:\certs\a.pem",)),
    Files((r"\\elsewhere\share\a.pem",)),
    Files(("~/a.pem",)),
    Files(("file:///etc/ssl/a.pem",)),
    Cluster(),
]


@pytest.mark.parametrize("settings", ELSEWHERE)
def test_nothing_outside_of_the_list_is_probed(settings: TaggedSettings) -> None:
    """However it is written."""
    assert probed(settings) == ({FailureReason.FORBIDDEN}, [])


@pytest.mark.parametrize(
    "settings",
    [
        RemoteMachine(HOST, 443, username="u", password=SecretReference(file="../vms")),
        RemoteMachine(HOST, 443, username="u", password=SecretReference(env="PATH")),
        RemoteMachine(HOST, 443, identity=ClientCertificate("/etc/shadow", "vms")),
        RemoteMachine(HOST, 443, identity=ClientCertificate("vms", "/etc/shadow")),
        Endpoint(HOST, 443, "", connect=ConnectOptions(identity=ClientCertificate("/etc/passwd", "vms"))),
        through(Proxy("http", "proxy.dmz", 3128, "u", SecretReference(file="/run/agent/vms-password"))),
        Files(("/etc/ssl",), passphrases=(SecretReference(file="other"),)),
        Cluster("/root/.kube/config"),
    ],
)
def test_no_secret_of_another_name_is_read(settings: TaggedSettings) -> None:
    """Wherever in an order it is named."""
    assert probed(settings) == ({FailureReason.FORBIDDEN}, [])


def test_trust_is_a_name_too() -> None:
    """A path in it is no file of this machine."""
    assert probed(RemoteMachine(HOST, 443), trust=("/etc/shadow",)) == ({FailureReason.FORBIDDEN}, [])


@pytest.mark.parametrize(
    "settings",
    [
        Endpoint(HOST, 443, HOST, "gopher"),
        Endpoint(HOST, 443, "a'/><b c='"),
        Endpoint(HOST, 443, HOST, connect=ConnectOptions(source="eth0")),
        through(Proxy("https", "proxy.dmz", 3128)),
        RemoteMachine(HOST, 443, auth=AuthMethod.BASIC, username="u", password=SecretReference(file="vms")),
        Files(("/etc/ssl/*?*?*?*?*?*x",)),
        Files(("/etc/ssl/**/**/**/**/x",)),
        Files(("/etc/ssl",), ("/*a*a*a*a*a*a*b",)),
        Cluster("vms", namespaces=("../../../version?x=",)),
    ],
)
def test_what_no_configuration_has_is_not_carried_out(settings: TaggedSettings) -> None:
    """A newer center may have it, a hijacked one may invent it."""
    assert probed(settings) == ({FailureReason.INTERNAL}, [])


def test_the_usual_is_carried_out() -> None:
    """And takes an hour at most."""
    reasons, (seen,) = probed(Endpoint("10.1.2.3", 443, HOST), timeout=timedelta(days=30))
    assert (reasons, seen.timeout) == (set(), local_source.LONGEST)
    assert not unsupported_in(Files(("/etc/ssl/**/*.p*",), ("**/old/**",)))


def test_a_name_leads_nowhere_else() -> None:
    """Also where a name server of the center says so: addresses are compared as what they are."""

    class Names:
        """A resolver that a center controls."""

        async def addresses(self, _host: str, port: int) -> tuple[Address, ...]:
            """Return addresses elsewhere, in many forms."""
            elsewhere = ("169.254.169.254", "127.0.0.1", "::1", "::ffff:10.2.0.1", "::ffff:127.0.0.1")
            return tuple(Address(10, (one, port)) for one in elsewhere)

    names = AllowedNames(Names(), Permission(ALLOW).hosts)
    with pytest.raises(OSError, match="allow list"):
        asyncio.run(names.addresses(HOST, 443))


def test_refusals_are_in_the_log_of_the_agent(caplog: pytest.LogCaptureFixture) -> None:
    """Once a minute, and nothing of the order can break its line."""
    local = LocalSource(Sees(), Permission(ALLOW), {})
    evil = request(Endpoint("elsewhere.example", 22, ""), target_id="dmz/x")

    async def several() -> None:
        for _ in range(5):
            await local.probe(evil)

    with caplog.at_level(logging.WARNING):
        asyncio.run(several())
    (record,) = caplog.records
    assert record.getMessage() == "an order is not carried out"


@pytest.mark.parametrize(
    "content", ["user: pass: word", "@hunter2", "*hunter2", "{hunter2", "a: [hunter2\n]}"]
)
def test_a_secret_that_is_named_as_a_kubeconfig_is_not_told(tmp_path: Path, content: str) -> None:
    """Not even the line in which it is no YAML."""
    file = tmp_path / "vms"
    file.write_text(content)
    with pytest.raises(UnusableConfigError) as raised:
        asyncio.run(access(Cluster(str(file))))
    said = repr(raised.value.message)
    assert not any(word in said for word in ("hunter2", "word", "pass"))


@pytest.mark.parametrize(
    "changes",
    [{"every": 1}, {"every": 10**17}, {"every": -5}, {"timeout": 10**17}, {"timeout": 0}, {"every": 1e9}],
)
def test_intervals_that_nobody_can_keep_are_refused(changes: dict[str, Any]) -> None:
    """Each alone: those beside it are carried out."""
    _, body = write_orders([(request(Endpoint(HOST, 443, "")), HOUR), (target(2, "dmz").request, HOUR)])
    document = json.loads(body)
    document["orders"][0] |= changes
    read = read_orders(json.dumps(document).encode())
    assert (len(read.orders), len(read.refused)) == (1, 1)


@pytest.mark.parametrize("revision", ["a\r\nX-Evil: 1", "\u202e", "é", "x" * 1000, '"', 7, None])
def test_a_revision_is_a_word(revision: object) -> None:
    """It goes into a header of the next request."""
    document = {"version": 1, "revision": revision, "orders": []}
    with pytest.raises(WireError):
        read_orders(json.dumps(document).encode())
    with pytest.raises(WireError):
        read_receipt(json.dumps(document).encode())


async def redirect(_: Request, writer: asyncio.StreamWriter) -> None:
    """Point elsewhere."""
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")


async def bomb(_: Request, writer: asyncio.StreamWriter) -> None:
    """Send what grows when it is decompressed."""
    body = gzip.compress(bytes(20 * 1024 * 1024))
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )


async def unknown(_: Request, writer: asyncio.StreamWriter) -> None:
    """Answer with a status that there is not."""
    writer.write(http(b"{}", "299 Whatever"))


@pytest.mark.parametrize("reply", [redirect, bomb, unknown])
def test_a_center_leads_an_agent_nowhere(reply: Callable[..., Awaitable[None]]) -> None:
    """Redirects are not followed, bodies are bounded, and the token goes to no other address."""
    elsewhere: list[Request] = []

    async def noted(asked: Request, writer: asyncio.StreamWriter) -> None:
        elsewhere.append(asked)
        writer.write(http(b""))

    async def whole(center: AgentCenter) -> None:
        center.web.replies = {ORDERS: reply, ANSWERS: reply, "/elsewhere": noted}
        names = Resolver(1)
        centers = Centers([center.url], "token", names, client_context(extra=center.authority.der))
        try:
            with pytest.raises((CenterError, WireError)):
                await centers.answers(b"{}")
        finally:
            await centers.close()
            names.close()

    async def run() -> None:
        async with agent_center([]) as center:
            await whole(center)

    asyncio.run(run())
    assert elsewhere == []
