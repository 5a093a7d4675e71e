"""HTTPS to the daemon on this machine: it must show the very certificate that its configuration names.

That holds for any name and after its expiry too: this command and the daemon read the same file.
"""

import ssl
import urllib.request
from functools import partial
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

from monitor.errors import SystemBrokenError

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def https_handler(served: Path | None, client: Path | None) -> urllib.request.BaseHandler:
    """Return what opens HTTPS addresses.

    ``served`` is the file with the daemon's certificate; without it the system's trusted CAs decide.
    ``client`` is a file with a client certificate and its key. Raises ``SystemBrokenError`` for files that
    cannot be used.
    """
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as for all our requests; Python 3.13 sets it
    file = client
    try:
        if client is not None:
            context.load_cert_chain(client)
        if served is None:
            return urllib.request.HTTPSHandler(context=context)
        file = served
        wanted = _first_certificate(served.read_text("ascii"))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise SystemBrokenError(f"{file} cannot be used: {error}") from None
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return _PinningHandler(context, wanted)


def _first_certificate(text: str) -> bytes:
    begin = text.index(_BEGIN)
    return ssl.PEM_cert_to_DER_cert(text[begin : text.index(_END, begin) + len(_END)])


class _PinningHandler(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext, wanted: bytes) -> None:
        super().__init__(context=context)
        self._pinned = partial(_PinnedConnection, wanted=wanted, context=context)

    def https_open(self, req: urllib.request.Request) -> Any:
        """Open an address over a connection whose certificate was compared."""
        return self.do_open(self._pinned, req)


class _PinnedConnection(HTTPSConnection):
    def __init__(self, *args: Any, wanted: bytes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wanted = wanted

    def connect(self) -> None:
        """Connect, and send nothing to who shows another certificate."""
        super().connect()
        if self.sock.getpeercert(True) != self._wanted:
            self.close()
            raise ssl.SSLCertVerificationError("it shows another certificate than the one in cert_file")
