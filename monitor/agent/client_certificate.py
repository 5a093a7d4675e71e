"""The client certificate by which an agent connects to its centers, where they ask for one."""

import ssl

from monitor.errors import SystemBrokenError
from monitor.network.client_tls import load_identity


def load_client_certificate(tls: ssl.SSLContext, file: str | None) -> None:
    """Set the certificate of ``client_cert``, if there is one; raise ``SystemBrokenError``."""
    if file is None:
        return
    try:
        load_identity(tls, file, None)
    except OSError as error:
        raise SystemBrokenError(f"client_cert: {file} cannot be used: {error}") from None
