"""Map errors of WinRM on a machine to reason, explanation and advice; never prints a secret."""

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

from monitor.model import Failure, FailureReason, text
from monitor.network.client_tls import openssl_reason
from monitor.network.connect import NoneConnectedError
from monitor.parse import display
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
_TRUST_IT = "Name its CA, or the certificate itself, in trust, and the machine as its certificate names it"


def failure_of(error: BaseException, visit: RemoteSession) -> Failure:
    """Return the failure for an error of one probe; an unknown error counts as a bad answer."""
    host, told = visit.remote.host, None
    if visit.over or isinstance(error, LateError):
        told = FailureReason.TIMEOUT, "did not answer in time; a busy machine may need a longer timeout"
    else:
        for kind, say in _SAID:
            if isinstance(error, kind):
                told = say(error, visit.remote)
                break
    reason, detail = told or _odd(error, visit.remote)
    return Failure(reason, text(f"{host}: {detail}"))


def _fault(error: WSManFaultError, remote: RemoteMachine) -> tuple[FailureReason, str]:
    endpoint = remote.configuration_name
    said = display(error.reason or "no reason given")
    if error.code == _ACCESS_DENIED:
        group = (
            f"the group of the endpoint {endpoint}" if endpoint else "the local group Remote Management Users"
        )
        return (
            FailureReason.FORBIDDEN,
            f"the login is right but has no access; put the account into {group} there",
        )
    if error.code in _NO_CONFIGURATION:
        named = f"there is no session configuration {endpoint or 'Microsoft.PowerShell'}"
        return FailureReason.FORBIDDEN, f"{named}; install the endpoint there, or correct configuration_name"
    if error.code in _QUOTA:
        return FailureReason.FORBIDDEN, f"too many sessions are open there; they end when idle: {said}"
    return FailureReason.PROTOCOL_ERROR, f"WinRM refuses: {said} (fault {display(str(error.code))})"


def _refused(error: AuthenticationError, remote: RemoteMachine) -> tuple[FailureReason, str]:
    if "did not response" in str(error):  # the library's message
        offered = display(str(error).rpartition("actual: ")[2].strip("'")) or "nothing"
        said = f"WinRM there takes no auth: {remote.auth}, it offers {offered}; no password was sent"
        return FailureReason.PROTOCOL_ERROR, said
    who = f"the login of {remote.username}" if remote.username else "the login"
    advice = "is the password right, the account alive, and this way of logging in allowed there?"
    return FailureReason.UNAUTHORIZED, f"{who} with auth: {remote.auth} was refused; {advice}"


def _transport(error: WinRMTransportError, remote: RemoteMachine) -> tuple[FailureReason, str]:
    code = error.code
    if code == 403:
        return FailureReason.FORBIDDEN, f"HTTP 403 at port {remote.port}: the login is not accepted there"
    if code == 404:
        return FailureReason.PROTOCOL_ERROR, f"HTTP 404: WinRM does not answer at port {remote.port}"
    return (
        FailureReason.PROTOCOL_ERROR,
        f"HTTP {display(str(code))} at port {remote.port} instead of an answer",
    )


def _tls(error: requests.exceptions.SSLError, remote: RemoteMachine) -> tuple[FailureReason, str]:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            what = f"the certificate of WinRM at port {remote.port} is not accepted: {cause.verify_message}"
            return FailureReason.BAD_CERTIFICATE, f"{what}. No password was sent. {_TRUST_IT}"
        if isinstance(cause, ssl.SSLError) and cause.reason:
            return _handshake(cause, remote)
    return FailureReason.CLOSED, "hung up during the TLS handshake"


def _handshake(error: ssl.SSLError, remote: RemoteMachine) -> tuple[FailureReason, str]:
    reason = error.reason or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        usual = f"WinRM's usual ports are {WINRM_PLAIN} without and {WINRM_TLS} with tls: true"
        return FailureReason.NOT_TLS, f"port {remote.port} speaks no TLS; {usual}"
    if reason.startswith("UNEXPECTED_EOF"):
        return FailureReason.CLOSED, f"hung up at port {remote.port}"
    kind = FailureReason.TLS_ALERT if "ALERT" in reason else FailureReason.TLS_PROTOCOL
    return kind, f"the TLS handshake failed: {openssl_reason(error)}"


def _no_token(error: BaseException, remote: RemoteMachine) -> tuple[FailureReason, str]:
    said = display(str(error))
    if isinstance(error, ImportError) or "gssapi" in said:
        wanted = "libraries that are not installed here (pip install -r requirements/kerberos.txt)"
        return FailureReason.UNREADABLE, f"auth: {remote.auth} needs {wanted}: {said}"
    # The KDC verifies the password itself (RFC 4120 section 7.5.9, KDC_ERR_PREAUTH_FAILED).
    wrong = "preauth" in said.casefold()
    reason = FailureReason.UNAUTHORIZED if wrong else FailureReason.PROTOCOL_ERROR
    return reason, f"the login with auth: {remote.auth} came to nothing: {said}"


def _lost(error: requests.ConnectionError, remote: RemoteMachine) -> tuple[FailureReason, str]:
    for cause in _causes(error):
        if isinstance(cause, LateError | TimeoutError):
            return FailureReason.TIMEOUT, "did not answer in time"
    return FailureReason.CLOSED, f"hung up in the middle of its answer at port {remote.port}"


def _odd(error: BaseException, remote: RemoteMachine) -> tuple[FailureReason, str]:
    if type(error).__module__.partition(".")[0] in _KERBEROS:
        return _no_token(error, remote)
    said = display(f"{type(error).__name__}: {error}")
    return FailureReason.PROTOCOL_ERROR, f"what port {remote.port} answers is not WinRM's language: {said}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Iterate over an error and all its causes, as two libraries wrap them."""
    waiting, seen = [error], 0
    while waiting and seen < _DEEPEST:
        one = waiting.pop(0)
        seen += 1
        yield one
        inner = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting += [each for each in inner if isinstance(each, BaseException)]


_SAID: tuple[tuple[type[BaseException], Callable[..., tuple[FailureReason, str]]], ...] = (
    (NoneConnectedError, lambda error, remote: (error.reason, f"port {remote.port}: {error.message.text}")),
    (
        ReplyTooLargeError,
        lambda *_: (FailureReason.TOO_LARGE, "sent more than any machine's report may hold"),
    ),
    (
        UnencryptedError,
        lambda *_: (FailureReason.PROTOCOL_ERROR, "an answer came unencrypted and is not believed"),
    ),
    (
        UnfitIdentityError,
        lambda error, _: (FailureReason.UNREADABLE, f"no login with our certificate: {error}"),
    ),
    (AuthenticationError, _refused),
    (WSManFaultError, _fault),
    (WinRMTransportError, _transport),
    (
        InvalidPSRPOperation,
        lambda error, _: (FailureReason.PROTOCOL_ERROR, display(f"it ended the session: {error}")),
    ),
    (SpnegoError, _no_token),
    (ImportError, _no_token),
    (requests.exceptions.SSLError, _tls),
    (
        requests.TooManyRedirects,
        lambda *_: (FailureReason.PROTOCOL_ERROR, "points elsewhere; that is not followed"),
    ),
    (requests.ConnectionError, _lost),
    (requests.exceptions.ChunkedEncodingError, _lost),
)
