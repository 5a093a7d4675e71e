"""Errors of requests to a site, as failures; never repeats what was sent."""

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.address import Origin
from monitor.http.request import FetchError
from monitor.model import Failure, FailureReason, Message

_KINDS = {
    FailureReason.TIMEOUT: texts.no_answer,
    FailureReason.REFUSED: texts.refused,
    FailureReason.UNREACHABLE: texts.unreachable,
    FailureReason.NOT_TLS: texts.not_tls,
}


class SiteRequestError(Exception):
    """A request got no usable response; ``whole`` is true when all other requests would fail too."""

    def __init__(
        self, reason: FailureReason, message: Message, location: str, *, whole: bool = False
    ) -> None:
        """Store the failure."""
        super().__init__(message.code)
        self.failure = Failure(reason, message, location)
        self.whole = whole


def request_error(error: FetchError, where: Origin) -> SiteRequestError:
    """Return the ``SiteRequestError`` for an error of the HTTP client.

    A certificate that is not trusted has reason ``bad_certificate``, every other failed handshake
    ``tls_protocol``.
    """
    server, whole = where.where, not error.connected
    if error.reason is FailureReason.DNS:
        return SiteRequestError(error.reason, error.named(where.host), server, whole=whole)
    if error.reason is FailureReason.TLS_PROTOCOL and error.tls_error:
        said = texts.tls_failed(server=server, error=error.tls_error)
        return SiteRequestError(error.reason, said, server, whole=whole)
    reason = FailureReason.BAD_ANSWER if error.reason is FailureReason.TOO_LARGE else error.reason
    kind = _KINDS.get(reason)
    return SiteRequestError(reason, kind(server=server) if kind else error.named(server), server, whole=whole)
