"""Why a site could not be asked, in the product's reasons; never repeats what was sent."""

from monitor.discovery.xprotect.address import Origin
from monitor.http.request import FetchError
from monitor.model import Failure, FailureReason

_SENTENCES = {
    FailureReason.TIMEOUT: "did not answer in time",
    FailureReason.REFUSED: "refused the connection: no API gateway listens there, or a firewall says no",
    FailureReason.UNREACHABLE: "cannot be reached from here",
    FailureReason.NOT_TLS: (
        "answers without TLS, so no password is sent; switch encryption on for that server"
    ),
}


class AskError(Exception):
    """A request got no usable answer; ``whole`` when no other request will fare better."""

    def __init__(self, reason: FailureReason, detail: str, location: str, *, whole: bool = False) -> None:
        """Keep the failure."""
        super().__init__(detail)
        self.failure = Failure(reason, detail, location)
        self.whole = whole


def ask_error(error: FetchError, where: Origin) -> AskError:
    """Return what an error of the HTTP client means to a site.

    A certificate that is not trusted has reason ``bad_certificate``, every other failed handshake
    ``tls_protocol``.
    """
    location, whole = where.where, not error.connected
    if error.reason is FailureReason.DNS:
        return AskError(error.reason, f"{where.host} cannot be resolved", location, whole=whole)
    if error.reason is FailureReason.TLS_PROTOCOL:
        why = error.tls_error or "handshake failed"
        detail = f"{location} agreed on no secure connection ({why}); TLS 1.2 or later is needed"
        return AskError(error.reason, detail, location, whole=whole)
    reason = FailureReason.BAD_ANSWER if error.reason is FailureReason.TOO_LARGE else error.reason
    return AskError(reason, f"{location} {_SENTENCES.get(reason, error.said)}", location, whole=whole)
