"""Probe the tests' WinRM server with the product's own source."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.model import Failure, FailureReason, Policy, ProbeResult, Target
from monitor.network.resolve import Address
from monitor.secrets import SecretReference
from monitor.sources.windows_remote.source import WindowsRemoteSource
from monitor.windows.access import AuthMethod, RemoteMachine
from support import pki
from support.factories.sources.windows_documents import der, stored, written
from support.servers.machines.winrm_messages import Call
from support.servers.machines.winrm_server import Machine

HOST = "rec01.vms.example"
JEA = "CertMonitor"
PLAIN = "Microsoft.PowerShell"
PASSWORD = "S3cret-näh!"
CA = pki.authority(at=pki.TODAY)
DER = der("rec01.vms.example")
DOCUMENT = written(stored(DER)).decode()


def document(call: Call) -> str:
    """Answer with a report of one certificate."""
    return DOCUMENT


class Loopback:
    """Find every name at 127.0.0.1."""

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the one address."""
        return (Address(socket.AF_INET, ("127.0.0.1", port)),)


@dataclass
class Site:
    """What the tests of one folder share: a password, anchors, our certificate."""

    folder: Path
    password: Path = field(init=False)
    anchors: Path = field(init=False)

    def __post_init__(self) -> None:
        """Write the files."""
        self.password, self.anchors = self.folder / "password", self.folder / "ca.pem"
        self.password.write_text(PASSWORD)
        self.anchors.write_bytes(CA.pem)

    def basic(self, port: int, **keys: Any) -> RemoteMachine:
        """Return the machine at a port, for a basic login over TLS."""
        usual: dict[str, Any] = {"auth": AuthMethod.BASIC, "tls": True, "username": "certmon"}
        return self._remote(port, usual | keys)

    def ntlm(self, port: int, **keys: Any) -> RemoteMachine:
        """Return the machine at a port, for NTLM with message encryption over plain HTTP."""
        return self._remote(port, {"auth": AuthMethod.NTLM, "username": r"VMS\certmon"} | keys)

    def _remote(self, port: int, keys: dict[str, Any]) -> RemoteMachine:
        host = keys.pop("host", HOST)
        usual = {"password": SecretReference(file=str(self.password)), "configuration_name": JEA}
        return RemoteMachine(host, port, **(usual | keys))

    def target(self, remote: RemoteMachine, timeout: float = 10, trust: str = "") -> Target:
        """Return the target of a machine."""
        policy = Policy(timeout=timedelta(seconds=timeout), trust=(trust or str(self.anchors),))
        where = f"windows_remote:{remote.host}"
        return Target(where, "windows_remote", remote.host, remote, policy=policy, host=remote.host)

    def probe(self, remote: RemoteMachine, timeout: float = 10, trust: str = "") -> ProbeResult:
        """Return what one probe gives."""
        return asyncio.run(WindowsRemoteSource(Loopback()).probe(self.target(remote, timeout, trust).request))

    def timed(self, remote: RemoteMachine, timeout: float) -> tuple[ProbeResult, float]:
        """Return what one probe gives and how many seconds it took."""
        start = time.monotonic()
        seen = self.probe(remote, timeout)
        return seen, time.monotonic() - start


def tls(*names: str, clients: pki.Issued | None = None) -> ssl.SSLContext:
    """Return a server's context with a certificate for these names."""
    own = pki.leaf(HOST, CA, at=pki.TODAY, names=names or (HOST, "*.vms.example"))
    return pki.tls_context(own, clients=clients)


def ntlm_users(folder: Path, set_env: Callable[[str, str], None]) -> None:
    """Let the server know the one account."""
    users = folder / "ntlm-users"
    users.write_text(f"VMS:certmon:{PASSWORD}\n", encoding="utf-8")
    set_env("NTLM_USER_FILE", str(users))


def only(seen: ProbeResult) -> Failure:
    """Return the one failure of a probe that gave nothing."""
    (failure,) = seen.failures
    assert (seen.sightings, seen.machine, failure.location) == ((), None, "")
    return failure


def reason(seen: ProbeResult) -> FailureReason:
    """Return why a probe gave nothing."""
    return only(seen).reason


def basic(**tricks: Callable[[Any, bytes], None]) -> Machine:
    """Return a machine with a JEA endpoint and a basic login that plays these tricks."""
    return Machine({JEA: document}, users={"certmon": PASSWORD}, tricks=tricks)
