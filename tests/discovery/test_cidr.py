"""Open ports of a network become endpoints, with real sockets on loopback."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.discovery import CidrSettings, DiscoveryResult
from monitor.discovery.cidr import AT_ONCE, CidrDiscovery
from monitor.model import Check, DiscoveredTarget, FailureReason, Severity
from support.factories.config.errors import Rows, pairs
from support.written import written


def settings(network: str = "127.0.0.0/29", *ports: int, **keys: Any) -> CidrSettings:
    """Return settings for one network."""
    return CidrSettings.model_validate(
        {"kind": "cidr", "network": network, "ports": list(ports) or [443], **keys}
    )


def discover(one: CidrSettings, answer_within: float = 3.0) -> DiscoveryResult:
    """Return what is discovered now."""
    return asyncio.run(CidrDiscovery(one, answer_within).discover())


@contextlib.contextmanager
def listening(*addresses: str, backlog: int = 10) -> Iterator[list[socket.socket]]:
    """Listen on addresses, all on one port that is free."""
    with contextlib.ExitStack() as stack:
        links: list[socket.socket] = []
        port = 0
        for address in addresses:
            link = stack.enter_context(socket.socket())
            link.bind((address, port))
            link.listen(backlog)
            port = link.getsockname()[1]
            links.append(link)
        yield links


def test_open_ports() -> None:
    """Where something listens is an endpoint, without a name to expect, by ascending address."""
    with listening("127.0.0.5", "127.0.0.2") as links:
        port = links[0].getsockname()[1]
        assert discover(settings("127.0.0.0/29", port)) == DiscoveryResult(
            (DiscoveredTarget(f"127.0.0.2:{port}"), DiscoveredTarget(f"127.0.0.5:{port}"))
        )


def test_closed_network() -> None:
    """A network where nothing listens is an answer without endpoints and without failures."""
    with listening("127.0.0.1") as links:
        port = links[0].getsockname()[1]
        assert discover(settings("127.0.0.2/32", port)) == DiscoveryResult()


def test_nothing_is_sent() -> None:
    """A knock connects and leaves: not a byte is sent."""
    with listening("127.0.0.1") as [link]:
        discover(settings("127.0.0.1/32", link.getsockname()[1]))
        link.settimeout(30)
        with link.accept()[0] as knocked:
            knocked.settimeout(30)
            assert knocked.recv(1) == b""


def test_title_and_protocol() -> None:
    """The title or name of the entry goes before the address; the protocol is the entry's."""
    with listening("127.0.0.1") as [link]:
        port = link.getsockname()[1]
        one = settings("127.0.0.1/32", port, name="lab", protocol="ldaps")
        assert discover(one).found == (
            DiscoveredTarget(f"127.0.0.1:{port}", title=f"lab at 127.0.0.1:{port}", protocol="ldaps"),
        )


def test_more_addresses_than_connections_at_once() -> None:
    """Every location is knocked on, also when there are more than may be under way."""
    with listening("127.0.0.1", "127.0.1.254") as links:
        port = links[0].getsockname()[1]
        one = settings("127.0.0.0/23", port)
        assert one.locations().__next__() == ("127.0.0.1", port)
        assert len(list(one.locations())) > 5 * AT_ONCE
        assert [found.address for found in discover(one).found] == [
            f"127.0.0.1:{port}",
            f"127.0.1.254:{port}",
        ]


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, which drops what a full queue cannot take")
def test_no_answer() -> None:
    """A port that neither answers nor refuses is given up in time and is no endpoint."""
    with listening("127.0.0.1", backlog=0) as [link], contextlib.ExitStack() as stack:
        where = link.getsockname()
        for _ in range(4):
            other = stack.enter_context(socket.socket())
            other.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                other.connect(where)
        assert discover(settings("127.0.0.1/32", where[1]), answer_within=0.2) == DiscoveryResult()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, which has no route for TCP to everybody")
def test_our_own_failure() -> None:
    """When this machine cannot ask, that is a failure once: nothing may be taken away by it."""
    answer = discover(settings("255.255.255.255/32", 443, 444))
    assert [(one.reason, written(one)) for one in answer.failures] == [
        (FailureReason.UNREACHABLE, "255.255.255.255/32 cannot be searched: no route to the network")
    ]


