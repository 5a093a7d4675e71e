"""TLS inside TDS packets: the wrapping alone, and probes of a server that FreeTDS accepts too."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from monitor.dialects import texts
from monitor.dialects.tds import Tds, prelogin
from monitor.dialects.tds_packets import PRELOGIN, REPLY, packets
from monitor.model import FailureReason, Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support import pki
from support.factories.dialects.dialogues import converse
from support.servers.tls.peers import listening, server_context, speaking_tls
from support.servers.tls.tds_server import LOGIN7, NOT_SUPPORTED, OFF, ON, REQUIRED, TdsServer, strict
from support.written import written

NAME = "sql.example"
ROOT = pki.authority()
LEAF = pki.leaf(NAME, ROOT)
HELLO = b"\x16\x03\x01\x00\x05hello"
PLAIN_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
ENCRYPTED_ALERT = b"\x15\x03\x03\x00\x1a" + bytes(26)


def ready() -> Tds:
    """Return a dialogue at the point where the handshake begins."""
    dialogue = Tds()
    converse(dialogue, packets(REPLY, prelogin(1)))
    return dialogue


def server(encryption: int = ON, size: int = 4096, step: int = 0, *, many: int = 0) -> TdsServer:
    """Return a server of TLS 1.2; ``many`` repeats the root in its chain."""
    context = server_context(LEAF, [ROOT, *[ROOT] * many], version=SSL.TLS1_2_VERSION)
    return TdsServer(context, encryption, size, step)


def always() -> bool:
    """Wait for nothing."""
    return True


def probe(
    handler: Callable[..., Awaitable[None]], protocol: str = "mssql", until: Callable[[], object] = always
) -> ProbeResult:
    """Return what one probe of a server shows; keep the server until something is true of it."""

    async def run() -> ProbeResult:
        async with listening(handler) as port:
            settings = EndpointSettings(
                kind="endpoint", address=f"127.0.0.1:{port}", server_name=NAME, protocol=protocol
            )
            seen = await EndpointSource(Resolver()).probe(settings.target(Policy()).request)
            async with asyncio.timeout(30):
                while not until():
                    await asyncio.sleep(0.01)
            return seen

    return asyncio.run(run())


def shown(seen: ProbeResult) -> list[str]:
    """Return the fingerprints in the order served."""
    return [sighting.certificate.sha256 for sighting in seen.sightings]


def test_flight_is_wrapped() -> None:
    """Our side of the handshake travels in PRELOGIN packets, the last one marked."""
    assert ready().wrap(HELLO) == b"\x12\x01\x00\x12\x00\x00\x01\x00" + HELLO


def test_long_flight_takes_several_packets() -> None:
    """A flight above 4096 bytes is cut into packets of at most that, numbered, only the last one marked."""
    wrapped = ready().wrap(b"\x16" + bytes(9000))
    heads = [wrapped[at : at + 8].hex() for at in (0, 4096, 8192)]
    assert (len(wrapped), heads) == (
        9025,
        ["1200100000000100", "1200100000000200", "1201034100000300"],
    )


def test_nothing_is_not_wrapped() -> None:
    """Nothing to say makes no packet."""
    assert ready().wrap(b"") == b""


def test_plain_alert_is_wrapped() -> None:
    """An alert in the middle of the handshake is part of it."""
    assert ready().wrap(PLAIN_ALERT)[8:] == PLAIN_ALERT


def test_farewell_travels_bare() -> None:
    """An encrypted alert comes after the handshake, when packets are inside TLS and no longer around it."""
    assert ready().wrap(ENCRYPTED_ALERT) == ENCRYPTED_ALERT


@given(
    flights=st.lists(st.binary(min_size=1, max_size=9000), min_size=1, max_size=3),
    step=st.integers(1, 5000),
    kind=st.sampled_from([PRELOGIN, REPLY]),
)
def test_unwrapping_ignores_cuts(flights: list[bytes], step: int, kind: int) -> None:
    """What is inside the packets comes out whole, however long they are and wherever reads end."""
    said = b"".join(packets(kind, flight) for flight in flights)
    dialogue = ready()
    out = b"".join(dialogue.unwrap(said[at : at + step]) for at in range(0, len(said), step))
    assert (out, dialogue.failure) == (b"".join(flights), None)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_unwrapping_any_bytes(data: bytes, at: int) -> None:
    """Any bytes give an outcome and never an exception, the same one however they were cut."""
    whole, cut = ready(), ready()
    assert (whole.unwrap(data), whole.failure) == (cut.unwrap(data[:at]) + cut.unwrap(data[at:]), cut.failure)


def test_empty_packets_are_passed_over() -> None:
    """A packet with nothing in it is allowed."""
    assert ready().unwrap(packets(PRELOGIN, b"") + packets(PRELOGIN, HELLO)) == HELLO


def test_bare_tls_is_followed() -> None:
    """A server that goes over to bare TLS between two packets is still understood."""
    dialogue = ready()
    assert (dialogue.unwrap(packets(PRELOGIN, HELLO) + PLAIN_ALERT), dialogue.failure) == (
        HELLO + PLAIN_ALERT,
        None,
    )


@pytest.mark.parametrize("strange", [b"HTTP/1.1", b"\x12\x01\x00\x07\x00\x00\x01\x00", b"\x01\x01\x00\x09"])
def test_strange_packets_end_it(strange: bytes) -> None:
    """What is neither a packet nor TLS ends the dialogue, after what was good before it."""
    dialogue = ready()
    out = dialogue.unwrap(packets(PRELOGIN, HELLO) + strange) + dialogue.unwrap(HELLO)
    failure = dialogue.failure
    assert failure is not None
    assert (out, failure.reason) == (HELLO, FailureReason.PROTOCOL_ERROR)


@pytest.mark.parametrize("encryption", [OFF, ON, REQUIRED])
def test_probe(encryption: int) -> None:
    """A probe shows the chain, whichever way the server agrees to encryption."""
    seen = probe(server(encryption))
    assert (shown(seen), seen.failures, seen.encrypted) == ([LEAF.sha256, ROOT.sha256], (), True)


@pytest.mark.parametrize(("size", "step"), [(9, 0), (64, 0), (4096, 7), (20, 1)])
def test_probe_of_small_packets(size: int, step: int) -> None:
    """TLS records that span packets, and packets that span reads, are put together."""
    assert shown(probe(server(ON, size, step))) == [LEAF.sha256, ROOT.sha256]


def test_probe_of_a_long_chain() -> None:
    """A chain that fills many packets arrives whole."""
    assert len(shown(probe(server(many=30)))) == 32


def test_probe_asks_and_closes_properly() -> None:
    """The server is asked for encryption, sees no login, and is left with close_notify."""
    sql = server()
    probe(sql, until=lambda: sql.polite)
    assert (sql.asked, sql.logins, sql.polite) == ([ON], [], [True])


def test_probe_of_one_without_tls() -> None:
    """A server that supports no encryption is a refusal with its word for it."""
    seen = probe(server(NOT_SUPPORTED))
    assert [(f.reason, f.message) for f in seen.failures] == [
        (FailureReason.STARTTLS_REFUSED, texts.MSSQL_NO_TLS)
    ]


def test_probe_of_a_strict_one() -> None:
    """Strict encryption is TLS on connect, to which the client offers ``tds/8.0`` and nothing else."""
    offers: list[list[bytes]] = []
    handler = speaking_tls(strict(server_context(LEAF, [ROOT]), offers))
    assert (shown(probe(handler, "mssql-strict")), offers) == ([LEAF.sha256, ROOT.sha256], [[b"tds/8.0"]])


def test_strict_server_in_the_wrong_protocol() -> None:
    """A probe in TDS 7 at a strict server says which protocol to take."""
    seen = probe(speaking_tls(strict(server_context(LEAF), [])))
    assert [
        ("mssql-strict" in written(f), f.reason in (FailureReason.CLOSED, FailureReason.PROTOCOL_ERROR))
        for f in seen.failures
    ] == [(True, True)]


async def tsql(port: int, folder: Path) -> str:
    """Log in with FreeTDS and return what it says."""
    (folder / "freetds.conf").write_text(
        f"[sql]\n host = 127.0.0.1\n port = {port}\n tds version = 7.4\n encryption = require\n"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        ["tsql", "-S", "sql", "-U", "nobody", "-P", "nothing"],
        env={**os.environ, "FREETDSCONF": str(folder / "freetds.conf")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    return done.stdout.decode(errors="replace")


@pytest.mark.system
@pytest.mark.skipif(not shutil.which("tsql"), reason="tsql is missing (Debian: freetds-bin)")
@pytest.mark.parametrize("size", [4096, 100])
def test_freetds_accepts_the_server(tmp_path: Path, size: int) -> None:
    """FreeTDS gets through TLS to its login and understands the refusal: our server is like a real one."""
    sql = server(ON, size)

    async def run() -> str:
        async with listening(sql) as port:
            return await tsql(port, tmp_path)

    said = asyncio.run(run())
    assert ("Login failed for everybody." in said, [login[0] for login in sql.logins]) == (True, [LOGIN7])
