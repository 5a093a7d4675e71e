"""Turn errors of a relay into sentences that say what to do; pure.

The server's reply is quoted, sanitized, since an administrator will search for it.
"""

import re
import socket
import ssl
from collections.abc import Iterator

import aiosmtplib

from monitor.delivery.email.relay.access_token import TokenError
from monitor.delivery.email.relay.login import RelayTokenRefusedError
from monitor.delivery.email.relay.refusals import KnownRefusal, known_refusal
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.delivery.receiver import SendResult, refused, retry
from monitor.parse.display import display

# RFC 4954 section 6: these replies concern the permission to use the relay, whatever the command.
_LOGIN_CODES = (530, 534, 535, 538)
# RFC 5321 section 4.5.3.1.10: "too many recipients" was once 552 and is to be treated as temporary.
_TOO_MANY = 552
# RFC 1870 section 6.1, and what is registered for the enhanced codes of RFC 3463.
_SIZE_CODES = (523, 552)
# What Exchange appends, the server with the time and a number, differs each time: a sentence is logged again
# when it is new.
_TRACE = re.compile(r"\s*\[[^\[\]]*\d{4}-\d\d-\d\dT[^\[\]]*\]")
_SIZE = re.compile(r"\b5\.(3\.4|2\.3)\b")


def quote_reply(code: int, message: str) -> str:
    """Return a server's reply on one line."""
    return display(f"{code} {' '.join(message.split())}".strip(), 500)


def rejection(error: aiosmtplib.SMTPResponseException, settings: RelaySettings, what: str) -> SendResult:
    """Return the result for a negative reply to MAIL, RCPT or DATA.

    5xx is permanent and 4xx is not (RFC 5321 section 4.2.1), except when the mail is not the cause.
    """
    answer, known, meaning = _answer(error), _known(error, settings), _meaning(error, settings)
    if _is_size(error, what):
        return refused(f"{settings.location} refused the {what} for its size: {answer}", too_large=True)
    if error.code in _LOGIN_CODES:
        return retry(_login_sentence(error, settings), receiver_down=True)
    if known is not None and known.permission:
        return retry(f"{settings.location} refused the {what}: {answer}{meaning}", receiver_down=True)
    if error.code >= 500 and not (error.code == _TOO_MANY and what.startswith("recipient")):
        return refused(
            f"{settings.location} refused the {what} for good: {answer}{meaning}",
            elsewhere=known is not None or what.startswith("sender"),
        )
    return retry(f"{settings.location} refused the {what} for now: {answer}")


def over_limit(size: int, limit: int, settings: RelaySettings) -> SendResult:
    """Return the result for a mail beyond the size that the relay announces."""
    return refused(
        f"{settings.location} takes mails of at most {limit} bytes, and this one has {size}", too_large=True
    )


def session_failed(error: Exception, settings: RelaySettings) -> SendResult:
    """Return the result for every recipient when no session with the relay can be opened."""
    after = error.after if isinstance(error, TokenError) else None
    return retry(_sentence(error, settings), after, receiver_down=True)


def transfer_failed(
    error: Exception, settings: RelaySettings, *, sender_accepted: bool, in_data: bool
) -> SendResult:
    """Return the result for every recipient when the relay ends a session, or stops answering in it.

    After MAIL it may be this mail that the relay does not bear: others are tried all the same. In DATA it may
    have taken the mail.
    """
    return retry(_sentence(error, settings), receiver_down=not sender_accepted, uncertain=in_data)


def _sentence(error: Exception, settings: RelaySettings) -> str:
    if isinstance(error, TokenError):
        return f"{settings.location} got no mail: {error}"
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _untrusted(cause, settings)
        if isinstance(cause, ssl.SSLError):
            return (
                f"TLS with {settings.location} failed ({_brief(cause)}): check email.security and email.port"
            )
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            return _login_sentence(error, settings)
        return f"{settings.location} does not serve us: {_answer(error)}{_meaning(error, settings)}"
    return _no_way(error, settings)


def _no_way(error: Exception, settings: RelaySettings) -> str:
    """Return the sentence for a relay that is unreachable or stopped answering."""
    where = settings.location
    if isinstance(error, TimeoutError):
        seconds = f"{settings.timeout.total_seconds():g} s"
        return f"{where} did not answer within {seconds}: is it up, and is the port open?"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return f"{where} closed the connection before the mail was taken"
    if isinstance(error, ConnectionRefusedError):
        return f"nobody listens at {where} (connection refused): check email.host and email.port"
    if isinstance(error, socket.gaierror):
        return f"{settings.host} cannot be looked up ({_brief(error)}): check email.host"
    return f"{where} cannot be used: {_brief(error)}"


def _untrusted(error: ssl.SSLCertVerificationError, settings: RelaySettings) -> str:
    return (
        f"the certificate of {settings.location} is not accepted ({display(error.verify_message, 200)}): "
        "name the CA that issued it in email.ca, and the host as the certificate calls it in email.host"
    )


def _login_sentence(error: aiosmtplib.SMTPResponseException, settings: RelaySettings) -> str:
    answer, known = _answer(error), _known(error, settings)
    details = f" ({error.details})" if isinstance(error, RelayTokenRefusedError) and error.details else ""
    if known:
        return f"{settings.location} refused the login: {answer}{details}. {known.meaning}"
    if settings.oauth2:
        return (
            f"{settings.location} refused the login: {answer}{details}. Check email.username, and what the "
            "client in email.oauth2 may do"
        )
    if settings.username:
        return f"{settings.location} refused the login: {answer}. Check email.username and the password"
    return (
        f"{settings.location} demands a login: {answer}. Set email.username and email.password_file, "
        "or let the relay admit this machine by its address"
    )


def _answer(error: aiosmtplib.SMTPResponseException) -> str:
    return quote_reply(error.code, _TRACE.sub("", error.message))


def _meaning(error: aiosmtplib.SMTPResponseException, settings: RelaySettings) -> str:
    known = _known(error, settings)
    return f". {known.meaning}" if known else ""


def _known(error: aiosmtplib.SMTPResponseException, settings: RelaySettings) -> KnownRefusal | None:
    return known_refusal(error.message, token=settings.oauth2 is not None) if error.code >= 500 else None


def _is_size(error: aiosmtplib.SMTPResponseException, what: str) -> bool:
    """Return whether a mail was refused for its size; a full mailbox at RCPT has the same basic code."""
    if error.code >= 500 and _SIZE.search(error.message):
        return True
    return error.code in _SIZE_CODES and not what.startswith("recipient")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _brief(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return display(error.strerror, 300)
    return display(" ".join(str(error).split()) or type(error).__name__, 300)
