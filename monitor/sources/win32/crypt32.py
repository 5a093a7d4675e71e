"""Read certificate stores through crypt32; opens them read-only, creates none and opens no private key."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

from monitor.model import KeyLink, PrivateKey
from monitor.parse import display
from monitor.sources.texts import store_too_large
from monitor.sources.win32.failures import CallError, last_error
from monitor.windows.certificate import StoredCertificate
from monitor.windows.providers import is_hardware
from monitor.windows.stores import StoreLocation, StoreName

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

MOST_CERTIFICATES = 20_000

# wincrypt.h
_PROVIDER_SYSTEM_W = 10
_READ_ONLY = 0x8000 | 0x4000 | 0x0200  # READONLY, OPEN_EXISTING, ENUM_ARCHIVED
_LOCATIONS = {
    StoreLocation.CURRENT_USER: 1 << 16,
    StoreLocation.LOCAL_MACHINE: 2 << 16,
    StoreLocation.SERVICES: 5 << 16,
}
_KEY_PROVIDER, _FRIENDLY_NAME, _ARCHIVED = 2, 11, 19
_END = {0x80092004, 18}  # CRYPT_E_NOT_FOUND, ERROR_NO_MORE_FILES


class _Context(ctypes.Structure):
    _fields_ = (
        ("encoding", wintypes.DWORD),
        ("encoded", ctypes.c_void_p),
        ("length", wintypes.DWORD),
        ("info", ctypes.c_void_p),
        ("store", ctypes.c_void_p),
    )


class _KeyProvider(ctypes.Structure):
    _fields_ = (
        ("container", wintypes.LPWSTR),
        ("provider", wintypes.LPWSTR),
        ("kind", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("parameter_count", wintypes.DWORD),
        ("parameters", ctypes.c_void_p),
        ("key_spec", wintypes.DWORD),
    )


_ContextPointer = ctypes.POINTER(_Context)
_dll = ctypes.WinDLL("crypt32", use_last_error=True)
_dll.CertOpenStore.argtypes = (
    ctypes.c_void_p,
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.LPCWSTR,
)
_dll.CertOpenStore.restype = ctypes.c_void_p
_dll.CertCloseStore.argtypes = (ctypes.c_void_p, wintypes.DWORD)
_dll.CertEnumCertificatesInStore.argtypes = (ctypes.c_void_p, _ContextPointer)
_dll.CertEnumCertificatesInStore.restype = _ContextPointer
_dll.CertFreeCertificateContext.argtypes = (_ContextPointer,)
_dll.CertGetCertificateContextProperty.argtypes = (
    _ContextPointer,
    wintypes.DWORD,
    ctypes.c_void_p,
    ctypes.POINTER(wintypes.DWORD),
)


def read_store(store: StoreName) -> tuple[StoredCertificate, ...]:
    """Return the contents of a store, archived certificates too, each certificate once.

    The store is the logical one, which includes certificates from group policy and Active Directory
    (https://learn.microsoft.com/windows/win32/seccrypto/system-store-locations). Raises ``CallError``.
    """
    found: dict[bytes, StoredCertificate] = {}
    with _opened(store) as handle:
        for one in _entries(handle):
            # A certificate may be in two physical stores; the entry with a key is more informative.
            if one.der not in found or one.key.link is KeyLink.PRESENT:
                found[one.der] = one
            if len(found) > MOST_CERTIFICATES:
                raise CallError(0, store_too_large(most=MOST_CERTIFICATES))
    return tuple(found.values())


@contextmanager
def _opened(store: StoreName) -> Iterator[int]:
    name = rf"{store.service}\{store.name}" if store.service else store.name
    handle = _dll.CertOpenStore(_PROVIDER_SYSTEM_W, 0, None, _LOCATIONS[store.location] | _READ_ONLY, name)
    if not handle:
        raise last_error()
    try:
        yield handle
    finally:
        _dll.CertCloseStore(handle, 0)


def _entries(handle: int) -> Iterator[StoredCertificate]:
    # Each call frees the context of the previous one; only when the walk ends early must the last one be
    # freed.
    context = None
    try:
        while context := _dll.CertEnumCertificatesInStore(handle, context):
            yield _entry(context)
    except BaseException:
        if context:
            _dll.CertFreeCertificateContext(context)
        raise
    error = last_error()
    if error.number not in _END:
        raise error


def _entry(context: "ctypes._Pointer[_Context]") -> StoredCertificate:
    certificate = context.contents
    name = _property(context, _FRIENDLY_NAME)
    return StoredCertificate(
        ctypes.string_at(certificate.encoded, certificate.length),
        "" if name is None else display(ctypes.wstring_at(name, len(name) // 2).partition("\0")[0]),
        _property(context, _ARCHIVED) is not None,
        _key(context),
    )


def _key(context: "ctypes._Pointer[_Context]") -> PrivateKey:
    """Return where the private key is stored; only opening it would show whether it still exists."""
    octets = _property(context, _KEY_PROVIDER)
    if octets is None:
        return PrivateKey(KeyLink.MISSING)
    if len(octets) < ctypes.sizeof(_KeyProvider):
        return PrivateKey(KeyLink.UNKNOWN)
    # Its pointers refer to the same buffer, which lives as long as this function.
    found = _KeyProvider.from_buffer(octets)
    provider = found.provider or ""
    return PrivateKey(
        KeyLink.PRESENT, display(provider), display(found.container or ""), is_hardware(provider)
    )


def _property(context: "ctypes._Pointer[_Context]", number: int) -> "ctypes.Array[ctypes.c_char] | None":
    """Return the octets of a property, possibly empty; ``None`` where the certificate lacks it."""
    length = wintypes.DWORD(0)
    if not _dll.CertGetCertificateContextProperty(context, number, None, ctypes.byref(length)):
        return None
    octets = ctypes.create_string_buffer(length.value)
    if not _dll.CertGetCertificateContextProperty(context, number, octets, ctypes.byref(length)):
        return None
    return octets
