"""A renewal in progress on the simulated XProtect site: issue, import, switch group by group, switch back.

It behaves as Server Configurator is reported to: the ports of one certificate group at a time, all groups
where none is named, services that restart, exit code 100 where the server was not registered afterwards.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.demo.pki import Issued, leaf, rsa_key
from monitor.demo.xprotect_machines import A_WHILE, CA_ENDS_IN, DAY, Serves
from monitor.demo.xprotect_site import Simulator

PAUSE = 1.0
"""How long a port is closed while its service restarts, in seconds; a real one takes longer."""
SUCCESS, REGISTRATION_REFUSED = 0, 100

_PORTS = {
    "server": (9000, 9001, 7609, 8443),
    "streaming_media": (7563,),
    "event_server": (22331, 22332),
    "mobile": (8082,),
}
"""The ports of each group, in the order of Server Configurator's page."""
_GUIDS = {
    "server": "84430eb7-847c-422d-aa00-7915cd0d7a65",
    "streaming_media": "549df21d-047c-456b-958e-99e65dd8b3ec",
    "event_server": "7e02e0f5-549d-4113-b8de-bda2c1f38dbf",
    "mobile": "76cfc719-a852-4210-913e-703eadab139a",
}
"""How Server Configurator's command names the groups; written down again, to be a simulation on its own."""


class RenewalError(Exception):
    """What cannot be switched, in a sentence for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class Switched:
    """One port that serves another certificate now; thumbprints are SHA-1."""

    location: str
    group: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SwitchResult:
    """What one run of Server Configurator did, and its exit code."""

    server: str
    groups: tuple[str, ...]
    thumbprint: str
    ports: tuple[Switched, ...]
    exit_code: int = SUCCESS

    @property
    def text(self) -> str:
        """Return the command for each group, what happened to the ports, and the exit code."""
        return "\n".join((*map(self._command, self.groups), *map(_line, self.ports), self._end))

    def _command(self, group: str) -> str:
        return (
            "> ServerConfigurator.exe /quiet /enableencryption"
            f" /certificategroup={_GUIDS[group]} /thumbprint={self.thumbprint}"
        )

    @property
    def _end(self) -> str:
        if self.exit_code == REGISTRATION_REFUSED:
            return f"exit code 100: the certificate is applied, but {self.server} was not registered"
        return f"exit code {self.exit_code}"


def _line(one: Switched) -> str:
    return f"{one.location} ({one.group}): service restarted; {one.before} -> {one.after}"


@dataclass(slots=True)
class Renewal:
    """The renewals of one running site; ``imported`` is called with a server whose store has changed.

    ``store`` has what was imported for each server, the newest last.
    """

    site: Simulator
    imported: Callable[[str], None] = lambda _: None
    pause: float = PAUSE
    store: dict[str, list[Issued]] = field(default_factory=dict)
    _before: dict[tuple[str, int], Issued] = field(default_factory=dict)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def issue(self, server: str) -> Issued:
        """Issue a certificate for a server and import it; no port serves it yet."""
        self.ports(server)
        endpoint = self.site.endpoints[server]
        issued = leaf(
            endpoint.machine.host,
            CA_ENDS_IN - DAY,
            lifetime=CA_ENDS_IN - A_WHILE,
            issuer=self.site.ca,
            also=(server, endpoint.address),
            key=rsa_key(),
        )
        (self.site.folder / f"{server}-new.cer").write_bytes(issued.der)
        self.store.setdefault(server, []).append(issued)
        self.imported(server)
        return issued

    def newest(self, server: str) -> Issued:
        """Return what was imported last for a server; it is issued if there is nothing."""
        return self.store[server][-1] if self.store.get(server) else self.issue(server)

    def before(self, server: str) -> tuple[Issued, ...]:
        """Return what the ports of a server served before they were switched; it stays in the store."""
        return tuple(issued for (name, _), issued in self._before.items() if name == server)

    def ports(self, server: str) -> dict[str, tuple[int, ...]]:
        """Return the ports that serve TLS by group; raise ``RenewalError`` for what is no XProtect server."""
        endpoint = self.site.endpoints.get(server)
        if endpoint is None or endpoint.machine.name.startswith("camera"):
            raise RenewalError(f"{server} is no server of the demo; they are {', '.join(self._servers())}")
        encrypted = {
            door.port
            for door in endpoint.machine.doors
            if door.serves in (Serves.TLS, Serves.GATEWAY) and door.port in endpoint.ports
        }
        planned = {door.port for door in endpoint.machine.doors}
        return {
            group: tuple(port for port in ports if port in encrypted)
            for group, ports in _PORTS.items()
            if planned & set(ports)
        }

    async def switch(self, server: str, group: str = "", *, registers: bool = True) -> SwitchResult:
        """Let the ports of a group, or of all, serve the newest imported certificate, one after the other."""
        wanted = self._wanted(server, group)
        new = self.newest(server)
        return await self._apply(server, dict.fromkeys(wanted, new), wanted, registers=registers)

    async def switch_back(self, server: str, group: str = "", *, registers: bool = True) -> SwitchResult:
        """Let the ports serve again what they served before their last switch."""
        wanted = self._wanted(server, group)
        old = {port: self._before[server, port] for port in wanted if (server, port) in self._before}
        if not old:
            raise RenewalError(f"{server} has not been switched")
        return await self._apply(server, old, wanted, registers=registers)

    def _servers(self) -> list[str]:
        return [name for name in self.site.endpoints if not name.startswith("camera")]

    def _wanted(self, server: str, group: str) -> dict[int, str]:
        """Return the ports to switch with their groups."""
        groups = self.ports(server)
        if group and group not in groups:
            raise RenewalError(f"{server} has no group {group}; its groups are {', '.join(groups)}")
        return {port: name for name, ports in groups.items() if group in ("", name) for port in ports}

    async def _apply(
        self, server: str, certificates: dict[int, Issued], wanted: dict[int, str], *, registers: bool
    ) -> SwitchResult:
        switched = []
        async with self._one_at_a_time:
            for port, issued in certificates.items():
                switched.append(await self._port(server, port, wanted[port], issued))
        self.imported(server)
        return SwitchResult(
            server,
            tuple(dict.fromkeys(wanted[port] for port in certificates)),
            next(iter(map(thumbprint, certificates.values())), ""),
            tuple(switched),
            SUCCESS if registers else REGISTRATION_REFUSED,
        )

    async def _port(self, server: str, port: int, group: str, issued: Issued) -> Switched:
        served = self.site.served(server, port)
        if served.der != issued.der:
            self._before[server, port] = served
        await self.site.switch(server, port, issued, self.pause)
        location = self.site.endpoints[server].where(port)
        return Switched(location, group, thumbprint(served), thumbprint(issued))


def thumbprint(issued: Issued) -> str:
    """Return the SHA-1 thumbprint as Windows shows it, without spaces."""
    return hashlib.sha1(issued.der, usedforsecurity=False).hexdigest().upper()
