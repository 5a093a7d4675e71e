"""Turn errors of the HTTP library into ``FetchError``; never repeats what was sent."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import aiohttp

from monitor.http import texts
from monitor.http.request import FetchError
from monitor.model import FailureReason, Message
from monitor.network.client_tls import openssl_reason
from monitor.network.connect import explain
from monitor.parse import display

ERRORS = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
"""What a request may end with; everything else is a bug of ours."""

# How OpenSSL reports that the first bytes of a peer are not TLS.
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
_CONNECT: dict[FailureReason, Callable[..., Message]] = {
    FailureReason.REFUSED: texts.refused,
    FailureReason.CLOSED: texts.closed_before_tls,
}


def failure(error: Exception, host: str, timeout: float) -> FetchError:
    """Return the ``FetchError`` for an error; ``timeout`` is that of the request in seconds.

    The error itself must not be chained: it carries the headers of the request. A certificate that is not
    trusted has reason ``bad_certificate``, every other failed handshake ``tls_protocol``.
    """
    if isinstance(error, TimeoutError):
        return _late(error, host, timeout)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchError(FailureReason.DNS, texts.not_resolved, host, connected=False)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _untrusted(error.certificate_error, host)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _not_connected(error.os_error, host)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
        return FetchError(FailureReason.BAD_ANSWER, texts.incomplete, host)
    return FetchError(FailureReason.CLOSED, texts.closed, host)


def _late(error: TimeoutError, host: str, timeout: float) -> FetchError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return FetchError(FailureReason.TIMEOUT, texts.connect_timeout, host, connected=False)
    say = partial(texts.answer_timeout, timeout=timedelta(seconds=timeout))
    return FetchError(FailureReason.TIMEOUT, say, host)


def _untrusted(error: Exception, host: str) -> FetchError:
    openssl = getattr(error, "verify_message", "") or str(error)
    why = display(openssl.rstrip("."), 200)
    say = partial(texts.untrusted, error=why)
    return FetchError(FailureReason.BAD_CERTIFICATE, say, host, connected=False, tls_error=why)


def _not_connected(error: OSError, host: str) -> FetchError:
    if isinstance(error, ssl.SSLError):
        reason = FailureReason.NOT_TLS if error.reason in _NOT_TLS else FailureReason.TLS_PROTOCOL
        why = openssl_reason(error)
        say = partial(texts.tls_failed_with, error=why) if why else texts.tls_failed
        return FetchError(reason, say, host, connected=False, tls_error=why)
    reason, problem = explain(error)
    if reason is FailureReason.INTERNAL:
        return FetchError(reason, partial(texts.not_sent, problem=problem), host, connected=False)
    return FetchError(reason, _CONNECT.get(reason, texts.unreachable), host, connected=False)
