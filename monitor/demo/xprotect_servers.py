"""Real servers on loopback at the addresses of the demo's XProtect site; they only serve certificates.

Each computer of the site gets its own loopback address, because the same port numbers must be free on
all of them. Linux and Windows answer on the whole of 127.0.0.0/8. Where a system does not (macOS), all share
127.0.0.1: a port that the API announces moves to a free one when it is taken, and one that they must know
already (9001 of the second recorder) is left out, so that a probe it meets another server or none.
"""

import asyncio
import contextlib
import errno
import ssl
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from socket import AF_INET, IPPROTO_TCP, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket

from monitor.demo.estate import say_http
from monitor.demo.pki import Issued, leaf, rsa_key
from monitor.demo.tls_server import TlsServer
from monitor.demo.xprotect_machines import DemoMachine, Door, Serves

LIFETIME = timedelta(days=355)
_SHARED = "127.0.0.1"
ADDRESSES = tuple(f"127.0.0.{last}" for last in range(2, 251))


@dataclass
class SimulatedEndpoint:
    """The address of a computer of the site, and the real port for each planned one."""

    machine: DemoMachine
    address: str
    sockets: dict[int, socket] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)

    def where(self, port: int) -> str:
        """Return ``address:port`` for a port of the plan."""
        return f"{self.address}:{self.ports[port]}"

    def take(self, door: Door, port: int, *, listen: bool = True) -> None:
        """Listen on a port, or only reserve it if nothing is to answer yet; raise ``OSError``."""
        held = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
        try:
            if door.serves is not Serves.NOTHING and sys.platform != "win32":
                held.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            held.bind((self.address, port))
            if listen and door.serves is not Serves.NOTHING:
                held.listen(128)
        except OSError:
            held.close()
            raise
        held.setblocking(False)
        self.sockets[door.port] = held
        self.ports[door.port] = held.getsockname()[1]

    def close(self) -> None:
        """Close every port."""
        for held in self.sockets.values():
            held.close()
        self.sockets.clear()
        self.ports.clear()


def claim(
    machines: Iterable[DemoMachine], addresses: tuple[str, ...] = ADDRESSES
) -> tuple[SimulatedEndpoint, ...]:
    """Return a location for each computer, with its real port numbers wherever this system allows them."""
    endpoints: list[SimulatedEndpoint] = []
    for machine in machines:
        used = {endpoint.address for endpoint in endpoints}
        free = [address for address in addresses if address not in used]
        endpoints.append(_whole(machine, free) or _partly(machine, free))
    return tuple(endpoints)


def _whole(machine: DemoMachine, free: Iterable[str]) -> SimulatedEndpoint | None:
    """Return the first address where every port is free."""
    for address in free:
        endpoint = SimulatedEndpoint(machine, address)
        try:
            for door in machine.doors:
                endpoint.take(door, door.port)
        except OSError as error:
            endpoint.close()
            if error.errno == errno.EADDRNOTAVAIL:
                return None
        else:
            return endpoint
    return None


def _partly(machine: DemoMachine, free: Iterable[str]) -> SimulatedEndpoint:
    """Return an address with the free ports, preferably its own."""
    endpoint = SimulatedEndpoint(machine, next(filter(_exists, free), _SHARED))
    for door in machine.doors:
        try:
            endpoint.take(door, door.port)
        except OSError:
            if door.announced:
                endpoint.take(door, 0)
    return endpoint


def _exists(address: str) -> bool:
    with socket(AF_INET, SOCK_STREAM) as tried:
        try:
            tried.bind((address, 0))
        except OSError:
            return False
    return True


class Servers:
    """The servers of all ports except the gateway, which is an application."""

    def __init__(self, folder: Path, ca: Issued) -> None:
        """Prepare to write certificates and keys to a folder."""
        self.folder = folder
        self.ca = ca
        self._servers: dict[tuple[str, int], asyncio.Server | TlsServer] = {}
        self._issued: dict[tuple[str, timedelta, bool], Issued] = {}
        self._chosen: dict[tuple[str, int], Issued] = {}

    async def start(self, endpoints: Iterable[SimulatedEndpoint]) -> None:
        """Start serving on the sockets of the endpoints."""
        for endpoint in endpoints:
            for door in endpoint.machine.doors:
                if door.port in endpoint.sockets and door.serves in (Serves.TLS, Serves.PLAIN):
                    self._servers[endpoint.machine.name, door.port] = await self._serve(endpoint, door)

    async def stop(self) -> None:
        """Close every port."""
        for server in self._servers.values():
            await _stop(server)
        self._servers.clear()

    async def restart(self, endpoint: SimulatedEndpoint, door: Door, pause: float) -> None:
        """Close a port for some seconds, as a restart of its service does, and serve again."""
        name = endpoint.machine.name, door.port
        await _stop(self._servers.pop(name))
        # Bound at once so that nobody else gets the port, but refused until the service is back.
        endpoint.take(door, endpoint.ports[door.port], listen=False)
        await asyncio.sleep(pause)
        self._servers[name] = await self._serve(endpoint, door)

    def choose(self, endpoint: SimulatedEndpoint, door: Door, issued: Issued) -> None:
        """Let a port serve this certificate from its next restart on."""
        self._chosen[endpoint.machine.name, door.port] = issued

    async def _serve(self, endpoint: SimulatedEndpoint, door: Door) -> asyncio.Server | TlsServer:
        held = endpoint.sockets[door.port]
        if door.serves is Serves.PLAIN:
            return await asyncio.start_server(say_http, sock=held)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files(endpoint, door))
        return await TlsServer.start(context, held)

    def files(self, endpoint: SimulatedEndpoint, door: Door) -> tuple[Path, Path]:
        """Write the certificate and the key for one door and return their paths."""
        issued = self.certificate(endpoint, door)
        base = self.folder / f"{endpoint.machine.name}-{door.port}"
        chain, key = base.with_suffix(".chain"), base.with_suffix(".key")
        chain.write_bytes(issued.chain_pem)
        key.write_bytes(issued.key_pem)
        return chain, key

    def certificate(self, endpoint: SimulatedEndpoint, door: Door) -> Issued:
        """Return the certificate of a port; equal ports of one computer share one until one is chosen."""
        chosen = self._chosen.get((endpoint.machine.name, door.port))
        if chosen is not None:
            return chosen
        alike = endpoint.machine.name, door.ends_in, door.self_signed
        if alike not in self._issued:
            self._issued[alike] = leaf(
                endpoint.machine.host,
                door.ends_in,
                lifetime=max(LIFETIME, door.ends_in + timedelta(days=1)),
                issuer=None if door.self_signed else self.ca,
                also=(endpoint.machine.name, endpoint.address),
                key=rsa_key(),
            )
        return self._issued[alike]


async def _stop(server: asyncio.Server | TlsServer) -> None:
    if isinstance(server, TlsServer):
        await server.stop()
    else:
        server.close()


def release(endpoints: Iterable[SimulatedEndpoint]) -> None:
    """Close the sockets that no server has taken over."""
    for endpoint in endpoints:
        with contextlib.suppress(OSError):
            endpoint.close()
