"""Carry packets of SMB over a connection that stands already, bounded in size and time; knows no registry.

smbprotocol's own transport makes room for whatever length a server announces (up to 4 GiB), and cannot be
closed while it sends; its connection waits for answers without end, follows links, and takes an answer that
says of itself that it is not signed.
"""

import contextlib
import logging
import socket
import uuid
from typing import Any

from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBConnectionClosed, SMBException
from smbprotocol.header import NtStatus

from monitor.sources.windows_remote.visit import Visit

LARGEST = 256 * 1024
"""Octets of a packet; a read asks for 64 KiB, and nothing else that a server says comes near."""

# Their errors are told by us, once; their lines hold tokens of logins and whole messages.
for _library in ("smbprotocol", "spnego"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)


class Wire:
    """Be the transport of one connection, in the form that smbprotocol expects; owns no socket."""

    def __init__(self, link: socket.socket) -> None:
        """Use a connected socket that blocks."""
        self._link = link
        self.connected = True

    def connect(self) -> None:
        """Do nothing: the connection stands."""

    def close(self) -> None:
        """Shut the connection, whatever a thread does with it just now."""
        self.connected = False
        with contextlib.suppress(OSError):  # the other side was faster
            self._link.shutdown(socket.SHUT_RDWR)

    def send(self, packet: Any) -> None:
        """Send one packet, bytes or what packs to them, with its length before it (MS-SMB2 section 2.1).

        Raises ``SMBConnectionClosed``.
        """
        octets = packet if isinstance(packet, bytes) else packet.pack()
        try:
            self._link.sendall(len(octets).to_bytes(4, "big") + octets)
        except ConnectionError as error:
            raise SMBConnectionClosed(str(error)) from error

    def recv(self, _timeout: float) -> bytes:
        """Return the next packet, empty when the connection ended; raise ``SMBException``."""
        head = self._exactly(4)
        size = int.from_bytes(head, "big")
        if size > LARGEST:
            raise SMBException(f"a packet of {size} octets was announced")
        return self._exactly(size) if head else b""

    def _exactly(self, count: int) -> bytes:
        whole = bytearray()
        while len(whole) < count:
            piece = b""
            with contextlib.suppress(ConnectionError):
                piece = self._link.recv(count - len(whole))
            if not piece:
                self.close()
                return b""
            whole += piece
        return bytes(whole)


class BoundedConnection(Connection):  # type: ignore[misc]  # the library has no types
    """Wait for no answer longer than the look lasts, follow no link, and believe nothing unsigned."""

    def __init__(self, visit: Visit, link: socket.socket) -> None:
        """Speak over a connected socket."""
        self._wire = Wire(link)
        self._visit = visit
        super().__init__(uuid.uuid4(), visit.remote.host, visit.remote.port, require_signing=True)

    @property
    def transport(self) -> Wire:
        """Return our own transport."""
        return self._wire

    @transport.setter
    def transport(self, _own: object) -> None:
        """Refuse the library's transport, which would connect anew."""

    def receive(self, request: Any, **keys: Any) -> Any:
        """Return the answer to a request, within what is left of the look."""
        keys |= {"timeout": self._visit.left + 1, "resolve_symlinks": False}
        return super().receive(request, **keys)

    def verify_signature(self, header: Any, session_id: int, **keys: bool) -> None:
        """Raise ``SMBException`` unless an answer is signed as it must be (MS-SMB2 section 3.2.5.1.3)."""
        # That an answer will take a while is the one thing that goes without.
        final = header["status"].get_value() != NtStatus.STATUS_PENDING
        demanded = final and session_id in self.session_table
        super().verify_signature(header, session_id, force=demanded or keys.get("force", False))
