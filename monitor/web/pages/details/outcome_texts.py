"""The words of the page of a target about the outcomes of its probes."""

from datetime import datetime

from monitor.model import FailureReason, Message, message
from monitor.model.message import plain

OUTCOMES = plain("page.outcomes", "Results of the checks")
OUTCOME = plain("page.outcome", "Result")
SUCCEEDED = plain("page.check_succeeded", "succeeded")
REASONS = {
    FailureReason.DNS: plain("page.failed_dns", "failed: the name could not be resolved"),
    FailureReason.REFUSED: plain("page.failed_refused", "failed: connection refused"),
    FailureReason.UNREACHABLE: plain("page.failed_unreachable", "failed: unreachable"),
    FailureReason.TIMEOUT: plain("page.failed_timeout", "failed: no answer in time"),
    FailureReason.NOT_TLS: plain("page.failed_not_tls", "failed: no TLS"),
    FailureReason.TLS_ALERT: plain("page.failed_tls_alert", "failed: TLS alert"),
    FailureReason.TLS_PROTOCOL: plain("page.failed_tls_protocol", "failed: TLS protocol error"),
    FailureReason.BAD_CERTIFICATE: plain("page.failed_bad_certificate", "failed: unreadable certificate"),
    FailureReason.CLOSED: plain("page.failed_closed", "failed: connection closed"),
    FailureReason.STARTTLS_REFUSED: plain("page.failed_starttls_refused", "failed: STARTTLS refused"),
    FailureReason.PROTOCOL_ERROR: plain("page.failed_protocol_error", "failed: protocol error"),
    FailureReason.PROXY: plain("page.failed_proxy", "failed: proxy error"),
    FailureReason.NOT_FOUND: plain("page.failed_not_found", "failed: not found"),
    FailureReason.PERMISSION: plain("page.failed_permission", "failed: permission denied"),
    FailureReason.UNREADABLE: plain("page.failed_unreadable", "failed: unreadable"),
    FailureReason.NOT_A_CERTIFICATE: plain("page.failed_not_a_certificate", "failed: no certificate"),
    FailureReason.PASSPHRASE: plain("page.failed_passphrase", "failed: missing or wrong passphrase"),
    FailureReason.TOO_LARGE: plain("page.failed_too_large", "failed: too large"),
    FailureReason.LATE: plain("page.failed_late", "failed: not finished in time"),
    FailureReason.UNAUTHORIZED: plain("page.failed_unauthorized", "failed: login refused"),
    FailureReason.FORBIDDEN: plain("page.failed_forbidden", "failed: access denied"),
    FailureReason.NOT_XPROTECT: plain("page.failed_not_xprotect", "failed: not an XProtect server"),
    FailureReason.BAD_ANSWER: plain("page.failed_bad_answer", "failed: unexpected answer"),
    FailureReason.INTERNAL: plain("page.failed_internal", "failed: a problem of the monitor itself"),
}


def outcome(reason: FailureReason | None) -> Message:
    """Return the outcome of a probe in words."""
    return SUCCEEDED if reason is None else REASONS[reason]


@message("page.outcome_since", "{outcome}, since {at}")
def outcome_since(*, outcome: Message, at: datetime) -> None: ...


@message("page.outcome_between", "{outcome}, from {at} to {until}")
def outcome_between(*, outcome: Message, at: datetime, until: datetime) -> None: ...
