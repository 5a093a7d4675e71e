"""Play an SQL Server up to its refusal of every login: PRELOGIN, TLS inside TDS packets, LOGIN7.

Written against [MS-TDS] and checked against FreeTDS, so that the client's side is not only tested against
itself. It has its own reading and writing of packets for the same reason.
"""

import asyncio
import struct
from dataclasses import dataclass, field

from OpenSSL import SSL

PRELOGIN, REPLY, LOGIN7 = 0x12, 0x04, 0x10
OFF, ON, NOT_SUPPORTED, REQUIRED = range(4)
_TOKEN_ERROR, _TOKEN_DONE = 0xAA, 0xFD
_HEADER = struct.Struct(">BBHHBB")
_OPTION = struct.Struct(">BHH")


@dataclass
class TdsServer:
    """Serve connections with a TLS context and an answer to the wish for encryption.

    ``size`` is the length of its packets, ``step`` in how many bytes at a time they travel (0: whole).
    ``asked`` collects what clients wished for, ``logins`` their LOGIN7 packets, ``polite`` whether they ended
    with close_notify.
    """

    context: SSL.Context
    encryption: int = ON
    size: int = 4096
    step: int = 0
    asked: list[int] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    polite: list[bool] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            kind, wishes = await _message(reader)
            assert kind == PRELOGIN
            self.asked.append(_option(wishes, 1))
            await self._send(writer, REPLY, _prelogin(self.encryption))
            if self.encryption != NOT_SUPPORTED:
                await self._secure(reader, writer)
        except asyncio.IncompleteReadError:
            return

    async def _secure(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls = SSL.Connection(self.context, None)
        tls.set_accept_state()
        while not _shaken(tls):
            await self._send(writer, PRELOGIN, _waiting(tls))
            kind, flight = await _message(reader)
            assert kind == PRELOGIN
            tls.bio_write(flight)
        await self._send(writer, PRELOGIN, _waiting(tls))
        login = b""
        while data := await reader.read(65536):
            tls.bio_write(data)
            login += _plain(tls)
            if login:
                self.logins.append(login)
                tls.send(_packet(REPLY, 1, 1, _login_failed()))
                writer.write(_waiting(tls))
                await writer.drain()
                return
        self.polite.append(bool(tls.get_shutdown() & SSL.RECEIVED_SHUTDOWN))

    async def _send(self, writer: asyncio.StreamWriter, kind: int, content: bytes) -> None:
        if not content:
            return
        room = self.size - _HEADER.size
        pieces = [content[at : at + room] for at in range(0, len(content), room)]
        last = len(pieces) - 1
        said = b"".join(_packet(kind, at == last, at + 1, piece) for at, piece in enumerate(pieces))
        step = self.step or len(said)
        for at in range(0, len(said), step):
            writer.write(said[at : at + step])
            await writer.drain()


def strict(context: SSL.Context, offers: list[list[bytes]]) -> SSL.Context:
    """Make a context choose ``tds/8.0`` as strict encryption does, and note what clients offer."""

    def choose(_connection: SSL.Connection, offered: list[bytes]) -> bytes:
        offers.append(offered)
        return b"tds/8.0"

    context.set_alpn_select_callback(choose)
    return context


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    content, status, kind = b"", 0, 0
    while not status & 1:
        kind, status, length, *_ = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        content += await reader.readexactly(length - _HEADER.size)
    return kind, content


def _packet(kind: int, last: int, number: int, content: bytes) -> bytes:
    return _HEADER.pack(kind, last, _HEADER.size + len(content), 0, number % 256, 0) + content


def _option(content: bytes, wanted: int) -> int:
    at = 0
    while content[at] != 0xFF:
        token, offset, _ = _OPTION.unpack_from(content, at)
        if token == wanted:
            return content[offset]
        at += _OPTION.size
    raise AssertionError(f"the client says nothing on option {wanted}")


def _prelogin(encryption: int) -> bytes:
    values = [(0, b"\x10\x00\x10\x0b\x00\x00"), (1, bytes([encryption])), (2, b"\0"), (3, b""), (4, b"\0")]
    offset = _OPTION.size * len(values) + 1
    table, data = b"", b""
    for token, value in values:
        table += _OPTION.pack(token, offset + len(data), len(value))
        data += value
    return table + b"\xff" + data


def _login_failed() -> bytes:
    text, server = "Login failed for everybody.", "TEST"
    body = struct.pack("<IBBH", 18456, 1, 14, len(text)) + text.encode("utf-16-le")
    body += bytes([len(server)]) + server.encode("utf-16-le") + b"\0" + struct.pack("<I", 1)
    error = struct.pack("<BH", _TOKEN_ERROR, len(body)) + body
    return error + struct.pack("<BHHQ", _TOKEN_DONE, 2, 0, 0)


def _shaken(tls: SSL.Connection) -> bool:
    try:
        tls.do_handshake()
    except SSL.WantReadError:
        return False
    return True


def _waiting(tls: SSL.Connection) -> bytes:
    try:
        return tls.bio_read(1 << 20)
    except SSL.WantReadError:
        return b""


def _plain(tls: SSL.Connection) -> bytes:
    try:
        return tls.recv(65536)
    except (SSL.WantReadError, SSL.ZeroReturnError):
        return b""
