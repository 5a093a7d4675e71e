"""Subject and names of a client certificate that the TLS library has verified."""

from collections.abc import Collection, Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.addresses import read_ip

CERTIFICATE = "client_certificate"
"""Where the state of a request has the common name of the client's certificate."""

PeerCertificate = Mapping[str, Any]
"""What ``ssl.SSLObject.getpeercert`` returns; empty for none and for one that was not verified."""


def common_name(certificate: PeerCertificate) -> str:
    """Return the common name of the subject, empty for none and for several."""
    found = [value for part in certificate.get("subject", ()) for name, value in part if name == "commonName"]
    return str(found[0]) if len(found) == 1 else ""


def is_allowed(certificate: PeerCertificate, names: Collection[str]) -> bool:
    """Return whether an alternative name is one of some names; without names every certificate is allowed."""
    found = (_written(kind, value) for kind, value in certificate.get("subjectAltName", ()))
    return not names or any(one in names for one in found)


def _written(kind: str, value: Any) -> str:
    address = read_ip(str(value)) if kind == "IP Address" else None
    return str(address or value)


def with_name(app: ASGIApp, name: str) -> ASGIApp:
    """Return an application that finds a client's name in the state of each request."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})[CERTIFICATE] = name
        await app(scope, receive, send)

    return named
