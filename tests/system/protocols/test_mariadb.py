"""A real MariaDB, which blocks clients that disconnect early, can be probed any number of times."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator

import pytest

from monitor.dialects import mysql
from monitor.dialects.one_reply import UpgradeAccepted
from monitor.model import Policy, ProbeResult
from monitor.network.resolve import Resolver
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from support.servers.dialects.estate import GOOD, Estate, Kind, Room

LOOKS = 10
# Only addresses with a name count, and no server counts 127.0.0.1.
HOSTS = "127.0.0.1 localhost\n127.0.0.2 looker.vms.example\n127.0.0.3 rude.vms.example\n"


def _lay_out(room: Room) -> list[str]:
    data = room.folder("data", "mysql")
    fill = ["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}", "--skip-test-db"]
    subprocess.run(fill, check=True, capture_output=True)
    # Without an account for other machines these are turned away before they are counted.
    first = room.write("first.sql", "CREATE USER 'operator'@'%' IDENTIFIED BY 'something';\n")
    hosts = room.write("hosts", HOSTS)
    command = f"exec mariadbd --no-defaults --user=mysql --datadir={data} --bind-address=127.0.0.1"
    command += f" --port={room.ports['mysql']} --socket={data}/s --max-connect-errors=3 --init-file={first}"
    command += f" --ssl-cert={room.certificate} --ssl-key={room.key}"
    # A view of its own of the file system: this machine's names stay as they are.
    return ["unshare", "-m", "sh", "-c", f"mount --bind {hosts} /etc/hosts && {command}"]


KIND = Kind("mariadb", "mariadb-server", "mariadbd", ("mysql",), _lay_out, user="mysql")
pytestmark = [pytest.mark.system, pytest.mark.skipif(bool(KIND.missing), reason=KIND.missing)]


@pytest.fixture(scope="module", name="port")
def _port() -> Iterator[int]:
    """Run a server that forgives three connections."""
    estate = Estate()
    try:
        yield estate.room(KIND, "good").ports["mysql"]
    finally:
        estate.end()


def probes(port: int, source: str) -> list[ProbeResult]:
    """Return what many probes from one address give."""
    settings = EndpointSettings(address=f"127.0.0.1:{port}", protocol="mysql", source_address=source)
    target, sources_by_kind = settings.target(Policy()), EndpointSource(Resolver())

    async def main() -> list[ProbeResult]:
        return [await sources_by_kind.probe(target.request) for _ in range(LOOKS)]

    return asyncio.run(main())


def login(port: int, source: str) -> int:
    """Return the number of the error that a login without TLS gets from one address."""
    with socket.create_connection(("127.0.0.1", port), 10, (source, 0)) as link:
        greeting = link.recv(4096)
        if greeting[4] != mysql._ERROR:
            without = int.from_bytes(mysql._client()[:4], "little") & ~mysql.CLIENT_SSL
            body = without.to_bytes(4, "little") + mysql.login(b"mysql_native_password", 1)[8:]
            link.sendall(mysql._packet(body, 1))
            greeting = link.recv(4096)
    return int.from_bytes(greeting[5:7], "little")


def test_many_probes(port: int) -> None:
    """After many probes from one address a login from there is still refused for its password alone."""
    seen = probes(port, "127.0.0.2")
    assert [(one.failures, one.sightings[0].certificate.sha256) for one in seen] == [
        ((), GOOD.sha256)
    ] * LOOKS
    assert login(port, "127.0.0.2") == 1045


def test_rude_probes(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the graceful close the same probes have the address blocked: the server does count."""
    monkeypatch.setattr(mysql, "UpgradeAccepted", lambda end, send, _: UpgradeAccepted(end, send))
    probes(port, "127.0.0.3")
    assert login(port, "127.0.0.3") == mysql._BLOCKED
