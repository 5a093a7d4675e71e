"""Errors of requests to a site, as failures; never repeats what was sent."""

from monitor.discovery.xprotect.address import Origin
from monitor.http.request import FetchError
from monitor.model import Failure, FailureReason, Message, text

_SENTENCES = {
    FailureReason.TIMEOUT: "did not answer in time",
    FailureReason.REFUSED: "refused the connection: no API gateway listens there, or a firewall says no",
    FailureReason.UNREACHABLE: "cannot be reached from here",
    FailureReason.NOT_TLS: (
        "answers without TLS, so no password is sent; switch encryption on for that server"
    ),
}


class SiteRequestError(Exception):
    """A request got no usable response; ``whole`` is true when all other requests would fail too."""

    def __init__(
        self, reason: FailureReason, detail: str | Message, location: str, *, whole: bool = False
    ) -> None:
        """Store the failure."""
        super().__init__(reason)
        said = text(detail) if isinstance(detail, str) else detail
        self.failure = Failure(reason, said, location)
        self.whole = whole


def request_error(error: FetchError, where: Origin) -> SiteRequestError:
    """Return the ``SiteRequestError`` for an error of the HTTP client.

    A certificate that is not trusted has reason ``bad_certificate``, every other failed handshake
    ``tls_protocol``.
    """
    location, whole = where.where, not error.connected
    if error.reason is FailureReason.DNS:
        return SiteRequestError(error.reason, f"{where.host} cannot be resolved", location, whole=whole)
    if error.reason is FailureReason.TLS_PROTOCOL:
        why = error.tls_error or "handshake failed"
        detail = f"{location} agreed on no secure connection ({why}); TLS 1.2 or later is needed"
        return SiteRequestError(error.reason, detail, location, whole=whole)
    reason = FailureReason.BAD_ANSWER if error.reason is FailureReason.TOO_LARGE else error.reason
    return SiteRequestError(
        reason, f"{location} {_SENTENCES.get(reason, error.detail)}", location, whole=whole
    )
