"""The TLS context for connections to NATS servers."""

import ssl
from collections.abc import Callable, Sequence

from monitor.network.client_tls import client_context
from monitor.sources.anchors import TrustStoreLoader


def tls_of(servers: Sequence[str], trust: Sequence[str]) -> Callable[[], ssl.SSLContext] | None:
    """Return a function that makes a context with the trusted CAs, read each time; ``None`` without TLS."""
    if not any(server.startswith("tls:") for server in servers):
        return None

    def context() -> ssl.SSLContext:
        anchors = TrustStoreLoader().anchors(tuple(trust), 0.0)
        if not anchors.members:
            raise OSError("there is no certificate in trust that could verify a NATS server")
        return client_context(anchors)

    return context
