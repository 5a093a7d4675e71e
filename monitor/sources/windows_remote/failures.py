"""Map errors of WinRM on a machine to reasons and messages; never repeats a secret."""

import ssl
from collections.abc import Callable, Iterator

import requests
from pypsrp.exceptions import (
    AuthenticationError,
    InvalidPSRPOperation,
    WinRMTransportError,
    WSManFaultError,
)
from spnego.exceptions import SpnegoError

from monitor.model import Failure, FailureReason, Message
from monitor.model.texts import located
from monitor.network.client_tls import openssl_reason
from monitor.network.connect import NoneConnectedError
from monitor.parse import display
from monitor.sources.windows_remote import texts
from monitor.sources.windows_remote.remote_session import RemoteSession
from monitor.sources.windows_remote.session import (
    LateError,
    ReplyTooLargeError,
    UnencryptedError,
    UnfitIdentityError,
)
from monitor.windows.access import WINRM_PLAIN, WINRM_TLS, RemoteMachine

# winerror.h and wsmerror.h of the Windows SDK.
_ACCESS_DENIED = 5
_NO_CONFIGURATION = frozenset({2150858752, 2150858754, 2150858811})
_QUOTA = frozenset({2150859173, 2150859174, 2150859175, *range(2150859236, 2150859241)})
_DEEPEST = 12
# Optional libraries; their errors pass through the libraries between.
_KERBEROS = frozenset({"krb5", "gssapi"})

Explained = tuple[FailureReason, Message]


def failure_of(error: BaseException, visit: RemoteSession) -> Failure:
    """Return the failure for an error of one probe; an unknown error counts as a bad answer."""
    if visit.over or isinstance(error, LateError):
        reason, problem = FailureReason.TIMEOUT, texts.LATE
    else:
        explain = next((say for kind, say in _SAID if isinstance(error, kind)), _odd)
        reason, problem = explain(error, visit.remote)
    return Failure(reason, located(location=visit.remote.host, problem=problem))


def _fault(error: WSManFaultError, remote: RemoteMachine) -> Explained:
    endpoint, said = remote.configuration_name, display(error.reason or "no reason given")
    if error.code == _ACCESS_DENIED:
        denied = texts.no_access_to_endpoint(endpoint=endpoint) if endpoint else texts.NO_ACCESS
        return FailureReason.FORBIDDEN, denied
    if error.code in _NO_CONFIGURATION:
        wanted = endpoint or "Microsoft.PowerShell"
        return FailureReason.FORBIDDEN, texts.no_configuration(endpoint=wanted)
    if error.code in _QUOTA:
        return FailureReason.FORBIDDEN, texts.too_many_sessions(error=said)
    return FailureReason.PROTOCOL_ERROR, texts.fault_of_winrm(error=said, fault=str(error.code))


def _refused(error: AuthenticationError, remote: RemoteMachine) -> Explained:
    if "did not response" in str(error):  # the library's message
        offered = display(str(error).rpartition("actual: ")[2].strip("'"))
        if not offered:
            return FailureReason.PROTOCOL_ERROR, texts.auth_none_offered(auth=remote.auth)
        return FailureReason.PROTOCOL_ERROR, texts.auth_not_offered(auth=remote.auth, offered=offered)
    if not remote.username:
        return FailureReason.UNAUTHORIZED, texts.certificate_refused(auth=remote.auth)
    return FailureReason.UNAUTHORIZED, texts.login_refused(username=remote.username, auth=remote.auth)


def _transport(error: WinRMTransportError, remote: RemoteMachine) -> Explained:
    code, port = error.code, str(remote.port)
    if code == 403:
        return FailureReason.FORBIDDEN, texts.http_forbidden(port=port)
    if code == 404:
        return FailureReason.PROTOCOL_ERROR, texts.http_not_found(port=port)
    return FailureReason.PROTOCOL_ERROR, texts.http_status(port=port, status=str(code))


