"""Carry calls of a remote Windows registry over a named pipe of SMB; knows nothing of certificates.

One connection for one look, signed or encrypted always: smbprotocol refuses guest sessions then. At the
deadline the connection is shut, which wakes whoever waits.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from socket import socket
from typing import Any

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

from monitor.model import Reason
from monitor.network.connect import NoneConnectedError, connect
from monitor.sources.windows_remote.visit import Visit
from monitor.sources.windows_remote.wire import BoundedConnection
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
    """No address of the machine takes a connection; ``reason`` and ``detail`` say why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keep both."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class BrokenAnswerError(Exception):
    """What came is no SMB; the sentence says on what the library stumbled."""


@contextmanager
def registry_calls(visit: Visit) -> Iterator[Call]:
    """Give a function that calls the remote registry of a machine.

    Raises ``SMBException``, ``RpcError``, ``UnreachableError``, ``BrokenAnswerError``, and ``OutOfTimeError``
    whatever was under way when the time was over.
    """
    timer = threading.Timer(visit.left, visit.cut.now)
    timer.daemon = True
    timer.start()
    try:
        with _connected(visit) as connection:
            with _believing_nothing():
                pipe = _opened(_share(connection, visit), visit)
            yield _Pipe(pipe).call
    except (SMBException, RpcError, UnreachableError, BrokenAnswerError) as error:
        if visit.over:
            raise OutOfTimeError from error
        raise
    finally:
        timer.cancel()
        visit.cut.close()


@contextmanager
def _believing_nothing() -> Iterator[None]:
    """Make one error of all that smbprotocol raises where an answer is nonsense, or the connection ended."""
    try:
        yield
    except (SMBException, UnreachableError):
        raise
    except Exception as error:
        raise BrokenAnswerError(f"{type(error).__name__}: {error}") from error


@contextmanager
def _connected(visit: Visit) -> Iterator[BoundedConnection]:
    """Give a connection that speaks SMB; it ends without a farewell: a server that hangs answers none."""
    with _believing_nothing():
        link = visit.link or asyncio.run(_linked(visit))
    try:
        with _believing_nothing():
            visit.cut.hold(link)
        connection = BoundedConnection(visit, link)
        try:
            with _believing_nothing():
                connection.connect(timeout=ceil(visit.left))
            yield connection
        finally:
            connection.disconnect(close=False)
    finally:
        link.close()


async def _linked(visit: Visit) -> socket:
    try:
        async with asyncio.timeout(visit.left):
            link = await connect(visit.addresses, timedelta(seconds=visit.left))
    except TimeoutError:
        raise UnreachableError(Reason.TIMEOUT, "no answer to the connection request") from None
    except NoneConnectedError as error:
        raise UnreachableError(error.reason, error.detail) from None
    link.setblocking(True)
    return link


def _share(connection: BoundedConnection, visit: Visit) -> TreeConnect:
    remote, secret = visit.remote, visit.secret
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


def _opened(tree: TreeConnect, visit: Visit) -> Open:
    """Return the open pipe of the registry service, which may take a moment to start."""
    for wait in _WAITS:
        try:
            return _winreg(tree)
        except SMBResponseException as error:
            if error.status not in _STARTING:
                raise
            time.sleep(min(wait, visit.left))
    return _winreg(tree)


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
        rpc.accepted(self._answer(rpc.BIND_ACK))

    def call(self, number: int, arguments: bytes) -> bytes:
        self._calls += 1
        self._say(rpc.request(self._calls, number, arguments))
        return self._answer(rpc.RESPONSE)

    def _say(self, packet: bytes) -> None:
        with _believing_nothing():
            self._pipe.write(packet)

    def _answer(self, kind: int) -> bytes:
        whole = bytearray()
        while len(whole) <= rpc.LARGEST:
            piece = rpc.fragment(self._taken(rpc.length(self._peeked(rpc.HEAD))), kind, self._calls)
            whole += piece.body
            if piece.last:
                return bytes(whole)
            if not piece.body:
                raise rpc.RpcError("a piece of the answer is empty")
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
