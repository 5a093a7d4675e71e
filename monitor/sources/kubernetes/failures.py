"""Reason and sentence for why a cluster could not be queried."""

from monitor.http.request import FetchError
from monitor.model import Failure, FailureReason, text
from monitor.parse import display
from monitor.sources.kubernetes.access import UnusableConfigError
from monitor.sources.kubernetes.documents import ListingTooLargeError, NotAListError
from monitor.sources.kubernetes.requests import ApiError

TROUBLE = (
    ApiError,
    ListingTooLargeError,
    UnusableConfigError,
    NotAListError,
    FetchError,
    OSError,
    TimeoutError,
    ValueError,
)
"""What a probe may end with; everything else is a bug of ours."""

_REASONS = {401: FailureReason.UNAUTHORIZED, 403: FailureReason.FORBIDDEN, 404: FailureReason.NOT_FOUND}


def failure(error: BaseException) -> Failure:
    """Return the failure for the error that ended a probe."""
    reason, detail = explain(error)
    return Failure(reason, text(detail))


def explain(error: BaseException) -> tuple[FailureReason, str]:
    """Return the reason and the sentence for the error that ended a probe."""
    match error:
        case ApiError():
            reason = _REASONS.get(error.status, FailureReason.BAD_ANSWER)
            return reason, f"the API server answers {error.status}: {display(error.said)}"
        case ListingTooLargeError():
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
            return _not_answered(error)


def _not_answered(error: BaseException) -> tuple[FailureReason, str]:
    if not isinstance(error, FetchError):
        words = display(str(error)) or type(error).__name__
        return FailureReason.PROTOCOL_ERROR, f"the API server does not answer as it should: {words}"
    if error.reason is FailureReason.BAD_CERTIFICATE:
        said = f"the API server's certificate is not trusted by the kubeconfig: {error.tls_error}"
        return error.reason, said
    reason = FailureReason.PROTOCOL_ERROR if error.reason is FailureReason.BAD_ANSWER else error.reason
    return reason, f"the API server {error}"
