"""The simulated XProtect site: the real servers behind what it announces, and their addresses."""

import asyncio
import contextlib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from monitor.demo.xprotect_machines import MACHINES, DemoMachine, Door, Serves
from monitor.demo.xprotect_servers import claim, release
from monitor.demo.xprotect_site import Simulator
from support.pki import trusting
from support.servers.sources.xprotect_simulator import REST, ask_token, client, running, signed_in

Served = dict[tuple[str, int], x509.Certificate]
PORTS = (("recorder01", 7563), ("recorder01", 9001), ("mobile01", 8082), ("camera02", 8443))


async def _served(site: Simulator, machine: str, port: int) -> x509.Certificate:
    """Return the certificate behind one port of the plan."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    endpoint = site.endpoints[machine]
    _, writer = await asyncio.open_connection(endpoint.address, endpoint.ports[port], ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(der)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Probe the certificates of one healthy site; the CA is under ``("", 0)``."""

    async def run() -> Served:
        async with running(tmp_path_factory.mktemp("site")) as site:
            found = {port: await _served(site, *port) for port in PORTS}
            return {**found, ("", 0): site.ca.certificate}

    return asyncio.run(run())


def test_recorder_renewed_on_one_port(served: Served) -> None:
    """Recorder 01 serves a new certificate for media and an old one to the management server."""
    media, server = served["recorder01", 7563], served["recorder01", 9001]
    assert media.not_valid_after_utc - server.not_valid_after_utc > timedelta(days=300)


def test_newest_leaf_outlives_its_authority(served: Served) -> None:
    """The renewed certificate expires after the CA that signed it, which is in its last months."""
    leaf = served["recorder01", 7563].not_valid_after_utc
    assert datetime.now(UTC) + timedelta(days=91) > served["", 0].not_valid_after_utc < leaf


def test_certificates_carry_the_address(tmp_path: Path) -> None:
    """A client that verifies the name by address is satisfied by the event server."""

    async def run() -> bool:
        async with running(tmp_path) as site:
            context = trusting(site.ca.der)
            endpoint = site.endpoints["event01"]
            _, writer = await asyncio.open_connection(endpoint.address, endpoint.ports[22331], ssl=context)
            writer.close()
            return True

    assert asyncio.run(run())


def test_mobile_server_signs_itself(served: Served) -> None:
    """The mobile server still has the certificate that signed itself."""
    mobile = served["mobile01", 8082]
    assert mobile.issuer == mobile.subject


def test_camera_has_expired(served: Served) -> None:
    """Camera 02 serves an expired certificate."""
    assert served["camera02", 8443].not_valid_after_utc < datetime.now(UTC)


def test_failover_recorder_does_not_answer(tmp_path: Path) -> None:
    """Nothing listens on the failover recorder."""

    async def run() -> None:
        async with running(tmp_path) as site:
            await _served(site, "failover01", 7563)

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(run())


def test_unencrypted_recorder_answers_plainly(tmp_path: Path) -> None:
    """The media port of recorder 03 answers a TLS greeting in plain HTTP."""

    async def run() -> bytes:
        async with running(tmp_path) as site:
            endpoint = site.endpoints["recorder03"]
            reader, writer = await asyncio.open_connection(endpoint.address, endpoint.ports[7563])
            writer.write(b"\x16\x03\x01")
            begin = await reader.readexactly(8)
            writer.close()
            return begin

    assert asyncio.run(run()) == b"HTTP/1.1"


def test_two_sites_at_once(tmp_path: Path) -> None:
    """Two sites run beside each other on addresses of their own."""

    async def run() -> tuple[int, int]:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        async with running(tmp_path / "a") as first, running(tmp_path / "b") as second:
            return (await ask_token(first)).status_code, (await ask_token(second)).status_code

    assert asyncio.run(run()) == (200, 200)


def test_ports_are_free_after_stop(tmp_path: Path) -> None:
    """A site's port can be used again at once."""

    async def run() -> list[str]:
        found = []
        for _ in range(2):
            async with running(tmp_path) as site, client(site) as asking:
                await asking.get("/api/.well-known/uris")
                found.append(site.url)
        return found

    first, second = asyncio.run(run())
    assert first == second


def test_one_address_for_all() -> None:
    """Where only 127.0.0.1 exists, taken ports move if they are announced, and are left out otherwise."""
    machines = (
        DemoMachine("a", (Door(18901, Serves.PLAIN), Door(18902, announced=False))),
        DemoMachine("b", (Door(18901, Serves.PLAIN), Door(18902, announced=False))),
    )
    endpoints = claim(machines, addresses=())
    try:
        found = [(endpoint.address, sorted(endpoint.ports)) for endpoint in endpoints]
    finally:
        release(endpoints)
    assert found == [("127.0.0.1", [18901, 18902]), ("127.0.0.1", [18901])]


def test_taken_everywhere() -> None:
    """A port that another program holds on every address moves; the computer keeps an address of its own."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (endpoint,) = claim((DemoMachine("a", (Door(port, Serves.PLAIN),)),), addresses=("127.0.0.1",))
        moved = endpoint.ports[port]
        release((endpoint,))
    assert (endpoint.address, moved != port) == ("127.0.0.1", True)


def test_site_on_one_address(tmp_path: Path) -> None:
    """A site whose computers share 127.0.0.1 still announces ports that answer."""

    async def run() -> tuple[str, int]:
        site = Simulator(tmp_path, addresses=())
        await site.start()
        try:
            async with signed_in(site) as asking:
                recorders = (await asking.get(f"{REST}recordingServers")).json()
            uri = urlsplit(recorders["array"][1]["webServerUri"])
            context = trusting(site.ca.der)
            _, writer = await asyncio.open_connection(uri.hostname, uri.port, ssl=context)
            writer.close()
            return str(uri.hostname), len(site.endpoints)
        finally:
            await site.stop()

    assert asyncio.run(run()) == ("127.0.0.1", 11)


def test_machines_have_one_gateway() -> None:
    """One port of one computer is the gateway."""
    doors = [door for machine in MACHINES for door in machine.doors if door.serves is Serves.GATEWAY]
    assert len(doors) == 1


@pytest.mark.parametrize("turns", range(6))
def test_restart_ends_what_was_being_accepted(tmp_path: Path, turns: int) -> None:
    """A client that connects while a port is restarted reads the end, and no socket is left."""

    async def run() -> None:
        async with running(tmp_path) as site:
            endpoint = site.endpoints["recorder02"]
            with socket.create_connection((endpoint.address, endpoint.ports[7563])) as caller:
                for _ in range(turns):
                    await asyncio.sleep(0)
                await site.switch("recorder02", 7563, site.served("recorder02", 7563), 0)
                caller.settimeout(10)
                with contextlib.suppress(ConnectionResetError):  # the same, said in another way
                    assert caller.recv(1) == b""

    asyncio.run(run())
