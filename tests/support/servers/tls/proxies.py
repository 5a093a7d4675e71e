"""Small real proxies on loopback for the tests: HTTP CONNECT and SOCKS 5, with or without a login."""

import asyncio
from base64 import b64decode
from contextlib import suppress

from support.servers.tls.peers import Handler

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
USER, PASSWORD = "looker", "open sesame"


async def _carry(reader: Reader, writer: Writer) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()


async def _join(reader: Reader, writer: Writer, host: str, port: int) -> None:
    onward, back = await asyncio.open_connection(host, port)
    try:
        await asyncio.gather(_carry(reader, back), _carry(onward, writer))
    finally:
        back.close()


def http(names: dict[str, str], asked: list[str], *, login: bool = False) -> Handler:
    """Return a handler that is an HTTP proxy; it alone knows the ``names``, and notes what it was asked."""

    async def handle(reader: Reader, writer: Writer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        where = head[0].split()[1]
        asked.append(where)
        given = [line.partition("Basic ")[2] for line in head if line.startswith("Proxy-Authorization: ")]
        if login and [b64decode(one).decode() for one in given] != [f"{USER}:{PASSWORD}"]:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = where.rpartition(":")
        if host not in names:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _join(reader, writer, names[host], int(port))

    return handle


def socks5(names: dict[str, str], asked: list[str], *, login: bool = False) -> Handler:
    """Return a handler that is a SOCKS proxy; it alone knows the ``names``, and notes what it was asked."""

    async def handle(reader: Reader, writer: Writer) -> None:
        methods = await reader.readexactly((await reader.readexactly(2))[1])
        if (2 if login else 0) not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(b"\x05\x02" if login else b"\x05\x00")
        if login and await _login(reader) != (USER, PASSWORD):
            writer.write(b"\x01\x01")
            return
        if login:
            writer.write(b"\x01\x00")
        await reader.readexactly(4)
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        asked.append(f"{host}:{port}")
        writer.write(b"\x05" + (b"\x00" if host in names else b"\x04") + b"\x00\x01" + bytes(6))
        if host in names:
            await _join(reader, writer, names[host], port)

    return handle


async def _login(reader: Reader) -> tuple[str, str]:
    user = await reader.readexactly((await reader.readexactly(2))[1])
    password = await reader.readexactly((await reader.readexactly(1))[0])
    return user.decode(), password.decode()
