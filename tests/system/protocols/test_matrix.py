"""Tests of every protocol on the distribution's real servers, which are good, bad, plain or another."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.dialects import DIALECTS
from monitor.model import FailureReason, Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support.folders import ROOT
from support.servers.daemon.command import Done, check
from support.servers.dialects.estate import EXPIRED, GOOD, NAME, Estate, Kind, Room, settled
from support.servers.dialects.matrix import PLACES, WITHOUT_SERVER, MatrixServer
from support.written import written

pytestmark = pytest.mark.system

KINDS = {location.kind.name: location.kind for location in PLACES}
# Erlang takes six seconds to start: once is enough, for what happens after TLS has begun.
HEAVY = frozenset({"rabbitmq"})
ALARM = re.compile(
    r"error|fail|fatal|panic|alert|crit(?!eri)|abort|refus|invalid|unexpected|bad|warn", re.IGNORECASE
)
HEXADECIMAL = re.compile(r"\b[0-9A-Fa-f]{16,}\b")


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    """Keep the servers that the tests of this file have started."""
    estate = Estate()
    try:
        yield estate
    finally:
        estate.end()


def started(estate: Estate, kind: Kind, state: str) -> Room:
    """Return where a server runs, or skip the test on a machine that lacks it."""
    if kind.missing:
        pytest.skip(kind.missing)
    return estate.room(kind, state)


def checked(room: Room, location: MatrixServer) -> Done:
    """Return what the command says of one location."""
    url = f"{location.protocol}://127.0.0.1:{room.ports[location.at]}"
    return check(url, "--name", NAME, "--trust", room.root / "ca.pem")


async def probe(protocol: str, port: int, seconds: float) -> ProbeResult:
    """Return what one probe shows."""
    settings = EndpointSettings(address=f"127.0.0.1:{port}", protocol=protocol, server_name=NAME)
    return await EndpointSource(Resolver()).probe(
        settings.target(Policy(timeout=timedelta(seconds=seconds))).request
    )


def shown(done: Done) -> tuple[int, list[list[str]], list[list[str]], list[list[str]]]:
    """Return the exit code, reasons, checks, and fingerprints of the leaf."""
    leaves = [found[:1] for found in done.column("certificates", "sha256")]
    return done.code, done.column("failures", "reason"), done.column("findings", "check"), leaves


def test_every_protocol_has_a_server() -> None:
    """Each word of the table is tested on a real server, or is known to have none."""
    assert {location.protocol for location in PLACES} == set(DIALECTS) - WITHOUT_SERVER


def test_protocols_page_lists_every_protocol() -> None:
    """docs/protocols.md has a line for each protocol, with its usual port and in the same order."""
    page = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| (`[^|]+`) \| (\d+) \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
    listed = [(word, int(port)) for words, port in lines for word in re.findall(r"`([^`]+)`", words)]
    assert listed == [(name, dialect.port) for name, dialect in DIALECTS.items()]


@pytest.mark.parametrize("location", PLACES, ids=str)
def test_good(estate: Estate, location: MatrixServer) -> None:
    """A server's certificate is seen and trusted, and nothing is found."""
    done = checked(started(estate, location.kind, "good"), location)
    assert shown(done) == (0, [[]], [[]], [[GOOD.sha256]])


LIGHT = [location for location in PLACES if location.kind.name not in HEAVY]


@pytest.mark.parametrize("location", LIGHT, ids=str)
def test_expired(estate: Estate, location: MatrixServer) -> None:
    """An expired certificate is seen all the same, and that is what is found."""
    done = checked(started(estate, location.kind, "expired"), location)
    assert shown(done) == (2, [[]], [["expiry"]], [[EXPIRED.sha256]])


# What servers without TLS do, and words of theirs or ours that must be reported.
PLAIN = {
    "smtp": (FailureReason.STARTTLS_REFUSED, 'offer STARTTLS: "250-relay.vms.example 250-PIPELINING'),
    "imap": (FailureReason.STARTTLS_REFUSED, 'offer STARTTLS: "* CAPABILITY IMAP4rev1'),
    "pop3": (FailureReason.STARTTLS_REFUSED, 'offer STLS: "+OK CAPA'),
    "lmtp": (FailureReason.STARTTLS_REFUSED, 'offer STARTTLS: "250-'),
    "sieve": (FailureReason.STARTTLS_REFUSED, 'offer STARTTLS: ""IMPLEMENTATION" "Dovecot'),
    "ftp": (FailureReason.STARTTLS_REFUSED, 'refused AUTH TLS: "530 Please login'),
    "ldap": (FailureReason.STARTTLS_REFUSED, '"unsupported extended operation"'),
    "xmpp-client": (FailureReason.STARTTLS_REFUSED, "No stream features to proceed with"),
    "xmpp-server": (FailureReason.STARTTLS_REFUSED, 'offer STARTTLS: "features dialback'),
    "irc": (FailureReason.STARTTLS_REFUSED, 'offer STARTTLS: ":irc.vms.example CAP'),
    "postgres": (FailureReason.STARTTLS_REFUSED, "answered N (ssl = off)"),
    "mysql": (FailureReason.STARTTLS_REFUSED, "MariaDB"),
    "mariadb": (FailureReason.STARTTLS_REFUSED, "MariaDB"),
    "rdp": (FailureReason.STARTTLS_REFUSED, "standard RDP security"),
    "https": (FailureReason.NOT_TLS, 'it is probably HTTP: "HTTP/1.1 400 Bad Request"'),
    # These say nothing that could be quoted: one hangs up on nonsense, the others wait for its end.
    "mqtts": (FailureReason.CLOSED, "reset"),
    "rediss": (FailureReason.TIMEOUT, "no answer to the TLS ClientHello"),
    "dot": (FailureReason.TIMEOUT, "no answer to the TLS ClientHello"),
}


