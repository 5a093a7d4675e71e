"""Servers that DNS announces for a service become endpoints, with a real name server on loopback."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.discovery import DiscoveryResult, SrvSettings, texts
from monitor.discovery.records import LookUpError, SystemRecords
from monitor.model import DiscoveredTarget, Failure, FailureReason, Message
from support.factories.config.errors import Rows, pairs
from support.servers.sources.dns_server import Zone, name_server

LDAPS = "_ldaps._tcp.vms.example"


def settings(name: str = LDAPS, **keys: Any) -> SrvSettings:
    """Return settings for one service."""
    return SrvSettings.model_validate({"kind": "srv", "name": name, **keys})


def discover(zone: Zone, one: SrvSettings | None = None, *, silent: bool = False) -> DiscoveryResult:
    """Return what is discovered at a name server that knows this zone."""

    async def run(port: int) -> DiscoveryResult:
        records = SystemRecords(["127.0.0.1"], port, longest=0.3 if silent else 10)
        discovery = (one or settings()).discovery(records)
        try:
            return await discovery.discover()
        finally:
            await discovery.close()

    with name_server(zone, silent=silent) as server:
        return asyncio.run(run(server.port))


def failure(said: Message) -> DiscoveryResult:
    """Return the answer of a lookup that failed."""
    message = texts.lookup_failed(name=LDAPS, problem=said)
    return DiscoveryResult(failures=(Failure(FailureReason.DNS, message, f"srv:{LDAPS}"),))


def test_servers() -> None:
    """Each server and port is an endpoint that speaks what the service is called, best priority first."""
    zone = {
        (LDAPS, "SRV"): [
            "20 0 636 dc03.vms.example.",
            "10 1 636 dc01.vms.example.",
            "10 9 3269 DC02.vms.example.",
        ]
    }
    assert discover(zone) == DiscoveryResult(
        (
            DiscoveredTarget("dc02.vms.example:3269", "dc02.vms.example", protocol="ldaps"),
            DiscoveredTarget("dc01.vms.example:636", "dc01.vms.example", protocol="ldaps"),
            DiscoveredTarget("dc03.vms.example:636", "dc03.vms.example", protocol="ldaps"),
        )
    )


def test_title() -> None:
    """A title of the entry goes before the address."""
    zone = {(LDAPS, "SRV"): ["0 0 636 dc01.example."]}
    answer = discover(zone, settings(title="Directory"))
    assert [found.title for found in answer.found] == ["Directory (dc01.example:636)"]


def test_a_server_twice() -> None:
    """Two records for one server and port are one endpoint."""
    zone = {(LDAPS, "SRV"): ["0 0 636 dc01.example.", "5 0 636 dc01.example."]}
    assert [found.address for found in discover(zone).found] == ["dc01.example:636"]


def test_long_answer() -> None:
    """An answer too long for UDP is asked for again over TCP."""
    zone = {(LDAPS, "SRV"): [f"0 0 636 a-very-long-name-of-server-{n:03}.vms.example." for n in range(100)]}
    assert len(discover(zone).found) == 100


def test_service_not_offered() -> None:
    """The target ``.`` says that the service is not offered (RFC 2782): no endpoint and no failure."""
    answer = discover({(LDAPS, "SRV"): ["0 0 0 ."]})
    assert answer == DiscoveryResult(notes=(f"{LDAPS} says that the service is not offered here",))


def test_impossible_record() -> None:
    """A record that names no possible server is left out, and that is said."""
    answer = discover({(LDAPS, "SRV"): ["0 0 0 dc01.example.", r"0 0 636 a\032b.example."]})
    assert answer == DiscoveryResult(
        notes=(
            f"{LDAPS} names 'a\\\\032b.example' port 636, which cannot be",
            f"{LDAPS} names 'dc01.example' port 0, which cannot be",
        )
    )


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ({("other.example", "SRV"): []}, texts.NAME_NOT_FOUND),
        ({(LDAPS, "TXT"): ["x"]}, texts.no_record(kind="SRV")),
        ({(LDAPS, "SRV"): ["SERVFAIL"]}, texts.NO_USABLE_ANSWER),
    ],
)
def test_failures(zone: Zone, said: Message) -> None:
    """A name without records is a failure and no empty list."""
    assert discover(zone) == failure(said)


def test_unresponsive_name_server() -> None:
    """A name server that does not answer is given up in time."""
    assert discover({}, silent=True) == failure(texts.no_dns_answer(timeout=timedelta(seconds=0.3)))


def test_only_the_name_is_asked_for() -> None:
    """The search list of the machine takes no part: the name is asked for as it is written."""
    with name_server({("other.example", "SRV"): []}) as server:
        records = SystemRecords(["127.0.0.1"], server.port)
        with pytest.raises(LookUpError, match="dns_name_not_found"):
            asyncio.run(records.of("_x._tcp.short", "SRV"))
        assert set(server.asked) == {"SRV _x._tcp.short"}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("ldaps", "ldaps"),
        ("ldap", "ldap"),
        ("https", "https"),
        ("submission", "smtp"),
        ("postgresql", "postgres"),
        ("xmpp-client", "xmpp-client"),
        ("mqtts", "mqtts"),
        ("submissions", "smtps"),
        ("domain-s", "dot"),
        ("xmpps-client", "tls"),
        ("nobody-knows", ""),
    ],
)
def test_protocols(service: str, expected: str) -> None:
    """The name of a service says the protocol, or nothing is said."""
    assert settings(f"_{service}._tcp.vms.example").dialect == expected


def test_own_protocol() -> None:
    """What the entry says outweighs the name of the service."""
    assert settings(protocol="https").dialect == "https"


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (settings(), ""),
        (settings("_xmpp-client._tcp.vms.example"), "vms.example"),
        (settings("_xmpps-client._tcp.vms.example"), "vms.example"),
        (settings("_xmpp-client._tcp.vms.example", server_name="chat.example"), "chat.example"),
        (settings(server_name="LDAP.example"), "ldap.example"),
    ],
)
def test_expected_names(one: SrvSettings, expected: str) -> None:
    """A certificate is for the server, with XMPP for the domain, or for what the entry says."""
    assert one.expected == expected


def test_settings() -> None:
    """A name is kept in lower case without its last dot; defaults are those of a name's addresses."""
    one = settings("_LDAPS._TCP.Bücher.example.")
    assert (one.id, one.refresh, one.grace) == (
        "srv:_ldaps._tcp.xn--bcher-kva.example",
        timedelta(minutes=5),
        timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"name": "vms.example"}, "must be _SERVICE._tcp.DOMAIN"),
        ({"name": "_ldaps._tcp"}, "must be _SERVICE._tcp.DOMAIN"),
        ({"name": "_ldaps.tcp.vms.example"}, "must be _SERVICE._tcp.DOMAIN"),
        ({"name": "_sip._udp.vms.example"}, "only services over TCP can be watched"),
        ({"name": "_ldaps._tcp.a b"}, "a host is a DNS name"),
        ({"protocol": "gopher"}, "unknown protocol; allowed: tls, "),
        ({"server_name": "a b"}, "a host is a DNS name"),
    ],
)
def test_wrong_settings(keys: dict[str, str], said: str) -> None:
    """Each mistake has its sentence."""
    with pytest.raises(ValidationError, match=said):
        SrvSettings.model_validate({"kind": "srv", "name": LDAPS} | keys)


WRONG: Rows = [
    ("no name", "{kind: srv}", ["1: targets[0].name: is missing"]),
    (
        "no service",
        "{kind: srv, name: a.b}",
        ["1: targets[0].name: must be _SERVICE._tcp.DOMAIN, such as _ldaps._tcp.vms.example (got 'a.b')"],
    ),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_entry(tmp_path: Path, text: str, lines: list[str]) -> None:
    """A mistake in a file is said with its line and key."""
    said, expected = pairs(tmp_path, f"targets: [{text}]\n", lines)
    assert said == expected
