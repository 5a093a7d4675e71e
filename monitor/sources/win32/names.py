"""The names of this Windows machine; queries no name server."""

import ctypes
import ipaddress
import socket
import sys
from collections.abc import Iterator
from ctypes import wintypes

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

_NETBIOS, _HOST_NAME, _FULL_NAME = 0, 1, 3  # COMPUTER_NAME_FORMAT, sysinfoapi.h
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

_dll = ctypes.WinDLL("kernel32", use_last_error=True)
_dll.GetComputerNameExW.argtypes = (ctypes.c_int, wintypes.LPWSTR, ctypes.POINTER(wintypes.DWORD))


def machine_names() -> tuple[str, ...]:
    """Return the machine's names and addresses, the full name first, and its loopback names."""
    named = (_named(form).lower() for form in (_FULL_NAME, _HOST_NAME, _NETBIOS))
    return tuple(dict.fromkeys(name for name in (*named, *_addresses(), *_LOOPBACK) if name))


def _named(form: int) -> str:
    length = wintypes.DWORD(1024)
    text = ctypes.create_unicode_buffer(length.value)
    return text.value if _dll.GetComputerNameExW(form, text, ctypes.byref(length)) else ""


def _addresses() -> Iterator[str]:
    try:
        # For its own name Windows returns the addresses of its interfaces.
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return
    for _, _, _, _, (host, *_) in found:
        address = ipaddress.ip_address(str(host).partition("%")[0])
        if not address.is_link_local:
            yield str(address)
