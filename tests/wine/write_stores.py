"""Put certificates into the stores of the Windows machine that runs this; the tests give it throwaway ones.

Usage: write_stores.py FILE, a JSON list of {"store", "der", "friendly_name", "provider", "container"}.
"""

import base64
import ctypes
import json
import sys
from ctypes import wintypes
from pathlib import Path

SYSTEM, LOCAL_MACHINE, REPLACE = 10, 2 << 16, 3
KEY_PROVIDER, FRIENDLY_NAME = 2, 11
MACHINE_KEYS = 0x20

crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)
crypt32.CertOpenStore.restype = ctypes.c_void_p
crypt32.CertOpenStore.argtypes = [
    ctypes.c_void_p,
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.LPCWSTR,
]
crypt32.CertAddEncodedCertificateToStore.argtypes = [
    ctypes.c_void_p,
    wintypes.DWORD,
    ctypes.c_char_p,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.POINTER(ctypes.c_void_p),
]
crypt32.CertSetCertificateContextProperty.argtypes = [
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.c_void_p,
]
crypt32.CertFreeCertificateContext.argtypes = [ctypes.c_void_p]
crypt32.CertCloseStore.argtypes = [ctypes.c_void_p, wintypes.DWORD]


class Bytes(ctypes.Structure):
    """CRYPT_DATA_BLOB."""

    _fields_ = (("length", wintypes.DWORD), ("data", ctypes.c_void_p))


class KeyProvider(ctypes.Structure):
    """CRYPT_KEY_PROV_INFO."""

    _fields_ = (
        ("container", wintypes.LPWSTR),
        ("provider", wintypes.LPWSTR),
        ("kind", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("parameter_count", wintypes.DWORD),
        ("parameters", ctypes.c_void_p),
        ("key_spec", wintypes.DWORD),
    )


def done(succeeded: object) -> None:
    """Raise what Windows says went wrong."""
    if not succeeded:
        raise ctypes.WinError(ctypes.get_last_error())


def put(entry: dict[str, str]) -> None:
    """Add one certificate with its properties; it is written when everything is closed."""
    store = crypt32.CertOpenStore(SYSTEM, 0, None, LOCAL_MACHINE, entry["store"])
    done(store)
    der = base64.b64decode(entry["der"])
    context = ctypes.c_void_p()
    done(crypt32.CertAddEncodedCertificateToStore(store, 1, der, len(der), REPLACE, ctypes.byref(context)))
    if entry["friendly_name"]:
        text = ctypes.create_unicode_buffer(entry["friendly_name"])
        value = Bytes(ctypes.sizeof(text), ctypes.cast(text, ctypes.c_void_p))
        done(crypt32.CertSetCertificateContextProperty(context, FRIENDLY_NAME, 0, ctypes.byref(value)))
    if entry["provider"]:
        key = KeyProvider(entry["container"], entry["provider"], 0, MACHINE_KEYS, 0, None, 0)
        done(crypt32.CertSetCertificateContextProperty(context, KEY_PROVIDER, 0, ctypes.byref(key)))
    crypt32.CertFreeCertificateContext(context)
    crypt32.CertCloseStore(store, 0)


for one in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
    put(one)
