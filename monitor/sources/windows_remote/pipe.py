"""Carry calls of a remote Windows registry over a named pipe of SMB; knows nothing of certificates.

One connection for one look, signed or encrypted always: smbprotocol refuses guest sessions then. Its own
waits have no end, so at the deadline the connection is shut, which wakes whoever waits.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBException, SMBResponseException
from smbprotocol.header import NtStatus
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from monitor.sources.windows_remote.visit import Visit
from monitor.windows import rpc
from monitor.windows.registry import VERSION, WINREG
from monitor.windows.rpc import RpcError

_PIECE = 65536
_WAITS = (0.5, 1.5)
# The service is stopped while nobody asks; the first who opens its pipe makes Windows start it.
_STARTING = frozenset({NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, NtStatus.STATUS_PIPE_NOT_AVAILABLE})

Call = Callable[[int, bytes], bytes]
"""Call a procedure by its number with marshalled arguments; return the marshalled answer."""


class OutOfTimeError(Exception):
    """The deadline passed while the other side was asked."""


class UnreachableError(Exception):
    """No address of the machine takes a connection; holds what the last one said."""

    def __init__(self, error: BaseException) -> None:
        """Keep the error of the operating system."""
        super().__init__(str(error))
        self.error = error


class BrokenAnswerError(Exception):
    """What came is no SMB; the sentence says on what the library stumbled."""


@contextmanager
def registry_calls(visit: Visit) -> Iterator[Call]:
    """Give a function that calls the remote registry of a machine.

    Raises ``SMBException``, ``RpcError``, ``UnreachableError``, ``BrokenAnswerError``, and ``OutOfTimeError``
    whatever was under way when the time was over.
    """
    line = _Line(visit)
    try:
        with _believing_nothing():
            pipe = line.opened()
        yield _Pipe(pipe).call
    except (SMBException, RpcError, UnreachableError, BrokenAnswerError) as error:
        if line.over:
            raise OutOfTimeError from error
        raise
    finally:
        line.close()


@contextmanager
def _believing_nothing() -> Iterator[None]:
    """Make one error of all that smbprotocol raises where an answer is nonsense, or the connection ended."""
    try:
        yield
    except (SMBException, UnreachableError):
        raise
    except Exception as error:
        raise BrokenAnswerError(f"{type(error).__name__}: {error}") from error


class _Line:
    """The connections of one look, and the timer that shuts them at its end."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._connections: list[Connection] = []
        self._timer = threading.Timer(visit.left, self._end)
        self._timer.daemon = True
        self._timer.start()
        self.over = False

    def opened(self) -> Open:
        """Return the open pipe of the registry service, which may take a moment to start."""
        tree = self._share(self._connected())
        for wait in _WAITS:
            try:
                return _winreg(tree)
            except SMBResponseException as error:
                if error.status not in _STARTING:
                    raise
                time.sleep(min(wait, self._visit.left))
        return _winreg(tree)

    def close(self) -> None:
        """Close without a farewell: a server that hangs would never answer it."""
        self._timer.cancel()
        for connection in self._connections:
            if connection.transport is not None:
                connection.disconnect(close=False)

    def _end(self) -> None:
        self.over = True
        self.close()

    def _connected(self) -> Connection:
        last: BaseException = OSError("the name has no address")
        for address in self._visit.addresses:
            connection = Connection(uuid.uuid4(), address.text, self._visit.remote.port, require_signing=True)
            self._connections.append(connection)
            try:
                connection.connect(timeout=ceil(self._visit.left) + 1)
            except ValueError as error:  # so it reports that no connection came about
                last = error.__cause__ or error
            else:
                return connection
        raise UnreachableError(last)

    def _share(self, connection: Connection) -> TreeConnect:
        remote, secret = self._visit.remote, self._visit.secret
        session = Session(
            connection,
            remote.username or None,
            secret.reveal() if secret else None,
            # Signed it is anyway; whoever can encrypt does.
            require_encryption=bool(connection.supports_encryption),
            hostname_override=remote.host,
            auth_protocol=remote.auth.value,
        )
        session.connect()
        tree = TreeConnect(session, rf"\\{remote.host}\IPC$")
        tree.connect()
        return tree


def _winreg(tree: TreeConnect) -> Open:
    pipe = Open(tree, "winreg")
    pipe.create(
        ImpersonationLevel.Impersonation,
        FilePipePrinterAccessMask.GENERIC_READ | FilePipePrinterAccessMask.GENERIC_WRITE,
        0,
        ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE,
        CreateDisposition.FILE_OPEN,
        CreateOptions.FILE_NON_DIRECTORY_FILE,
    )
    return pipe


class _Pipe:
    """Speak DCE/RPC over one open pipe, one call after the other."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._rest = b""
        self._calls = 1
        self._say(rpc.bind(WINREG, VERSION))
        self._answer()

    def call(self, number: int, arguments: bytes) -> bytes:
        self._calls += 1
        self._say(rpc.request(self._calls, number, arguments))
        return self._answer()

    def _say(self, packet: bytes) -> None:
        with _believing_nothing():
            self._pipe.write(packet)

    def _answer(self) -> bytes:
        whole = b""
        while len(whole) <= rpc.LARGEST:
            piece = rpc.fragment(self._taken(rpc.length(self._peeked(rpc.HEAD))))
            whole += piece.body
            if piece.last:
                return whole
        raise rpc.RpcError(f"the answer is larger than {rpc.LARGEST} octets")

    def _peeked(self, count: int) -> bytes:
        while len(self._rest) < count:
            with _believing_nothing():
                data = self._pipe.read(0, _PIECE)
            if not data:
                raise rpc.RpcError("the other side closed the pipe")
            self._rest += data
        return self._rest[:count]

    def _taken(self, count: int) -> bytes:
        taken = self._peeked(count)
        self._rest = self._rest[count:]
        return taken
