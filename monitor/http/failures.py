"""Turn errors of the HTTP library into ``FetchError``; never repeats what was sent."""

import ssl

import aiohttp

from monitor.http.request import FetchError
from monitor.model import FailureReason
from monitor.network.client_tls import openssl_reason
from monitor.network.connect import explain
from monitor.parse import display

ERRORS = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
"""What a request may end with; everything else is a bug of ours."""

# How OpenSSL reports that the first bytes of a peer are not TLS.
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
_CONNECT = {
    FailureReason.REFUSED: "refused the connection",
    FailureReason.CLOSED: "closed the connection before it was secured",
}


def failure(error: Exception, host: str, timeout: float) -> FetchError:
    """Return the ``FetchError`` for an error; ``timeout`` is that of the request in seconds.

    The error itself must not be chained: it carries the headers of the request. A certificate that is not
    trusted has reason ``bad_certificate``, every other failed handshake ``tls_protocol``.
    """
    if isinstance(error, TimeoutError):
        return _late(error, host, timeout)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError(FailureReason.DNS, "cannot be resolved", host, connected=False)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _untrusted(error.certificate_error, host)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _not_connected(error.os_error, host)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
        return FetchError(FailureReason.BAD_ANSWER, "sent half an answer, or something that is no HTTP", host)
    return FetchError(FailureReason.CLOSED, "closed the connection before it answered", host)


def _late(error: TimeoutError, host: str, timeout: float) -> FetchError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return FetchError(FailureReason.TIMEOUT, "cannot be reached in time", host, connected=False)
    return FetchError(FailureReason.TIMEOUT, f"gave no whole answer in {timeout:g} s", host)


def _untrusted(error: Exception, host: str) -> FetchError:
    openssl = getattr(error, "verify_message", "") or str(error)
    why = display(openssl.rstrip("."), 200)
    detail = f"shows an untrusted certificate: {why}"
    return FetchError(FailureReason.BAD_CERTIFICATE, detail, host, connected=False, tls_error=why)


def _not_connected(error: OSError, host: str) -> FetchError:
    if isinstance(error, ssl.SSLError):
        reason = FailureReason.NOT_TLS if error.reason in _NOT_TLS else FailureReason.TLS_PROTOCOL
        return FetchError(
            reason, "agreed on no TLS connection", host, connected=False, tls_error=openssl_reason(error)
        )
    reason, sentence = explain(error)
    if reason is FailureReason.INTERNAL:
        return FetchError(reason, f"was not asked: {sentence.text}", host, connected=False)
    return FetchError(reason, _CONNECT.get(reason, "cannot be reached"), host, connected=False)
