"""Failures that say why a cluster could not be queried."""

from monitor.http.request import FetchError
from monitor.model import Failure, FailureReason
from monitor.parse import display
from monitor.sources.kubernetes import texts
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
    match error:
        case ApiError():
            reason = _REASONS.get(error.status, FailureReason.BAD_ANSWER)
            return Failure(reason, texts.api_status(status=error.status, error=display(error.said)))
        case ListingTooLargeError():
            return Failure(FailureReason.TOO_LARGE, error.message)
        case UnusableConfigError():
            return Failure(FailureReason.UNREADABLE, texts.config_unusable(problem=error.message))
        case NotAListError():
            return Failure(FailureReason.BAD_ANSWER, texts.NOT_A_LIST)
        case TimeoutError():
            return Failure(FailureReason.TIMEOUT, texts.NO_ANSWER)
        case _:
            return _not_answered(error)


def _not_answered(error: BaseException) -> Failure:
    if not isinstance(error, FetchError):
        words = display(str(error)) or type(error).__name__
        return Failure(FailureReason.PROTOCOL_ERROR, texts.unexpected(error=words))
    if error.reason is FailureReason.BAD_CERTIFICATE:
        return Failure(error.reason, texts.untrusted(error=error.tls_error))
    reason = FailureReason.PROTOCOL_ERROR if error.reason is FailureReason.BAD_ANSWER else error.reason
    return Failure(reason, error.message)
