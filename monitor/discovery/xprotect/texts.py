"""Messages about XProtect sites that could not be read."""

from monitor.model import message


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
