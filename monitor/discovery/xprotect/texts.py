"""Messages about XProtect sites that could not be read; ``list`` is the title of one of their lists."""

from datetime import datetime, timedelta

from monitor.model import Message, message
from monitor.model.message import plain


@message("xprotect_no_answer", "{server} did not answer in time")
def no_answer(*, server: str) -> None: ...


@message(
    "xprotect_refused",
    "{server} refused the connection: no API gateway listens there, or a firewall blocks it",
)
def refused(*, server: str) -> None: ...


@message("xprotect_unreachable", "{server} is unreachable from here")
def unreachable(*, server: str) -> None: ...


@message(
    "xprotect_not_tls",
    "{server} does not speak TLS, so no password was sent; turn encryption on for that server",
)
def not_tls(*, server: str) -> None: ...


@message("xprotect_tls_failed", "the TLS handshake with {server} failed: {error}; TLS 1.2 or later is needed")
def tls_failed(*, server: str, error: str) -> None: ...


ADD_CA = plain(
    "xprotect_add_ca",
    "If the certificate is right, add the certificate of its CA (a .cer or .pem file) to trust; "
    "if it is for another name, use that name in address",
)
# OpenSSL accepts no CA that has neither basicConstraints nor keyUsage; Windows does.
ADD_CERTIFICATE = plain(
    "xprotect_add_certificate",
    "Its CA is not marked as a CA: add the server's own certificate (a .cer file) to trust as well",
)


@message(
    "xprotect_untrusted",
    "the certificate of {server} is not trusted: {error}. No password was sent. {advice}",
)
def untrusted(*, server: str, error: str, advice: Message) -> None: ...


@message(
    "xprotect_untrusted_certificate",
    'the certificate "{title}" of {server}, issued by "{issuer}" and valid until {not_after:date} '
    "(SHA-256 {sha256}), is not trusted: {error}. No password was sent. {advice}",
)
def untrusted_certificate(
    *,
    server: str,
    title: str,
    issuer: str,
    not_after: datetime,
    sha256: str,
    error: str,
    advice: Message,
) -> None: ...


@message(
    "xprotect_gateway_down",
    "{server} answered with HTTP {status}: its API gateway does not work now",
)
def gateway_down(*, server: str, status: int) -> None: ...


@message("xprotect_gateway_moved", "{server} redirects to {url}: configure the management server itself")
def gateway_moved(*, server: str, url: str) -> None: ...


@message(
    "xprotect_gateway_moved_unknown", "{server} redirects elsewhere: configure the management server itself"
)
def gateway_moved_unknown(*, server: str) -> None: ...


@message(
    "xprotect_no_gateway",
    "{server} is not the API gateway of an XProtect management server: it has no /api/.well-known/uris that "
    "names an identity provider (XProtect 2022 R1 or later has one)",
)
def no_gateway(*, server: str) -> None: ...


@message("xprotect_lists_timeout", "{server} did not return all its lists within {timeout:seconds}")
def lists_timeout(*, server: str, timeout: timedelta) -> None: ...


@message("xprotect_list_missing", "{list}: the site has no list {path}; is a proxy in between?")
def list_missing(*, list: str, path: str) -> None: ...  # noqa: A002 - a published name


@message("xprotect_list_pending", "{list}: {done} of {devices} read so far; the next refresh continues")
def list_pending(*, list: str, done: int, devices: int) -> None: ...  # noqa: A002 - as above


@message(
    "xprotect_token_refused", "{list}: the site refused the token; the role of the login needs {permission}"
)
def token_refused(*, list: str, permission: str) -> None: ...  # noqa: A002 - as above


@message("xprotect_no_permission", "{list}: no permission; the role of the login needs {permission}")
def no_permission(*, list: str, permission: str) -> None: ...  # noqa: A002 - as above


@message("xprotect_list_status", "{list}: the site answered with HTTP {status}")
def list_status(*, list: str, status: int) -> None: ...  # noqa: A002 - as above


@message("xprotect_list_redirect", "{list}: the site answered with HTTP {status} to {url}")
def list_redirect(*, list: str, status: int, url: str) -> None: ...  # noqa: A002 - as above


@message(
    "xprotect_list_malformed",
    "{path}: the answer ({octets} bytes) is incomplete, or has another form than documented",
)
def list_malformed(*, path: str, octets: int) -> None: ...


@message(
    "xprotect_own_token_refused",
    "{server} issued a token and then refused it: are the clocks of the servers right?",
)
def own_token_refused(*, server: str) -> None: ...


@message(
    "xprotect_login_refused",
    "{server} refused the login of the {login} user: correct the password in {secret}, or username or login "
    "(the other type of login is {other})",
)
def login_refused(*, server: str, login: str, secret: Message, other: str) -> None: ...


@message(
    "xprotect_login_paused",
    "{server} refused the login of the {login} user before, and it is not tried again until something "
    "changes or cert-monitor restarts, so that the account is not locked: correct the password in {secret}, "
    "or username or login (the other type of login is {other})",
)
def login_paused(*, server: str, login: str, secret: Message, other: str) -> None: ...


@message("xprotect_login_status", "{server} answered the login at {path} with HTTP {status}")
def login_status(*, server: str, path: str, status: int) -> None: ...


@message("xprotect_no_token", "{server} answered the login without a token")
def no_token(*, server: str) -> None: ...


@message(
    "xprotect_no_windows_login",
    "{server} offers no Windows login (NTLM or Negotiate) there; use login: basic",
)
def no_windows_login(*, server: str) -> None: ...


@message("xprotect_windows_login_failed", "the Windows login at {server} failed ({error})")
def windows_login_failed(*, server: str, error: str) -> None: ...


@message(
    "xprotect_login_interrupted",
    "{server} closed the connection during the Windows login: is a proxy in between?",
)
def login_interrupted(*, server: str) -> None: ...
