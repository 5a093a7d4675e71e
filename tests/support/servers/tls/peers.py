"""Play the other end of a handshake for the tests: real TLS servers in memory and on loopback, and rude ones.

A TLS peer is pyOpenSSL's server over memory; the rude ones send bytes that are put together by hand.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

from cryptography import x509
from OpenSSL import SSL

from support.pki import Issued

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ALERT = 0x15
HANDSHAKE = 0x16


def server_context(
    own: Issued,
    chain: Sequence[Issued] = (),
    *,
    version: int | None = None,
    demand: bool = False,
    ciphers: str = "ALL:@SECLEVEL=0",
    groups: str = "",
) -> SSL.Context:
    """Return a server context that shows ``own`` and then ``chain``, in exactly this order.

    ``version`` is the only protocol version it speaks; ``demand`` insists on a client certificate.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_cipher_list(ciphers.encode())
    context.set_min_proto_version(version or SSL.TLS1_VERSION)
    context.set_max_proto_version(version or SSL.TLS1_3_VERSION)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.use_certificate(own.certificate)
    context.use_privatekey(own.key)
    for issued in chain:
        context.add_extra_chain_cert(issued.certificate)
    if demand:
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    if groups:
        SSL._lib.SSL_CTX_set1_curves_list(context._context, groups.encode())
    return context


class TlsPeer:
    """The server's end of one connection in memory.

    ``asked`` is the server name the client sent, ``ended_politely`` whether it said close_notify, ``heard``
    what it said inside the session.
    """

    def __init__(self, context: SSL.Context) -> None:
        """Wait for the client's first bytes."""
        self._connection = SSL.Connection(context, None)
        self._connection.set_accept_state()
        self.failed = False
        self.heard = b""

    @property
    def asked(self) -> bytes | None:
        """Return the name in the client's server_name extension."""
        return self._connection.get_servername()

    @property
    def ended_politely(self) -> bool:
        """Return whether the client ended the connection with close_notify."""
        return bool(self._connection.get_shutdown() & SSL.RECEIVED_SHUTDOWN)

    def feed(self, data: bytes) -> bytes:
        """Process the client's bytes and return the answer."""
        if data:
            self._connection.bio_write(data)
        try:
            self._connection.do_handshake()
            self.heard += self._connection.recv(1024)
        except (SSL.WantReadError, SSL.ZeroReturnError):
            pass
        except SSL.Error:
            self.failed = True
        return self._output()

    def close(self) -> bytes:
        """Return the close_notify of the server."""
        self._connection.shutdown()
        return self._output()

    def _output(self) -> bytes:
        with suppress(SSL.WantReadError):
            return self._connection.bio_read(1 << 20)
        return b""


@asynccontextmanager
async def listening(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serve every connection with ``handler`` on a free port and give its number; end all at the end."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                await handler(reader, writer)
        finally:
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(begin, host, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)  # closed transports let go of their sockets one turn later


@contextmanager
def listener(host: str = "127.0.0.1", backlog: int = 8) -> Iterator[tuple[str, int]]:
    """Listen without ever accepting, and give the address."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        listening.bind((host, 0))
        listening.listen(backlog)
        yield listening.getsockname()[:2]


@contextmanager
def black_hole(host: str = "127.0.0.1") -> Iterator[tuple[str, int]]:
    """Listen with a full backlog, so that the next connection request goes unanswered (on Linux)."""
    with listener(host, 0) as address:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        try:
            yield address
        finally:
            for filler in fillers:
                filler.close()


def speaking_tls(context: SSL.Context, peers: list[TlsPeer] | None = None) -> Handler:
    """Return a handler that serves TLS until the client leaves; ``peers`` collects its ends."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = TlsPeer(context)
        if peers is not None:
            peers.append(peer)
        while data := await reader.read(65536):
            writer.write(peer.feed(data))
            if peer.failed:
                await writer.drain()
                return

    return handle


def saying(data: bytes, *, after_hello: bool = True, stay: bool = False) -> Handler:
    """Return a handler that sends some bytes and closes, or does not answer then."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if after_hello:
            await reader.read(65536)
        writer.write(data)
        await writer.drain()
        while stay and await reader.read(65536):
            pass

    return handle


def dripping(data: bytes) -> Handler:
    """Return a handler that sends bytes one at a time, far too slowly for any test to see the end."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        for byte in data:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)

    return handle


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read the greeting and reset the connection."""
    await reader.read(65536)
    link: socket.socket = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


def record(kind: int, payload: bytes) -> bytes:
    """Return TLS 1.2 records that carry some bytes (RFC 5246 section 6.2.1)."""
    pieces = [payload[at : at + 16384] for at in range(0, len(payload), 16384)]
    return b"".join(bytes([kind, 3, 3]) + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def message(kind: int, body: bytes) -> bytes:
    """Return one handshake message (RFC 5246 section 7.4)."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def server_hello() -> bytes:
    """Return a TLS 1.2 ServerHello that chooses ECDHE-ECDSA-AES128-GCM-SHA256 and nothing else."""
    return message(2, b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2b" + b"\x00")


def certificates(*ders: bytes) -> bytes:
    """Return a TLS 1.2 Certificate message."""
    entries = b"".join(len(der).to_bytes(3, "big") + der for der in ders)
    return message(11, len(entries).to_bytes(3, "big") + entries)


def shown(*ders: bytes) -> bytes:
    """Return the plain text flight of a TLS 1.2 server up to its certificates."""
    return record(HANDSHAKE, server_hello() + certificates(*ders))


def alert(number: int) -> bytes:
    """Return a fatal alert in plain text."""
    return record(ALERT, bytes([2, number]))


def ders(*chain: Issued | x509.Certificate) -> tuple[bytes, ...]:
    """Return the DER of each."""
    return tuple(item.der for item in chain if isinstance(item, Issued))
