"""Say why a site could not be asked, in the product's reasons; never repeats what was sent."""

import errno
import ssl

import aiohttp

from monitor.discovery.xprotect.address import Origin
from monitor.model import Failure, Reason
from monitor.parse import display

_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_SYNTAX = (aiohttp.ClientPayloadError, aiohttp.ClientResponseError)


class AskError(Exception):
    """A question got no usable answer; ``whole`` when no other question will fare better."""

    def __init__(self, reason: Reason, detail: str, place: str, *, whole: bool = False) -> None:
        """Keep the failure."""
        super().__init__(detail)
        self.failure = Failure(reason, detail, place)
        self.whole = whole


class UntrustedError(AskError):
    """The certificate of the API was refused; ``why`` is the verifier's word."""

    def __init__(self, why: str, where: str) -> None:
        """Keep what the verifier said; who catches this looks which certificate it was."""
        super().__init__(
            Reason.BAD_CERTIFICATE, f"{where} shows an untrusted certificate: {why}", where, whole=True
        )
        self.why = why


def trouble(error: BaseException, where: Origin) -> AskError:
    """Return what an error of the HTTP client means.

    The error itself must not be chained: it carries the request's headers. A certificate that is not trusted
    has reason ``bad_certificate``, every other failed handshake ``tls_protocol``.
    """
    place = where.where
    if isinstance(error, TimeoutError):
        return AskError(Reason.TIMEOUT, f"{place} did not answer in time", place)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return AskError(Reason.DNS, f"{where.host} cannot be resolved", place, whole=True)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return UntrustedError(_verifier(error.certificate_error), place)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _not_connected(error.os_error, place)
    if isinstance(error, _SYNTAX):
        return AskError(
            Reason.BAD_ANSWER, f"{place} sent half an answer, or something that is no HTTP", place
        )
    return AskError(Reason.CLOSED, f"{place} closed the connection before it answered", place)


def _verifier(error: Exception) -> str:
    said = getattr(error, "verify_message", "") or str(error)
    return display(said.rstrip("."))


def _not_connected(error: OSError, place: str) -> AskError:
    if isinstance(error, ssl.SSLError):
        return _no_handshake(error, place)
    if isinstance(error, ConnectionRefusedError):
        detail = f"{place} refused the connection: no API gateway listens there, or a firewall says no"
        return AskError(Reason.REFUSED, detail, place, whole=True)
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return AskError(Reason.TIMEOUT, f"{place} did not answer in time", place, whole=True)
    if error.errno in _UNREACHABLE:
        return AskError(Reason.UNREACHABLE, f"{place} cannot be reached from here", place, whole=True)
    return AskError(Reason.CLOSED, f"{place} closed the connection before it was secured", place, whole=True)


def _no_handshake(error: ssl.SSLError, place: str) -> AskError:
    said = (error.reason or "").replace("_", " ").lower()
    if error.reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
    ):
        detail = f"{place} answers without TLS, so no password is sent; switch encryption on for that server"
        return AskError(Reason.NOT_TLS, detail, place, whole=True)
    detail = (
        f"{place} agreed on no secure connection ({said or 'handshake failed'}); TLS 1.2 or later is needed"
    )
    return AskError(Reason.TLS_PROTOCOL, detail, place, whole=True)
