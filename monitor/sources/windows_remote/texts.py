"""Messages about Windows machines that could not be read over WinRM; each is about one machine."""

from datetime import timedelta

from monitor.model import Message, message
from monitor.model.message import plain

LATE = plain("winrm_late", "no answer in time; a busy machine may need a longer timeout")
HANGING = plain("winrm_hanging", "no answer in time, and the connection cannot be closed")
NOT_PROBED = plain(
    "winrm_not_probed", "not probed: other machines were probed all the time; raise the timeout"
)
TOO_LARGE = plain("winrm_too_large", "the answer is larger than any report may be")
UNENCRYPTED = plain("winrm_unencrypted", "an answer was not encrypted and was rejected")
REDIRECTED = plain("winrm_redirected", "the machine redirects to another address, which is not followed")
CLOSED_IN_HANDSHAKE = plain(
    "winrm_closed_in_handshake", "the machine closed the connection during the TLS handshake"
)
NO_ACCESS = plain(
    "winrm_no_access",
    "the login is correct but has no access: "
    "add the account to the local group Remote Management Users there",
)


@message("winrm_port", "port {port}: {problem}")
def at_port(*, port: str, problem: Message) -> None: ...


@message("winrm_no_answer", "port {port}: no answer to the connection request")
def no_answer(*, port: str) -> None: ...


@message(
    "winrm_login_paused",
    "the login of {username} was refused by {machines} and is not tried here for {rest}, so that the "
    "account is not locked; a changed password is tried at once",
)
def login_paused(*, username: str, machines: tuple[str, ...], rest: timedelta) -> None: ...


@message(
    "winrm_no_access_to_endpoint",
    "the login is correct but has no access: add the account to the group of the endpoint {endpoint} there",
)
def no_access_to_endpoint(*, endpoint: str) -> None: ...


@message(
    "winrm_no_configuration",
    "there is no session configuration {endpoint}: install the endpoint there, or correct configuration_name",
)
def no_configuration(*, endpoint: str) -> None: ...


@message("winrm_quota", "too many sessions are open there; they end when idle: {error}")
def too_many_sessions(*, error: str) -> None: ...


@message("winrm_fault", "WinRM refused: {error} (fault {fault})")
def fault_of_winrm(*, error: str, fault: str) -> None: ...


@message(
    "winrm_auth_not_offered",
    "WinRM there does not accept auth: {auth}, it offers {offered}; no password was sent",
)
def auth_not_offered(*, auth: str, offered: str) -> None: ...


@message("winrm_auth_none_offered", "WinRM there does not accept auth: {auth}; no password was sent")
def auth_none_offered(*, auth: str) -> None: ...


@message(
    "winrm_login_refused",
    "the login of {username} with auth: {auth} was refused: is the password right, the account enabled, "
    "and this type of login allowed there?",
)
def login_refused(*, username: str, auth: str) -> None: ...


@message(
    "winrm_certificate_refused",
    "the login with auth: {auth} was refused: is the account enabled, and this type of login allowed there?",
)
def certificate_refused(*, auth: str) -> None: ...


@message("winrm_http_403", "port {port}: the login is not accepted there (HTTP 403)")
def http_forbidden(*, port: str) -> None: ...


@message("winrm_http_404", "port {port}: this is not WinRM (HTTP 404)")
def http_not_found(*, port: str) -> None: ...


@message("winrm_http", "port {port}: HTTP {status} instead of an answer")
def http_status(*, port: str, status: str) -> None: ...


@message(
    "winrm_untrusted",
    "port {port}: the certificate of WinRM is not trusted: {error}. No password was sent. Add its CA, or the "
    "certificate itself, to trust, and name the machine as its certificate does",
)
def untrusted(*, port: str, error: str) -> None: ...


@message(
    "winrm_not_tls",
    "port {port} does not speak TLS; "
    "the usual ports of WinRM are {without} without and {secure} with tls: true",
)
def not_tls(*, port: str, without: str, secure: str) -> None: ...


@message("winrm_closed", "the machine closed the connection to port {port}")
def closed(*, port: str) -> None: ...


@message("winrm_closed_in_answer", "the machine closed the connection to port {port} during its answer")
def closed_in_answer(*, port: str) -> None: ...


@message("winrm_tls_failed", "the TLS handshake failed: {error}")
def tls_failed(*, error: str) -> None: ...


@message(
    "winrm_libraries_missing",
    "auth: {auth} needs libraries that are not installed here "
    "(pip install -r requirements/kerberos.txt): {error}",
)
def libraries_missing(*, auth: str, error: str) -> None: ...


@message("winrm_login_failed", "the login with auth: {auth} failed: {error}")
def login_failed(*, auth: str, error: str) -> None: ...


@message("winrm_identity", "the client certificate for the login cannot be used: {problem}")
def identity_unusable(*, problem: Message) -> None: ...


@message("winrm_identity_not_a_file", "{path} is not a readable file")
def identity_not_a_file(*, path: str) -> None: ...


@message("winrm_identity_mismatch", "{certificate} and {key} do not belong together")
def identity_mismatch(*, certificate: str, key: str) -> None: ...


@message("winrm_identity_error", "{certificate} and {key}: {error}")
def identity_error(*, certificate: str, key: str, error: str) -> None: ...


@message("winrm_session_ended", "the machine ended the session: {error}")
def session_ended(*, error: str) -> None: ...


@message("winrm_odd_answer", "port {port}: the answer is not WinRM: {error}")
def odd_answer(*, port: str, error: str) -> None: ...


@message(
    "winrm_function_missing",
    "the endpoint {endpoint} does not offer {function} to {username}: install the endpoint there and add "
    "the account to its group",
)
def function_missing(*, endpoint: str, function: str, username: str) -> None: ...


@message(
    "winrm_function_missing_for_certificate",
    "the endpoint {endpoint} does not offer {function} to this account: install the endpoint there and add "
    "the account to its group",
)
def function_missing_for_certificate(*, endpoint: str, function: str) -> None: ...


@message("winrm_function_failed", "{function} failed: {error}")
def function_failed(*, function: str, error: str) -> None: ...


@message("winrm_no_document", "{function} returned {objects} objects instead of one document")
def no_document(*, function: str, objects: int) -> None: ...
