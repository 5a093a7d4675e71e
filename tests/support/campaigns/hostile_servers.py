"""TLS servers that do at random what no server should: noise, halves, floods, forgeries, silence."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

from OpenSSL import SSL

from support.campaigns.mutations import certificates, mutated
from support.servers.tls.peers import (
    ALERT,
    HANDSHAKE,
    Handler,
    TlsPeer,
    alert,
    message,
    record,
    resetting,
    server_hello,
    shown,
    speaking_tls,
)

Making = Callable[[SSL.Context, random.Random], Handler]


def hostile(context: SSL.Context, chance: random.Random) -> tuple[str, Handler]:
    """Return the name of a behavior, and a handler that has it; ``context`` is that of an honest server."""
    name = chance.choice([*_BEHAVIORS])
    return name, _BEHAVIORS[name](context, random.Random(chance.random()))


async def _flood(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Write the same until the client is gone."""
    while True:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0)


async def _stay(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


def _say(data: bytes, chance: random.Random) -> Handler:
    """Return a handler that says something at once or after the hello, in pieces, and leaves or stays."""
    first, stays, slow = chance.random() < 0.2, chance.random() < 0.5, chance.random() < 0.3

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not first:
            await reader.read(65536)
        size = 7 if slow else 16384
        for begin in range(0, len(data), size):
            writer.write(data[begin : begin + size])
            await writer.drain()
            await asyncio.sleep(0.005 if slow else 0)
        if stays:
            await _stay(reader)

    return handle


def _noise(_: SSL.Context, chance: random.Random) -> Handler:
    return _say(chance.randbytes(chance.randrange(1, 5000)), chance)


def _records(_: SSL.Context, chance: random.Random) -> Handler:
    kinds = [
        chance.choice([20, 21, HANDSHAKE, HANDSHAKE, 23, 24, 255]) for _ in range(chance.randrange(1, 6))
    ]
    return _say(b"".join(record(kind, chance.randbytes(chance.randrange(300))) for kind in kinds), chance)


def _messages(_: SSL.Context, chance: random.Random) -> Handler:
    kinds = [chance.choice([0, 2, 4, 8, 11, 12, 13, 14, 20, 22, 99]) for _ in range(chance.randrange(1, 5))]
    several = b"".join(message(kind, chance.randbytes(chance.randrange(200))) for kind in kinds)
    return _say(record(HANDSHAKE, (server_hello() if chance.random() < 0.5 else b"") + several), chance)


def _forged(_: SSL.Context, chance: random.Random) -> Handler:
    number = chance.choice([1, 1, 2, 3, 30])
    several = [mutated(chance.choice(certificates()), chance) for _ in range(number)]
    return _say(shown(*several), chance)


def _odd(_: SSL.Context, chance: random.Random) -> Handler:
    return _say(shown(*(chance.choice(certificates()) for _ in range(chance.randrange(1, 40)))), chance)


def _alerts(_: SSL.Context, chance: random.Random) -> Handler:
    return _say(alert(chance.randrange(256)), chance)


def _warnings(_: SSL.Context, chance: random.Random) -> Handler:
    return _flooding(record(ALERT, bytes([1, chance.randrange(256)])))


def _flooding(data: bytes, before: bytes = b"") -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(before)
        await _flood(writer, data)

    return handle


def _endless_noise(_: SSL.Context, chance: random.Random) -> Handler:
    return _flooding(chance.randbytes(10_000))


def _endless_chain(_: SSL.Context, chance: random.Random) -> Handler:
    """Announce a chain of 16 MB, and never come to its end."""
    ders = b"".join(len(der).to_bytes(3, "big") + der for der in chance.sample(certificates(), 20))
    head = b"\x0b\xff\xff\xff\xff\xff\xfc"
    return _flooding(record(HANDSHAKE, ders), record(HANDSHAKE, server_hello() + head))


def _empty_records(_: SSL.Context, chance: random.Random) -> Handler:
    return _flooding(record(HANDSHAKE, b"") or bytes([HANDSHAKE, 3, 3, 0, 0]))


def _half(context: SSL.Context, chance: random.Random) -> Handler:
    """Shake hands honestly up to some byte, then damage it, stay, leave or reset."""
    at, what = chance.randrange(3000), chance.choice(["damage", "stay", "leave", "reset"])

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer, said = TlsPeer(context), 0
        while data := await reader.read(65536):
            answer = peer.feed(data)
            left, said = at - said, said + len(answer)
            if left >= len(answer):
                writer.write(answer)
                continue
            writer.write(answer[:left])
            if what == "damage":
                writer.write(mutated(answer[left:], chance))
                continue
            await writer.drain()
            if what == "stay":
                await _stay(reader)
            if what == "reset":
                writer.transport.abort()
            return

    return handle


def _slow(context: SSL.Context, chance: random.Random) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = TlsPeer(context)
        while data := await reader.read(65536):
            for byte in peer.feed(data):
                writer.write(bytes([byte]))
                await asyncio.sleep(0.01)

    return handle


def _silent(_: SSL.Context, chance: random.Random) -> Handler:
    async def handle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await _stay(reader)

    return handle


def _deaf(context: SSL.Context, chance: random.Random) -> Handler:
    """Shake hands, and then talk on and on to a client that has said goodbye."""
    honest = speaking_tls(context)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await honest(reader, writer)
        await _flood(writer, record(23, chance.randbytes(100)))

    return handle


def _lines(_: SSL.Context, chance: random.Random) -> Handler:
    """Speak a text protocol badly."""
    words = [b"220 ", b"220-", b"* OK ", b"+OK ", b"250-STARTTLS\r\n", b"S", b"N", b"\0" * 20, b"\r\n", b"\n"]
    text = b"".join(chance.choice(words) + chance.randbytes(chance.randrange(8)) for _ in range(200))
    return _say(text, chance) if chance.random() < 0.7 else _flooding(text)


_BEHAVIORS: dict[str, Making] = {
    "noise": _noise,
    "records": _records,
    "messages": _messages,
    "forged certificates": _forged,
    "odd certificates": _odd,
    "alerts": _alerts,
    "endless warnings": _warnings,
    "endless noise": _endless_noise,
    "an endless chain": _endless_chain,
    "empty records": _empty_records,
    "half handshakes": _half,
    "slow handshakes": _slow,
    "silence": _silent,
    "no goodbye": _deaf,
    "bad lines": _lines,
    "resets": lambda _context, _chance: resetting,
}
