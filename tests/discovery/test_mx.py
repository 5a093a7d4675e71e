"""Mail servers of a domain become endpoints, with a real name server on loopback."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.discovery import DiscoveryResult, MxSettings, texts
from monitor.discovery.records import SystemRecords
from monitor.model import DiscoveredTarget, Failure, FailureReason, Message
from support.factories.config.errors import Rows, pairs
from support.servers.sources.dns_server import Zone, name_server

DOMAIN = "vms.example"


def settings(**keys: Any) -> MxSettings:
    """Return settings for one domain."""
    return MxSettings.model_validate({"kind": "mx", "domain": DOMAIN, **keys})


def discover(zone: Zone, **keys: Any) -> DiscoveryResult:
    """Return what is discovered at a name server that knows this zone."""

    async def run(port: int) -> DiscoveryResult:
        discovery = settings(**keys).discovery(SystemRecords(["127.0.0.1"], port))
        try:
            return await discovery.discover()
        finally:
            await discovery.close()

    with name_server(zone) as server:
        return asyncio.run(run(server.port))


def mail(host: str, title: str = f"MX {DOMAIN}") -> DiscoveredTarget:
    """Return the endpoint of a mail server."""
    return DiscoveredTarget(f"{host}:25", host, (), f"{title} ({host})", protocol="smtp")


def test_servers() -> None:
    """Port 25 of each server is an endpoint that speaks SMTP, the most preferred first."""
    zone = {(DOMAIN, "MX"): ["20 mx2.vms.example.", "10 MX1.vms.example.", "30 mx2.vms.example."]}
    assert discover(zone) == DiscoveryResult((mail("mx1.vms.example"), mail("mx2.vms.example")))


def test_title() -> None:
    """A title of the entry goes before the server."""
    assert discover({(DOMAIN, "MX"): ["0 mx1.example."]}, title="Mail") == DiscoveryResult(
        (mail("mx1.example", "Mail"),)
    )


def test_no_mail() -> None:
    """A null MX says that the domain takes no mail (RFC 7505): no endpoint and no failure."""
    assert discover({(DOMAIN, "MX"): ["0 ."]}) == DiscoveryResult(
        notes=(f"{DOMAIN} says that it takes no mail",)
    )


def test_impossible_server() -> None:
    """A server with an impossible name is left out, and that is said."""
    answer = discover({(DOMAIN, "MX"): [r"0 a\032b.example.", "5 mx1.example."]})
    assert answer == DiscoveryResult(
        (mail("mx1.example"),),
        notes=(f"{DOMAIN} names the mail server 'a\\\\032b.example', which cannot be",),
    )


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ({("other.example", "MX"): []}, texts.NAME_NOT_FOUND),
        ({(DOMAIN, "TXT"): ["x"]}, texts.no_record(kind="MX")),
    ],
)
def test_failures(zone: Zone, said: Message) -> None:
    """A domain without MX records is a failure and no empty list."""
    message = texts.lookup_failed(name=DOMAIN, problem=said)
    assert discover(zone) == DiscoveryResult(failures=(Failure(FailureReason.DNS, message, f"mx:{DOMAIN}"),))


def test_settings() -> None:
    """A domain is kept in lower case without its last dot; defaults are those of a name's addresses."""
    one = settings(domain="VMS.Example.")
    assert (one.id, one.name, one.refresh, one.grace) == (
        "mx:vms.example",
        "vms.example",
        timedelta(minutes=5),
        timedelta(days=1),
    )


WRONG: Rows = [
    ("no domain", "{kind: mx}", ["1: targets[0].domain: is missing"]),
    (
        "no name",
        "{kind: mx, domain: a b}",
        ["1: targets[0].domain: must be a mail domain, such as vms.example (got 'a b')"],
    ),
    (
        "a mail address",
        "{kind: mx, domain: admins@vms.example}",
        ["1: targets[0].domain: must be a mail domain, such as vms.example (got 'admins@vms.example')"],
    ),
    (
        "an address",
        "{kind: mx, domain: 10.0.0.5}",
        ["1: targets[0].domain: is an address, which has no MX records; use kind: endpoint (got '10.0.0.5')"],
    ),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_entry(tmp_path: Path, text: str, lines: list[str]) -> None:
    """A mistake in a file is said with its line and key."""
    said, expected = pairs(tmp_path, f"targets: [{text}]\n", lines)
    assert said == expected
