"""What a WinRM server on loopback does instead of answering: it cuts, drips, never ends."""

import contextlib
import socket
import time
from collections.abc import Callable

from support.servers.machines.winrm_server import Handler


def cut(handler: Handler, body: bytes) -> None:
    """Hang up instead of answering."""
    handler.close_connection = True
    with contextlib.suppress(OSError):
        handler.request.shutdown(socket.SHUT_RDWR)


def half(handler: Handler, body: bytes) -> None:
    """Hang up in the middle of an answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    cut(handler, body)


def drip(handler: Handler, body: bytes) -> None:
    """Answer a byte at a time, for longer than any test waits."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    with contextlib.suppress(OSError):
        for byte in body:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)
    handler.close_connection = True


def saying(status: int, body: bytes = b"", **headers: str) -> Callable[[Handler, bytes], None]:
    """Return a trick: an answer of this status, as it is, never encrypted."""

    def trick(handler: Handler, _: bytes) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return trick


def endless(handler: Handler, _: bytes) -> None:
    """Answer without end, as fast as it is read."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b" " * 65536)
    handler.close_connection = True
