"""Say in a reason and a sentence why a cluster could not be asked."""

import ssl

import aiohttp

from monitor.model import Reason
from monitor.parse import display
from monitor.sources.kubernetes.access import UnusableConfigError
from monitor.sources.kubernetes.asking import AnswerError
from monitor.sources.kubernetes.documents import NotAListError, TooLargeError

TROUBLE = (
    AnswerError,
    TooLargeError,
    UnusableConfigError,
    NotAListError,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    ValueError,
)
"""What a look may end with; everything else is a bug of ours."""

_REASONS = {401: Reason.UNAUTHORIZED, 403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND}


def said(error: BaseException) -> tuple[Reason, str]:
    """Return the reason and the sentence for what a look ended with."""
    match error:
        case AnswerError():
            reason = _REASONS.get(error.status, Reason.BAD_ANSWER)
            return reason, f"the API server answers {error.status}: {display(error.said)}"
        case TooLargeError():
            return Reason.TOO_LARGE, str(error)
        case UnusableConfigError():
            return Reason.UNREADABLE, f"the cluster's configuration cannot be used: {display(str(error))}"
        case NotAListError():
            return Reason.BAD_ANSWER, f"what answers is no Kubernetes API server: {error}"
        case TimeoutError():
            return Reason.TIMEOUT, "the cluster gave no answer in time"
        case _:
            return _connection(error)


def _connection(error: BaseException) -> tuple[Reason, str]:
    words = display(str(error)) or type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLCertVerificationError):
        return (
            Reason.BAD_CERTIFICATE,
            f"the API server's certificate is not trusted by the kubeconfig: {words}",
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Reason.DNS, f"the API server's name cannot be resolved: {words}"
    cause = getattr(error, "os_error", error)
    if isinstance(cause, ConnectionRefusedError):
        return Reason.REFUSED, f"the API server refuses connections: {words}"
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError | ConnectionResetError):
        return Reason.CLOSED, f"the API server hung up: {words}"
    if isinstance(error, OSError):
        return Reason.UNREACHABLE, f"the API server cannot be reached: {words}"
    return Reason.PROTOCOL_ERROR, f"the API server does not answer as it should: {words}"
