"""Messages about HTTP requests without a usable answer, and about URLs that may not be requested.

``server`` is how the caller names the server: a host, or host and port.
"""

from datetime import timedelta

from monitor.model import Message, message


@message("http_not_resolved", "{server} cannot be resolved")
def not_resolved(*, server: str) -> None: ...


@message("http_incomplete", "{server} sent an incomplete answer, or one that is not HTTP")
def incomplete(*, server: str) -> None: ...


@message("http_closed", "{server} closed the connection without an answer")
def closed(*, server: str) -> None: ...


@message("http_connect_timeout", "{server} did not accept the connection in time")
def connect_timeout(*, server: str) -> None: ...


@message("http_timeout", "no complete answer from {server} within {timeout:seconds}")
def answer_timeout(*, server: str, timeout: timedelta) -> None: ...


@message("http_untrusted", "the certificate of {server} is not trusted: {error}")
def untrusted(*, server: str, error: str) -> None: ...


@message("http_tls_failed", "the TLS handshake with {server} failed")
def tls_failed(*, server: str) -> None: ...


@message("http_tls_failed_with", "the TLS handshake with {server} failed: {error}")
def tls_failed_with(*, server: str, error: str) -> None: ...


@message("http_not_sent", "nothing was sent to {server}: {problem}")
def not_sent(*, server: str, problem: Message) -> None: ...


@message("http_refused", "{server} refused the connection")
def refused(*, server: str) -> None: ...


@message("http_closed_before_tls", "{server} closed the connection before the TLS handshake was finished")
def closed_before_tls(*, server: str) -> None: ...


@message("http_unreachable", "{server} is unreachable")
def unreachable(*, server: str) -> None: ...


@message("http_status", "{server} answered with HTTP {status}")
def status(*, server: str, status: int) -> None: ...


@message("http_compressed", "{server} sent a compressed answer ({coding}), which was not requested")
def compressed(*, server: str, coding: str) -> None: ...


@message("http_over_mebibytes", "{server} sent more than {mebibytes} MiB")
def over_mebibytes(*, server: str, mebibytes: int) -> None: ...


@message("http_over_kibibytes", "{server} sent more than {kibibytes} KiB")
def over_kibibytes(*, server: str, kibibytes: int) -> None: ...


@message("http_redirects", "{server} redirects more than {most} times")
def too_many_redirects(*, server: str, most: int) -> None: ...


@message("http_redirected_post", "{server} redirects a POST with HTTP {status}")
def redirected_post(*, server: str, status: int) -> None: ...


@message("http_redirect", "{server} redirects to {url}, which is not followed")
def redirect(*, server: str, url: str) -> None: ...


@message(
    "http_redirect_elsewhere",
    "{server} redirects to {url}; other servers are not followed: if it is right, use that address as url",
)
def redirect_elsewhere(*, server: str, url: str) -> None: ...


@message("http_redirect_invalid", "{server} redirects to {url:quoted}, which is not a URL")
def redirect_invalid(*, server: str, url: str) -> None: ...


@message("http_redirect_forbidden", "{server} redirects: {problem}")
def redirect_forbidden(*, server: str, problem: Message) -> None: ...


@message("url_invalid", "{url:quoted} is not a URL")
def url_invalid(*, url: str) -> None: ...


@message("url_too_long", "the URL is longer than {most} characters or contains characters that no URL has")
def url_too_long(*, most: int) -> None: ...


@message("url_scheme", "{url} is not requested: only http:// and https:// are")
def url_scheme(*, url: str) -> None: ...


@message("url_without_host", "{url} has no host")
def url_without_host(*, url: str) -> None: ...


@message("url_with_login", "a URL at {host} contains a login and is not requested")
def url_with_login(*, host: str) -> None: ...


@message("url_odd_host", "{host} is neither a host name nor an address in its usual form")
def url_odd_host(*, host: str) -> None: ...


@message("address_invalid", "{address} is not an address that requests can go to")
def address_invalid(*, address: str) -> None: ...


@message(
    "address_private",
    "{address} is a private address, and no request is sent there because a certificate names it; "
    "if it is your CA's, list it under issuers.private_addresses",
)
def address_private(*, address: str) -> None: ...


@message(
    "address_port",
    "port {port} of {address} is neither 80 nor 443, and no request is sent there because a certificate "
    "names it; if it is your CA's, list the address under issuers.private_addresses",
)
def address_port(*, port: str, address: str) -> None: ...


@message("host_without_address", "{host} has no address")
def host_without_address(*, host: str) -> None: ...
