"""Measure a plain C client as the floor, on our OpenSSL or on the system's; see floor.c and run."""

import ctypes
import hashlib
import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from cost import Cost, memory, report
from cryptography.hazmat.bindings._rust import _openssl
from OpenSSL import SSL

from monitor.tls import TlsSetting, shared_context

FUNCTIONS = (
    "SSL_new",
    "SSL_free",
    "SSL_set_fd",
    "SSL_set_connect_state",
    "SSL_do_handshake",
    "SSL_get_error",
    "SSL_shutdown",
    "SSL_get_peer_cert_chain",
    "sk_X509_num",
    "sk_X509_value",
    "BIO_s_mem",
    "BIO_new",
    "BIO_free",
    "BIO_read",
    "i2d_X509_bio",
    "ERR_clear_error",
)
_SYSTEM_NAMES = {"sk_X509_num": "OPENSSL_sk_num", "sk_X509_value": "OPENSSL_sk_value"}
# ssl.h and x509_vfy.h: what are macros there, and so have no address.
_SET_MIN_VERSION, _SET_GROUPS, _TLS1, _NO_TICKET, _LEGACY, _VERIFY_PEER = 123, 92, 0x0301, 1 << 14, 1 << 2, 1


def compiled() -> Path:
    """Compile floor.c unless it is there already, and return the shared library."""
    source = Path(__file__).with_name("floor.c")
    name = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    library = source.parent / "build" / f"floor-{name}.so"
    if not library.exists():
        library.parent.mkdir(exist_ok=True)
        subprocess.run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def _ours(job: dict[str, Any]) -> tuple[list[int], int, Any]:
    """Return the functions of the library inside the wheel, our own context, and what keeps that alive."""
    address = _openssl.ffi.addressof
    functions = [int(_openssl.ffi.cast("uintptr_t", address(_openssl.lib, name))) for name in FUNCTIONS]
    # A client that asks for nothing also offers the groups with ML-KEM.
    context = shared_context(TlsSetting(groups="DEFAULT") if job["default_groups"] else TlsSetting())
    if job["verify"]:
        context.load_verify_locations(job["ca"])
        context.set_verify(SSL.VERIFY_PEER)
    return functions, int(_openssl.ffi.cast("uintptr_t", context._context)), context  # noqa: SLF001


def _system(job: dict[str, Any]) -> tuple[list[int], int, Any]:
    """Return the same for the system's library, with a context of the same settings."""
    library, setting = ctypes.CDLL("libssl.so.3"), TlsSetting()
    functions = [_address(library, _SYSTEM_NAMES.get(name, name)) for name in FUNCTIONS]
    for name in ("TLS_client_method", "SSL_CTX_new"):
        getattr(library, name).restype = ctypes.c_void_p
    new = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(_address(library, "SSL_CTX_new"))
    context = new(library.TLS_client_method())
    if context is None:
        raise SystemExit("the system's OpenSSL gives no context")
    handle = ctypes.c_void_p(context)
    library.SSL_CTX_ctrl(handle, _SET_MIN_VERSION, ctypes.c_long(_TLS1), None)
    library.SSL_CTX_ctrl(handle, _SET_GROUPS, ctypes.c_long(0), setting.groups.encode())
    library.SSL_CTX_set_cipher_list(handle, setting.ciphers.encode())
    library.SSL_CTX_set_options(handle, ctypes.c_uint64(_NO_TICKET | _LEGACY))
    if job["verify"]:
        library.SSL_CTX_load_verify_locations(handle, job["ca"].encode(), None)
        library.SSL_CTX_set_verify(handle, _VERIFY_PEER, None)
    return functions, context, library


def _address(library: ctypes.CDLL, name: str) -> int:
    return ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0


def _sockaddr(endpoint: str) -> bytes:
    host, _, port = endpoint.rpartition(":")
    family = socket.AF_INET.to_bytes(2, sys.byteorder)
    return family + int(port).to_bytes(2, "big") + socket.inet_aton(host) + bytes(8)


def run(job: dict[str, Any]) -> Cost:
    """Warm up with a probe each endpoint, then measure."""
    find = _system if job["system"] else _ours
    functions, context, _alive = find(job)
    pointers = (ctypes.c_void_p * len(functions))(*functions)
    addresses = b"".join(_sockaddr(endpoint) for endpoint in job["endpoints"])
    count, probes, in_flight = len(job["endpoints"]), job["probes"], job["in_flight"]
    library = ctypes.CDLL(str(compiled()))
    probe_all = library.probe_all
    probe_all(pointers, ctypes.c_void_p(context), addresses, count, count, in_flight)
    start, before = time.perf_counter(), getrusage(RUSAGE_SELF)
    failed = probe_all(pointers, ctypes.c_void_p(context), addresses, count, probes, in_flight)
    after, wall = getrusage(RUSAGE_SELF), time.perf_counter() - start
    if failed < 0:
        raise SystemExit("the C client could not open its connections")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, memory(), probes, failed)


if __name__ == "__main__":
    report(run(json.load(sys.stdin)))
