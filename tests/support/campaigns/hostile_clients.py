"""Web clients that do at random what no client should: halves, noise, floods, silence, deafness."""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter, random.Random], Awaitable[None]]
PATHS = (b"/", b"/metrics", b"/healthz", b"/livez", b"/readyz", b"/probe?target=127.0.0.1:1", b"/nothing")
HOST = b"Host: localhost\r\n"


async def hostile(port: int, chance: random.Random) -> None:
    """Act as one hostile client from some address of loopback until cancelled."""
    client = chance.choice([*CLIENTS.values()])
    with suppress(OSError, asyncio.LimitOverrunError):
        # A small window, so that a client which does not read fills it soon.
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.setblocking(False)
        link.bind((f"127.0.0.{chance.randrange(1, 12)}", 0))
        try:
            await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", port))
            reader, writer = await asyncio.open_connection(sock=link, limit=1024)
        except BaseException:
            link.close()
            raise
        try:
            await client(reader, writer, chance)
            await asyncio.Event().wait()
        finally:
            writer.transport.abort()


def get(chance: random.Random) -> bytes:
    """Return a good request."""
    return b"GET " + chance.choice(PATHS) + b" HTTP/1.1\r\n" + HOST + b"\r\n"


async def _idle(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _: random.Random) -> None:
    """Say nothing."""


async def _half(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    request = get(chance)
    writer.write(request[: chance.randrange(len(request))])


async def _slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    for byte in get(chance) * 20:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.02)


async def _noise(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    writer.write(chance.randbytes(chance.randrange(1, 20_000)))


async def _hello(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    """Speak TLS or HTTP/2 to a server of neither."""
    tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500)
    writer.write(chance.choice([tls, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x05\x01\x00"]))


async def _long_head(
    _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random
) -> None:
    writer.write(b"GET / HTTP/1.1\r\n" + HOST)
    for number in range(2000):
        writer.write(b"X-%d: " % number + b"x" * chance.randrange(1000) + b"\r\n")
        await writer.drain()


async def _deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    """Ask again and again, and read nothing."""
    for _ in range(chance.randrange(1, 300)):
        writer.write(get(chance))


async def _slow_reader(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random
) -> None:
    writer.write(b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n")
    while await reader.read(64):
        await asyncio.sleep(chance.uniform(0, 0.1))


async def _half_body(
    _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random
) -> None:
    length = chance.choice([b"Content-Length: 1000000", b"Transfer-Encoding: chunked"])
    writer.write(b"POST /-/reload HTTP/1.1\r\n" + HOST + length + b"\r\n\r\n")
    writer.write(chance.choice([b"", b"5\r\nabc", b"ffffffff\r\n"]) + chance.randbytes(1000))


async def _two_lengths(
    _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random
) -> None:
    heads = [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 6\r\n"]
    writer.write(b"POST / HTTP/1.1\r\n" + HOST + b"".join(chance.sample(heads, 2)) + b"\r\n0\r\n\r\nGET /")


async def _odd(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    """Ask for odd paths, in odd methods, under odd names."""
    path = bytes(chance.choice(b"/.%?&=#;\\a0:@\xff\x00") for _ in range(chance.randrange(1, 60)))
    host = chance.choice([b"evil.example", b"", b"[", b"localhost:99999", b"a" * 300])
    method = chance.choice([b"GET", b"PUT", b"TRACE", b"CONNECT", b"OPTIONS", b"\x00", b"HEAD"])
    writer.write(method + b" /" + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")


async def _come_and_go(
    _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random
) -> None:
    writer.write(get(chance))
    await asyncio.sleep(chance.uniform(0, 0.02))
    writer.transport.abort()


async def _probes(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random) -> None:
    """Have many places probed."""
    target = chance.choice(
        [b"127.0.0.1:%d" % chance.randrange(1, 65536), b"[::1]:1", b"a b", b"%00", b"x" * 900]
    )
    module = chance.choice([b"", b"&module=http_2xx", b"&module=%ff"])
    writer.write(b"GET /probe?target=" + target + module + b" HTTP/1.1\r\n" + HOST + b"\r\n")


CLIENTS: dict[str, Client] = {
    "idle": _idle,
    "half": _half,
    "slow": _slow,
    "noise": _noise,
    "other protocols": _hello,
    "long head": _long_head,
    "deaf": _deaf,
    "slow reader": _slow_reader,
    "half body": _half_body,
    "two lengths": _two_lengths,
    "odd requests": _odd,
    "come and go": _come_and_go,
    "probes": _probes,
}
