"""WinRM on loopback for tests: real HTTP, TLS, NTLM with message encryption, PSRP; only PowerShell is canned.

The encryption of messages: [MS-WSMV] section 2.2.9.1.
"""

import base64
import contextlib
import ssl
import struct
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree as ET

import psrpcore
import spnego

from support.servers.machines.winrm_messages import (
    ACCESS_DENIED,
    ADDRESSING,
    NO_CONFIGURATION,
    POWERSHELL,
    SHELL,
    TRANSFER,
    WSMAN,
    Call,
    Shell,
    envelope,
    fault,
    received,
)

SEALED = "application/HTTP-SPNEGO-session-encrypted"


@dataclass
class Machine:
    """The behavior of the server, and notes of what it received.

    ``endpoints`` maps the name of a session configuration to what its one call gives, or to the code of the
    fault with which it is refused. ``tricks`` maps an action (``Create`` ...) to what is done instead.
    """

    endpoints: dict[str, Callable[[Call], str] | int]
    users: dict[str, str] = field(default_factory=dict)
    login: str = "basic"
    tricks: dict[str, Callable[["Handler", bytes], None]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    sealed: list[str] = field(default_factory=list)
    logins: set[str] = field(default_factory=set)
    connections: int = 0
    most_at_work: int = 0
    _at_work: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def connected(self) -> None:
        """Count a connection."""
        with self._lock:
            self.connections += 1

    def working(self, step: int) -> None:
        """Count the sessions that are open."""
        with self._lock:
            self._at_work += step
            self.most_at_work = max(self.most_at_work, self._at_work)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 60  # the end of the server waits for every connection
    disable_nagle_algorithm = True
    machine: Machine
    shells: dict[str, Shell]

    def log_message(self, *args: Any) -> None:
        """Log nothing."""

    def setup(self) -> None:
        """Start one connection."""
        super().setup()
        self.context: Any = None
        self.seal = False
        self.machine.connected()

    def finish(self) -> None:
        """End one connection."""
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def do_POST(self) -> None:
        """Log in first, then serve."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = self.headers.get("Authorization", "")
        if self._may_enter(said):
            self._serve(self._opened(body))

    def _may_enter(self, said: str) -> bool:
        self.machine.logins.add(said)
        if self.machine.login == "certificate":
            return True
        return self._basic(said) if self.machine.login == "basic" else self._negotiate(said)

    def _serve(self, body: bytes) -> None:
        root = ET.fromstring(body)
        action = root.findtext(f".//{{{ADDRESSING}}}Action", "").rpartition("/")[2]
        self.machine.seen.append(action)
        status, answer = self._answered(action, root)
        trick = self.machine.tricks.get(action, Handler.send)
        trick(self, answer.encode()) if trick is not Handler.send else self.send(answer.encode(), status)

    def send(self, body: bytes, status: int = 200, kind: str = "application/soap+xml;charset=UTF-8") -> None:
        """Send an answer, encrypted where the session is."""
        if self.seal:
            kind, body = self._sealed(body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _basic(self, said: str) -> bool:
        with contextlib.suppress(ValueError, IndexError):
            name, _, password = base64.b64decode(said.split()[1]).decode().partition(":")
            if self.machine.users.get(name) == password:
                return True
        return self.refuse('Basic realm="WSMAN"')

    def _negotiate(self, said: str) -> bool:
        if said and not (self.context and self.context.complete):
            return self._step(said)
        return bool(self.context and self.context.complete) or self.refuse("Negotiate")

    def _step(self, said: str) -> bool:
        self.context = self.context or spnego.server(protocol="negotiate")
        try:
            token = self.context.step(base64.b64decode(said.split()[1]))
        except spnego.exceptions.SpnegoError:
            self.context = None
            return self.refuse("Negotiate")
        answer = f"Negotiate {base64.b64encode(token or b'').decode()}"
        return self.refuse(answer, 200 if self.context.complete else 401)

    def refuse(self, challenge: str, status: int = 401) -> bool:
        """Answer without a body, with what a login needs."""
        self.send_response(status)
        self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def _opened(self, body: bytes) -> bytes:
        if SEALED.encode() not in body[:400]:
            return body
        self.seal = True
        self.machine.sealed.append(str(self.context.client_principal))
        blob = body.split(b"application/octet-stream\r\n", 1)[1].removesuffix(b"--Encrypted Boundary--\r\n")
        (length,) = struct.unpack("<I", blob[:4])
        plain: bytes = self.context.unwrap_winrm(blob[4 : 4 + length], blob[4 + length :])
        return plain

    def _sealed(self, body: bytes) -> tuple[str, bytes]:
        wrapped = self.context.wrap_winrm(body)
        length = len(body) + wrapped.padding_length
        head = (
            f"--Encrypted Boundary\r\n\tContent-Type: {SEALED}\r\n"
            f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}\r\n"
            "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
        ).encode()
        blob = struct.pack("<I", len(wrapped.header)) + wrapped.header + wrapped.data
        kind = f'multipart/encrypted;protocol="{SEALED}";boundary="Encrypted Boundary"'
        return kind, head + blob + b"--Encrypted Boundary--\r\n"

    def _answered(self, action: str, root: ET.Element) -> tuple[int, str]:
        related = root.findtext(f".//{{{ADDRESSING}}}MessageID", "")
        name = root.findtext(f".//{{{WSMAN}}}ResourceURI", "").rpartition("/")[2]
        if action == "Create":
            return self._create(related, name, root)
        shell = self.shells.get(root.findtext(f".//{{{WSMAN}}}Selector", "").upper())
        if shell is None:
            return 500, fault(related, 2150858843, "The shell was not found on the server.")
        if action == "Command":
            line = root.find(f".//{{{SHELL}}}CommandLine")
            assert line is not None
            identity = uuid.UUID(line.get("CommandId"))
            psrpcore.ServerPipeline(shell.pool, identity)  # it must be there before its data comes
            shell.feed(base64.b64decode(line.findtext(f"{{{SHELL}}}Arguments", "")), identity)
            inner = f"<rsp:CommandResponse><rsp:CommandId>{identity}</rsp:CommandId></rsp:CommandResponse>"
            return 200, envelope(f"{SHELL}/CommandResponse", related, inner)
        if action == "Receive":
            return received(related, shell, root)
        if action == "Delete":
            self.shells.pop(root.findtext(f".//{{{WSMAN}}}Selector", "").upper())
            self.machine.working(-1)
        return 200, envelope(f"{TRANSFER}/{action}Response", related, "")

    def _create(self, related: str, name: str, root: ET.Element) -> tuple[int, str]:
        answer = self.machine.endpoints.get(name, NO_CONFIGURATION)
        if isinstance(answer, int):
            return 500, fault(related, answer, "Access is denied." if answer == ACCESS_DENIED else "No.")
        self.machine.working(1)
        asked = root.find(f".//{{{SHELL}}}Shell")
        assert asked is not None
        identity = str(asked.get("ShellId")).upper()
        shell = self.shells[identity] = Shell(name, answer, self.machine.calls)
        shell.feed(base64.b64decode(root.findtext(f".//{{{POWERSHELL}}}creationXml", "")))
        inner = (
            "<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{identity}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{identity}</rsp:ShellId></rsp:Shell>"
        )
        return 200, envelope(f"{TRANSFER}/CreateResponse", related, inner)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for every connection to end
    request_queue_size = 256

    def handle_error(self, *args: Any) -> None:
        """Log nothing: clients that hang up are part of the tests."""


@contextlib.contextmanager
def serving(machine: Machine, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve a machine on a port of 127.0.0.1."""

    class Bound(Handler):
        def setup(self) -> None:
            self.request.settimeout(self.timeout)
            if tls is not None:
                self.request = tls.wrap_socket(self.request, server_side=True)
            super().setup()

    Bound.machine, Bound.shells = machine, {}
    server = _Server(("127.0.0.1", 0), Bound)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
