"""Read the certificate bindings of http.sys through httpapi; changes none."""

import ctypes
import sys
import uuid
from collections.abc import Iterator
from ctypes import wintypes

from monitor.model import Binding
from monitor.parse import display
from monitor.sources.win32.failures import CallError, call_error
from monitor.windows.raw_forms import socket_address

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

# http.h
_INITIALIZE_CONFIG = 2
_BY_ADDRESS, _BY_NAME = 1, 5  # HttpServiceConfigSSLCertInfo, HttpServiceConfigSslSniCertInfo
_NEXT = 1
_INSUFFICIENT_BUFFER, _NO_MORE = 122, 259  # winerror.h
_MOST = 10_000
_SOCKET_ADDRESS = 128  # octets of a SOCKADDR_STORAGE


class _Version(ctypes.Structure):
    _fields_ = (("major", wintypes.USHORT), ("minor", wintypes.USHORT))


class _NameKey(ctypes.Structure):
    _fields_ = (("address", ctypes.c_ubyte * _SOCKET_ADDRESS), ("host", wintypes.LPWSTR))


class _AddressQuery(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_int), ("address", ctypes.c_void_p), ("token", wintypes.DWORD))


class _NameQuery(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_int), ("key", _NameKey), ("token", wintypes.DWORD))


class _Parameters(ctypes.Structure):
    _fields_ = (
        ("hash_length", wintypes.ULONG),
        ("hash", ctypes.c_void_p),
        ("app_id", ctypes.c_ubyte * 16),
        ("store", wintypes.LPWSTR),
        ("check_mode", wintypes.DWORD),
        ("freshness", wintypes.DWORD),
        ("retrieval_timeout", wintypes.DWORD),
        ("list_identifier", wintypes.LPWSTR),
        ("list_store", wintypes.LPWSTR),
        ("flags", wintypes.DWORD),
    )


class _AddressSet(ctypes.Structure):
    _fields_ = (("address", ctypes.c_void_p), ("parameters", _Parameters))


class _NameSet(ctypes.Structure):
    _fields_ = (("key", _NameKey), ("parameters", _Parameters))


_dll = ctypes.WinDLL("httpapi")
_dll.HttpInitialize.argtypes = (_Version, wintypes.ULONG, ctypes.c_void_p)
_dll.HttpTerminate.argtypes = (wintypes.ULONG, ctypes.c_void_p)
_dll.HttpQueryServiceConfiguration.argtypes = (
    wintypes.HANDLE,
    ctypes.c_int,
    ctypes.c_void_p,
    wintypes.ULONG,
    ctypes.c_void_p,
    wintypes.ULONG,
    ctypes.POINTER(wintypes.ULONG),
    ctypes.c_void_p,
)


def bindings() -> tuple[Binding, ...] | None:
    """Return every binding to an address and to a name, ``None`` if they cannot be read.

    Source: https://learn.microsoft.com/windows/win32/api/http/nf-http-httpqueryserviceconfiguration
    """
    if _dll.HttpInitialize(_Version(1, 0), _INITIALIZE_CONFIG, None):
        return None
    try:
        return (*_by_address(), *_by_name())
    except (CallError, ValueError):
        return None
    finally:
        _dll.HttpTerminate(_INITIALIZE_CONFIG, None)


def _by_address() -> Iterator[Binding]:
    for token in range(_MOST):
        octets = _answer(_BY_ADDRESS, _AddressQuery(_NEXT, None, token))
        if octets is None:
            return
        found = _AddressSet.from_buffer(octets)
        address, port = socket_address(ctypes.string_at(found.address, _SOCKET_ADDRESS // 4))
        yield _binding(address, port, found.parameters)


def _by_name() -> Iterator[Binding]:
    for token in range(_MOST):
        octets = _answer(_BY_NAME, _NameQuery(_NEXT, _NameKey(), token))
        if octets is None:
            return
        found = _NameSet.from_buffer(octets)
        _, port = socket_address(bytes(found.key.address))
        yield _binding(display(found.key.host or ""), port, found.parameters)


def _binding(address: str, port: int, given: _Parameters) -> Binding:
    thumbprint = ctypes.string_at(given.hash, given.hash_length).hex().upper() if given.hash else ""
    store = display(given.store or "")
    app_id = f"{{{uuid.UUID(bytes_le=bytes(given.app_id))}}}"
    return Binding(address, port, thumbprint, "My" if store.lower() in ("", "my") else store, app_id)


def _answer(kind: int, query: ctypes.Structure) -> "ctypes.Array[ctypes.c_char] | None":
    """Return the octets of one entry, which its pointers refer to, or ``None`` after the last."""
    length = wintypes.ULONG(0)
    octets = ctypes.create_string_buffer(512)
    for _ in range(3):
        number = _dll.HttpQueryServiceConfiguration(
            None,
            kind,
            ctypes.byref(query),
            ctypes.sizeof(query),
            octets,
            len(octets),
            ctypes.byref(length),
            None,
        )
        if number != _INSUFFICIENT_BUFFER:
            break
        octets = ctypes.create_string_buffer(max(length.value, len(octets)))
    if number == _NO_MORE:
        return None
    if number:
        raise call_error(number)
    return octets
