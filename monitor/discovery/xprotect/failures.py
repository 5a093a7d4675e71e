"""Say why a site could not be asked, in the product's reasons; never repeats what was sent."""

import errno
import ssl

import aiohttp

from monitor.discovery.xprotect.address import Origin
from monitor.model import Failure, FailureReason
from monitor.parse import display

_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_SYNTAX = (aiohttp.ClientPayloadError, aiohttp.ClientResponseError)


class AskError(Exception):
    """A question got no usable answer; ``whole`` when no other question will fare better."""

    def __init__(self, reason: FailureReason, detail: str, location: str, *, whole: bool = False) -> None:
        """Keep the failure."""
        super().__init__(detail)
        self.failure = Failure(reason, detail, location)
        self.whole = whole


class UntrustedError(AskError):
    """The certificate of the API was refused; ``why`` is the verifier's word."""

    def __init__(self, why: str, where: str) -> None:
        """Keep what the verifier said; who catches this probes which certificate it was."""
        super().__init__(
            FailureReason.BAD_CERTIFICATE, f"{where} shows an untrusted certificate: {why}", where, whole=True
        )
        self.why = why


def failure(error: BaseException, where: Origin) -> AskError:
    """Return what an error of the HTTP client means.

    The error itself must not be chained: it carries the request's headers. A certificate that is not trusted
    has reason ``bad_certificate``, every other failed handshake ``tls_protocol``.
    """
    location = where.where
    if isinstance(error, TimeoutError):
        return AskError(FailureReason.TIMEOUT, f"{location} did not answer in time", location)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return AskError(FailureReason.DNS, f"{where.host} cannot be resolved", location, whole=True)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return UntrustedError(_verifier(error.certificate_error), location)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _not_connected(error.os_error, location)
    if isinstance(error, _SYNTAX):
        return AskError(
            FailureReason.BAD_ANSWER,
            f"{location} sent half an answer, or something that is no HTTP",
            location,
        )
    return AskError(FailureReason.CLOSED, f"{location} closed the connection before it answered", location)


def _verifier(error: Exception) -> str:
    said = getattr(error, "verify_message", "") or str(error)
    return display(said.rstrip("."))


def _not_connected(error: OSError, location: str) -> AskError:
    if isinstance(error, ssl.SSLError):
        return _no_handshake(error, location)
    if isinstance(error, ConnectionRefusedError):
        detail = f"{location} refused the connection: no API gateway listens there, or a firewall says no"
        return AskError(FailureReason.REFUSED, detail, location, whole=True)
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return AskError(FailureReason.TIMEOUT, f"{location} did not answer in time", location, whole=True)
    if error.errno in _UNREACHABLE:
        return AskError(
            FailureReason.UNREACHABLE, f"{location} cannot be reached from here", location, whole=True
        )
    return AskError(
        FailureReason.CLOSED, f"{location} closed the connection before it was secured", location, whole=True
    )


def _no_handshake(error: ssl.SSLError, location: str) -> AskError:
    said = (error.reason or "").replace("_", " ").lower()
    if error.reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
    ):
        detail = (
            f"{location} answers without TLS, so no password is sent; switch encryption on for that server"
        )
        return AskError(FailureReason.NOT_TLS, detail, location, whole=True)
    why = said or "handshake failed"
    detail = f"{location} agreed on no secure connection ({why}); TLS 1.2 or later is needed"
    return AskError(FailureReason.TLS_PROTOCOL, detail, location, whole=True)
