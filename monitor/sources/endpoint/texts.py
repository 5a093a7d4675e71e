"""Messages about probes of endpoints that failed."""

from datetime import timedelta

from monitor.model import Message, message
from monitor.model.message import plain

NOT_REGULAR_FILE = plain("client_certificate_not_a_file", "it is not a regular file")
FILE_MISSING = plain("client_certificate_missing", "the file does not exist")
FILE_DENIED = plain("client_certificate_denied", "permission denied")


@message("no_ipv4_address", "{host} has no IPv4 address")
def no_ipv4_address(*, host: str) -> None: ...


@message("no_ipv6_address", "{host} has no IPv6 address")
def no_ipv6_address(*, host: str) -> None: ...


@message("no_address_for_source", "{host} has no address that {source} can connect to")
def no_address_for_source(*, host: str, source: str) -> None: ...


@message("too_many_addresses", "{host} has {addresses} addresses: only {most} of them are probed")
def too_many_addresses(*, host: str, addresses: int, most: int) -> None: ...


@message("no_answer", "no answer within {timeout:seconds}")
def no_answer(*, timeout: timedelta) -> None: ...


@message("proxy_not_reached", "cannot connect to the proxy {proxy}: {problem}")
def proxy_not_reached(*, proxy: str, problem: Message) -> None: ...


@message("through_proxy", "{problem} (through the proxy {proxy})")
def through_proxy(*, problem: Message, proxy: str) -> None: ...


@message("served_certificate_unreadable", "certificate {position} of the chain cannot be read: {problem}")
def certificate_unreadable(*, position: int, problem: Message) -> None: ...


@message("before_tls_timeout", "the server answered, but was not ready for TLS within {timeout:seconds}")
def before_tls_timeout(*, timeout: timedelta) -> None: ...


@message(
    "no_greeting",
    "connected, but the server sent nothing within {timeout:seconds}: "
    "if TLS begins on connect there, use protocol tls",
)
def no_greeting(*, timeout: timedelta) -> None: ...


@message(
    "proxy_no_answer", "the proxy {proxy} accepted the connection but sent nothing within {timeout:seconds}"
)
def proxy_no_answer(*, proxy: str, timeout: timedelta) -> None: ...


@message(
    "client_certificate_timeout",
    "the client certificate could not be read within {timeout:seconds}: the server was probed without it",
)
def client_certificate_timeout(*, timeout: timedelta) -> None: ...


@message(
    "client_certificate_unusable",
    "the client certificate cannot be used: {path}: {problem}; the server was probed without it",
)
def client_certificate_unusable(*, path: str, problem: Message) -> None: ...


@message("proxy_password_timeout", "the proxy password ({secret}) could not be read within {timeout:seconds}")
def proxy_password_timeout(*, secret: Message, timeout: timedelta) -> None: ...


@message("proxy_password_unavailable", "there is no password for the proxy {proxy}: {problem}")
def proxy_password_unavailable(*, proxy: str, problem: Message) -> None: ...


@message("proxy_password_too_long", "the proxy password ({secret}) is too long for SOCKS 5")
def proxy_password_too_long(*, secret: Message) -> None: ...