@pytest.mark.parametrize("location", [location for location in PLACES if location.protocol in PLAIN], ids=str)
def test_without_tls(estate: Estate, location: MatrixServer) -> None:
    """A server without TLS is reported by its reason, in the server's own words."""
    reason, words = PLAIN[location.protocol]
    room = started(estate, location.kind, "plain")
    seen = asyncio.run(
        probe(location.protocol, room.ports[location.at], 1 if reason is FailureReason.TIMEOUT else 10)
    )
    [failure] = seen.failures
    assert (seen.sightings, failure.reason, words in written(failure)) == ((), reason, True), failure


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_log_of_server(estate: Estate, kind: Kind) -> None:
    """A probe is an ordinary visit: nothing that sounds alarming is left in the server's log."""
    room = started(estate, kind, "good")
    before = set(room.log.splitlines())
    for location in PLACES:
        if location.kind is kind:
            asyncio.run(probe(location.protocol, room.ports[location.at], 10))
    settled(room, {room.ports[location.at] for location in PLACES if location.kind is kind})
    after = [line for line in estate.stop(kind, "good").splitlines() if line not in before]
    # Ids of sessions are hexadecimal: one in some sixty has "bad" in it.
    words = {line: HEXADECIMAL.sub("", line) for line in after}
    assert [line for line in after if ALARM.search(words[line]) and not re.search(kind.usual, line)] == []


# One word speaks for all with TLS on connect.
SPOKEN = ["tls", *(name for name, dialect in DIALECTS.items() if not dialect.direct)]
# Those that answer to each other's words.
ALIKE = {"mariadb": {"mysql", "mariadb"}, "prosody": {"xmpp-client", "xmpp-server"}}
GREETS = frozenset({"smtp", "imap", "pop3", "lmtp", "sieve", "ftp", "irc", "mysql"})
AT_ONCE = frozenset({"protocol_error", "not_tls", "starttls_refused"})
SHORT = {"starttls_refused": "refused", "protocol_error": "protocol"}
IN_THE_END = AT_ONCE | {"closed", "timeout"}


def outcome(seen: ProbeResult) -> str:
    """Return in a word what came of a probe."""
    leaf = [sighting.certificate.sha256 for sighting in seen.sightings[:1]]
    reasons = [str(failure.reason) for failure in seen.failures]
    return "seen" if (leaf, reasons) == ([EXPIRED.sha256], []) else " ".join([*leaf, *reasons])


def allowed(protocol: str, location: MatrixServer) -> frozenset[str]:
    """Return what may come of a protocol at a location."""
    own = "tls" if DIALECTS[location.protocol].direct else location.protocol
    if protocol in ALIKE.get(location.kind.name, {own}):
        return frozenset({"seen"})
    return AT_ONCE if location.at in GREETS else IN_THE_END


async def crossed(rooms: dict[MatrixServer, Room]) -> dict[tuple[str, MatrixServer], str]:
    """Return what comes of each protocol at each location, all at once."""
    cells = [(protocol, location) for location in rooms for protocol in SPOKEN]
    probes = (probe(protocol, rooms[location].ports[location.at], 5) for protocol, location in cells)
    return dict(zip(cells, map(outcome, await asyncio.gather(*probes)), strict=True))


def test_wrong_protocol(estate: Estate, capsys: pytest.CaptureFixture[str]) -> None:
    """Each protocol is seen only where it is spoken; elsewhere it fails, at once where the server greets."""
    rooms = {location: started(estate, location.kind, "expired") for location in LIGHT}
    found = asyncio.run(crossed(rooms))
    with capsys.disabled():
        print("\n" + table(found))  # noqa: T201 - so that people see the whole of it
    assert {cell: came for cell, came in found.items() if came not in allowed(*cell)} == {}


def table(found: dict[tuple[str, MatrixServer], str]) -> str:
    """Return protocol by location as text."""
    locations = dict.fromkeys(location for _, location in found)
    width = max(len(str(location)) for location in locations)
    lines = [" " * width + " ".join(protocol.rjust(11) for protocol in SPOKEN)]
    for location in locations:
        row = (
            SHORT.get(found[protocol, location], found[protocol, location]).rjust(11) for protocol in SPOKEN
        )
        lines.append(str(location).ljust(width) + " ".join(row))
    return "\n".join(lines)