def test_locations() -> None:
    """Network and broadcast addresses are not probed; a network of one or two addresses has them all."""
    assert [
        list(settings("10.1.2.0/30", 1, 2).locations()),
        list(settings("10.1.2.0/31", 1).locations()),
        list(settings("2001:db8::/127", 1).locations()),
    ] == [
        [("10.1.2.1", 1), ("10.1.2.1", 2), ("10.1.2.2", 1), ("10.1.2.2", 2)],
        [("10.1.2.0", 1), ("10.1.2.1", 1)],
        [("2001:db8::", 1), ("2001:db8::1", 1)],
    ]


def test_names_are_not_judged() -> None:
    """An address tells no name to expect, so that names are judged only where the entry asks for it."""
    assert (settings().checks, settings(checks={"name": "warning", "trust": "off"}).checks) == (
        {Check.NAME: None, Check.NAME_IN_SUBJECT_ONLY: None},
        {Check.NAME: Severity.WARNING, Check.NAME_IN_SUBJECT_ONLY: None, Check.TRUST: None},
    )


def test_settings() -> None:
    """The id holds network and ports, each once; a round is made every hour."""
    one = settings("10.1.2.0/24", 443, 8443, 443)
    assert (one.id, one.refresh, one.grace) == (
        "cidr:10.1.2.0/24:443,8443",
        timedelta(hours=1),
        timedelta(days=7),
    )


@pytest.mark.parametrize(("network", "ports"), [("10.0.0.0/20", 1), ("2001:db8::/117", 2)])
def test_largest(network: str, ports: int) -> None:
    """4096 addresses times ports are allowed."""
    assert settings(network, *range(1, ports + 1)).network == network


WRONG: Rows = [
    ("nothing", "{kind: cidr}", ["1: targets[0].network: is missing", "1: targets[0].ports: is missing"]),
    (
        "too large",
        "{kind: cidr, network: 10.0.0.0/19, ports: [443]}",
        [
            (
                "1: targets[0]: 10.0.0.0/19 has 8192 addresses, with 1 port 8192 combinations; "
                "at most 4096 are allowed: name a smaller network or fewer ports"
            )
        ],
    ),
    (
        "too many ports",
        "{kind: cidr, network: 10.0.0.0/20, ports: [443, 444]}",
        [
            (
                "1: targets[0]: 10.0.0.0/20 has 4096 addresses, with 2 ports 8192 combinations; "
                "at most 4096 are allowed: name a smaller network or fewer ports"
            )
        ],
    ),
    (
        "an address in a network",
        "{kind: cidr, network: 10.1.2.5/24, ports: [443]}",
        [("1: targets[0].network: has bits outside of the network; write 10.1.2.0/24 (got '10.1.2.5/24')")],
    ),
    (
        "an address",
        "{kind: cidr, network: 10.1.2.5, ports: [443]}",
        [
            (
                "1: targets[0].network: must be a network such as 10.1.2.0/24; for one address write "
                "10.1.2.5/32 (got '10.1.2.5')"
            )
        ],
    ),
    (
        "a name",
        "{kind: cidr, network: vms.example, ports: [443]}",
        ["1: targets[0].network: must be a network such as 10.1.2.0/24 (got 'vms.example')"],
    ),
    (
        "wrong ports",
        "{kind: cidr, network: 10.1.2.0/24, ports: [0, 70000, a]}",
        [
            "1: targets[0].ports[0]: must be at least 1 (got 0)",
            "1: targets[0].ports[1]: must be at most 65535 (got 70000)",
            "1: targets[0].ports[2]: must be a whole number (got 'a')",
        ],
    ),
    (
        "no port",
        "{kind: cidr, network: 10.1.2.0/24, ports: []}",
        ["1: targets[0].ports: needs at least 1 entry"],
    ),
    (
        "a wrong check",
        "{kind: cidr, network: 10.1.2.0/24, ports: [443], checks: {trust: loud}}",
        ["1: targets[0].checks.trust: must be one of off, warning, critical (got 'loud')"],
    ),
    (
        "checks that are none",
        "{kind: cidr, network: 10.1.2.0/24, ports: [443], checks: off}",
        ["1: targets[0].checks: must be keys and values (got 'off')"],
    ),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_entry(tmp_path: Path, text: str, lines: list[str]) -> None:
    """A mistake in a file is said with its line and key."""
    said, expected = pairs(tmp_path, f"targets: [{text}]\n", lines)
    assert said == expected


def test_no_scan_over_udp() -> None:
    """A protocol over UDP is refused: there nothing tells an open port."""
    with pytest.raises(ValidationError, match="dtls runs over UDP, where an open port cannot be detected"):
        settings("127.0.0.1/32", 5684, protocol="dtls")
