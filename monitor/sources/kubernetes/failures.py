"""Say in a reason and a sentence why a cluster could not be asked."""

import ssl

import aiohttp

from monitor.model import FailureReason
from monitor.parse import display
from monitor.sources.kubernetes.access import UnusableConfigError
from monitor.sources.kubernetes.documents import NotAListError, TooLargeError
from monitor.sources.kubernetes.requests import AnswerError

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
"""What a probe may end with; everything else is a bug of ours."""

_REASONS = {401: FailureReason.UNAUTHORIZED, 403: FailureReason.FORBIDDEN, 404: FailureReason.NOT_FOUND}


def said(error: BaseException) -> tuple[FailureReason, str]:
    """Return the reason and the sentence for what a probe ended with."""
    match error:
        case AnswerError():
            reason = _REASONS.get(error.status, FailureReason.BAD_ANSWER)
            return reason, f"the API server answers {error.status}: {display(error.said)}"
        case TooLargeError():
            return FailureReason.TOO_LARGE, str(error)
        case UnusableConfigError():
            return (
                FailureReason.UNREADABLE,
                f"the cluster's configuration cannot be used: {display(str(error))}",
            )
        case NotAListError():
            return FailureReason.BAD_ANSWER, f"what answers is no Kubernetes API server: {error}"
        case TimeoutError():
            return FailureReason.TIMEOUT, "the cluster gave no answer in time"
        case _:
            return _connection(error)


def _connection(error: BaseException) -> tuple[FailureReason, str]:
    words = display(str(error)) or type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLCertVerificationError):
        return (
            FailureReason.BAD_CERTIFICATE,
            f"the API server's certificate is not trusted by the kubeconfig: {words}",
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FailureReason.DNS, f"the API server's name cannot be resolved: {words}"
    cause = getattr(error, "os_error", error)
    if isinstance(cause, ConnectionRefusedError):
        return FailureReason.REFUSED, f"the API server refuses connections: {words}"
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError | ConnectionResetError):
        return FailureReason.CLOSED, f"the API server hung up: {words}"
    if isinstance(error, OSError):
        return FailureReason.UNREACHABLE, f"the API server cannot be reached: {words}"
    return FailureReason.PROTOCOL_ERROR, f"the API server does not answer as it should: {words}"