def _tls(error: requests.exceptions.SSLError, remote: RemoteMachine) -> Explained:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            said = texts.untrusted(port=str(remote.port), error=cause.verify_message)
            return FailureReason.BAD_CERTIFICATE, said
        if isinstance(cause, ssl.SSLError) and cause.reason:
            return _handshake(cause, remote)
    return FailureReason.CLOSED, texts.CLOSED_IN_HANDSHAKE


def _handshake(error: ssl.SSLError, remote: RemoteMachine) -> Explained:
    reason = error.reason or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        usual = {"without": str(WINRM_PLAIN), "secure": str(WINRM_TLS)}
        return FailureReason.NOT_TLS, texts.not_tls(port=str(remote.port), **usual)
    if reason.startswith("UNEXPECTED_EOF"):
        return FailureReason.CLOSED, texts.closed(port=str(remote.port))
    kind = FailureReason.TLS_ALERT if "ALERT" in reason else FailureReason.TLS_PROTOCOL
    return kind, texts.tls_failed(error=openssl_reason(error))


def _no_token(error: BaseException, remote: RemoteMachine) -> Explained:
    said = display(str(error))
    if isinstance(error, ImportError) or "gssapi" in said:
        return FailureReason.UNREADABLE, texts.libraries_missing(auth=remote.auth, error=said)
    # The KDC verifies the password itself (RFC 4120 section 7.5.9, KDC_ERR_PREAUTH_FAILED).
    wrong = "preauth" in said.casefold()
    reason = FailureReason.UNAUTHORIZED if wrong else FailureReason.PROTOCOL_ERROR
    return reason, texts.login_failed(auth=remote.auth, error=said)


def _lost(error: requests.ConnectionError, remote: RemoteMachine) -> Explained:
    for cause in _causes(error):
        if isinstance(cause, LateError | TimeoutError):
            return FailureReason.TIMEOUT, texts.LATE
    return FailureReason.CLOSED, texts.closed_in_answer(port=str(remote.port))


def _odd(error: BaseException, remote: RemoteMachine) -> Explained:
    if type(error).__module__.partition(".")[0] in _KERBEROS:
        return _no_token(error, remote)
    said = display(f"{type(error).__name__}: {error}")
    return FailureReason.PROTOCOL_ERROR, texts.odd_answer(port=str(remote.port), error=said)


def _not_connected(error: NoneConnectedError, remote: RemoteMachine) -> Explained:
    return error.reason, texts.at_port(port=str(remote.port), problem=error.message)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Iterate over an error and all its causes, as two libraries wrap them."""
    waiting, seen = [error], 0
    while waiting and seen < _DEEPEST:
        one = waiting.pop(0)
        seen += 1
        yield one
        inner = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting += [each for each in inner if isinstance(each, BaseException)]


_SAID: tuple[tuple[type[BaseException], Callable[..., Explained]], ...] = (
    (NoneConnectedError, _not_connected),
    (ReplyTooLargeError, lambda *_: (FailureReason.TOO_LARGE, texts.TOO_LARGE)),
    (UnencryptedError, lambda *_: (FailureReason.PROTOCOL_ERROR, texts.UNENCRYPTED)),
    (
        UnfitIdentityError,
        lambda error, _: (FailureReason.UNREADABLE, texts.identity_unusable(problem=error.message)),
    ),
    (AuthenticationError, _refused),
    (WSManFaultError, _fault),
    (WinRMTransportError, _transport),
    (
        InvalidPSRPOperation,
        lambda error, _: (FailureReason.PROTOCOL_ERROR, texts.session_ended(error=display(str(error)))),
    ),
    (SpnegoError, _no_token),
    (ImportError, _no_token),
    (requests.exceptions.SSLError, _tls),
    (requests.TooManyRedirects, lambda *_: (FailureReason.PROTOCOL_ERROR, texts.REDIRECTED)),
    (requests.ConnectionError, _lost),
    (requests.exceptions.ChunkedEncodingError, _lost),
)
