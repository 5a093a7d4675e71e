"""What ports show in a TLS handshake, for a record: protocol, cipher, chain; judges nothing."""

import asyncio
import ssl
import time
from collections.abc import Iterable
from typing import Any

from monitor.addresses import HostPort
from monitor.model import DiscoveredTarget
from monitor.network.client_tls import openssl_reason, unverified_context
from monitor.parse import UnreadableCertificateError, parse_certificate
from monitor.parse.extension_oids import extension_oids

_TIMEOUT = 5.0
_AT_ONCE = 20
_MOST = 400
_DER = 2
"""The form of certificates that the interpreter's own module calls ENCODING_DER."""


async def port_details(found: Iterable[DiscoveredTarget]) -> dict[str, dict[str, Any]]:
    """Return what each endpoint shows, by address; of more than some hundred the first."""
    wanted = {one.address: one.server_name for one in found if one.kind == "endpoint"}
    limit = asyncio.Semaphore(_AT_ONCE)

    async def one(address: str, name: str) -> dict[str, Any]:
        async with limit:
            return await _seen(address, name)

    listed = list(wanted.items())[:_MOST]
    seen = await asyncio.gather(*(one(address, name) for address, name in listed))
    return dict(zip((address for address, _ in listed), seen, strict=True))


async def _seen(address: str, name: str) -> dict[str, Any]:
    begun = time.monotonic()
    made = await _handshake(address, name)
    return {"ms": round((time.monotonic() - begun) * 1000), **made}


async def _handshake(address: str, name: str) -> dict[str, Any]:
    host, port = HostPort.parse(address)
    try:
        async with asyncio.timeout(_TIMEOUT):
            _, writer = await asyncio.open_connection(
                host, port, ssl=_any_version(), server_hostname=name or host
            )
    except ssl.SSLError as error:
        return {"outcome": "no TLS", "why": openssl_reason(error)}
    except TimeoutError:
        return {"outcome": "timeout"}
    except (OSError, ValueError) as error:
        return {"outcome": type(error).__name__}
    try:
        session = writer.get_extra_info("ssl_object")
        cipher = session.cipher()
        return {
            "outcome": "TLS",
            "protocol": session.version(),
            "cipher": cipher[0] if cipher else "",
            "chain": [_certificate(der) for der in _chain(session)],
        }
    finally:
        writer.transport.abort()


def _any_version() -> ssl.SSLContext:
    context = unverified_context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _chain(session: Any) -> list[bytes]:
    """Return what was served; public only from Python 3.13 on, so else the leaf where it is missing."""
    listed = getattr(getattr(session, "_sslobj", session), "get_unverified_chain", None)
    if listed is None:
        leaf = session.getpeercert(binary_form=True)
        return [leaf] if leaf else []
    return [one if isinstance(one, bytes) else one.public_bytes(_DER) for one in listed() or ()]


def _certificate(der: bytes) -> dict[str, Any]:
    """Return the facts of one certificate; names are masked by whoever writes them."""
    try:
        found = parse_certificate(der)
    except UnreadableCertificateError:
        return {"unreadable": len(der)}
    return {
        "subject": found.subject_cn or found.subject,
        "issuer": found.issuer_cn or found.issuer,
        "names": [*found.dns_names, *found.ip_addresses],
        "key": f"{found.key_type} {found.key_bits}",
        "signature": found.signature_hash,
        "not_before": f"{found.not_before:%Y-%m-%d}",
        "not_after": f"{found.not_after:%Y-%m-%d}",
        "days": found.lifetime.days,
        "ca": found.is_ca,
        "self_issued": found.self_issued,
        "extensions": list(extension_oids(der)),
        "usages": list(found.extended_usages or ()),
        "oddities": len(found.oddities),
    }
