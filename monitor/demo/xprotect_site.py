"""A simulated XProtect site on loopback: its API over HTTPS, and real servers at the announced addresses.

It follows the published API; it was not compared with a real site.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from monitor.demo.pki import Issued, authority, rsa_key
from monitor.demo.xprotect_alarms import SimulatedAlarms
from monitor.demo.xprotect_app import application
from monitor.demo.xprotect_behavior import Behavior, Casing, Fault
from monitor.demo.xprotect_data import Resources, resources
from monitor.demo.xprotect_login import IdentityProvider
from monitor.demo.xprotect_machines import CA_ENDS_IN, CA_LIFETIME, CA_NAME, MACHINES, Door, Serves
from monitor.demo.xprotect_servers import ADDRESSES, Servers, SimulatedEndpoint, claim, release
from monitor.web import WebServer

__all__ = ["Behavior", "Casing", "Fault", "Simulator", "xprotect_entry"]

USERNAME = "certmon"
PASSWORD = "demo password, guards nothing"  # noqa: S105 - it guards nothing

ENTRY = """\
  - kind: xprotect_site
    address: {url}
    username: {username}
    password_file: vms-password
    trust: [site-ca.cer]
"""


class Simulator:
    """One simulated site; ``behavior`` and ``resources`` may be changed while it runs.

    ``calls`` lists every request as ``METHOD /path``, ``password_attempts`` counts how often a password
    (or its proof by NTLM) was sent. ``cameras`` is the number of additional devices without a server.
    """

    def __init__(
        self,
        folder: Path,
        *,
        cameras: int = 0,
        behavior: Behavior | None = None,
        clock: Callable[[], float] = time.monotonic,
        addresses: tuple[str, ...] = ADDRESSES,
    ) -> None:
        """Make the CA, and write it and the password to the folder, without listening yet."""
        self.folder = folder
        self.behavior = behavior or Behavior()
        self.calls: list[str] = []
        self.alarms = SimulatedAlarms()
        self.endpoints: dict[str, SimulatedEndpoint] = {}
        self.resources: Resources = {}
        self.login = IdentityProvider(USERNAME, PASSWORD, folder, clock)
        self.ca = authority(CA_NAME, CA_LIFETIME, age=CA_LIFETIME - CA_ENDS_IN, key=rsa_key())
        self.trust = folder / "site-ca.cer"
        self.password_file = folder / "vms-password"
        self._cameras = cameras
        self._addresses = addresses
        self._servers = Servers(folder, self.ca)
        self._web: WebServer | None = None

    @property
    def url(self) -> str:
        """Return the URL of the management server with the gateway's port."""
        return f"https://{self.endpoints['management'].where(8443)}"

    @property
    def password_attempts(self) -> int:
        """Return how often a password was sent, right or wrong."""
        return self.login.attempts

    def served(self, name: str, port: int) -> Issued:
        """Return the certificate of a computer on a planned port."""
        return self._servers.certificate(self.endpoints[name], self._door(name, port))

    async def switch(self, name: str, port: int, issued: Issued, pause: float) -> None:
        """Let one port serve another certificate, after its service was away for some seconds."""
        endpoint, door = self.endpoints[name], self._door(name, port)
        self._servers.choose(endpoint, door, issued)
        if door.serves is Serves.GATEWAY:
            await self._restart_gateway(endpoint, pause)
        else:
            await self._servers.restart(endpoint, door, pause)

    async def start(self) -> None:
        """Find addresses and start all servers."""
        self.trust.write_bytes(self.ca.der)
        self.password_file.write_text(f"{PASSWORD}\n", encoding="utf-8")
        self.endpoints = {endpoint.machine.name: endpoint for endpoint in claim(MACHINES, self._addresses)}
        self.resources = resources(self.endpoints, self._cameras)
        await self._servers.start(self.endpoints.values())
        await self._start_gateway(self.endpoints["management"])

    async def stop(self) -> None:
        """Close every port."""
        if self._web:
            await self._web.stop()
        await self._servers.stop()
        release(self.endpoints.values())

    def _door(self, name: str, port: int) -> Door:
        return next(door for door in self.endpoints[name].machine.doors if door.port == port)

    async def _restart_gateway(self, endpoint: SimulatedEndpoint, pause: float) -> None:
        if self._web:
            await self._web.stop()
        await asyncio.sleep(pause)
        await self._listen_gateway(endpoint)

    async def _start_gateway(self, endpoint: SimulatedEndpoint) -> None:
        # The server binds its own socket; the other ports keep the address reserved meanwhile.
        endpoint.sockets.pop(_gateway(endpoint).port).close()
        await self._listen_gateway(endpoint)

    async def _listen_gateway(self, endpoint: SimulatedEndpoint) -> None:
        door = _gateway(endpoint)
        port = endpoint.ports[door.port]
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._servers.files(endpoint, door))
        self._web = WebServer(application(self), endpoint.address, port, tls=context)
        await self._web.start()


def _gateway(endpoint: SimulatedEndpoint) -> Door:
    return next(door for door in endpoint.machine.doors if door.serves is Serves.GATEWAY)


def xprotect_entry(simulator: Simulator) -> str:
    """Return the configuration entry for the site; its files are in the simulator's folder."""
    return ENTRY.format(url=simulator.url, username=USERNAME)
