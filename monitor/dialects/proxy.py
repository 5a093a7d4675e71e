"""Request a tunnel to a server from a proxy; pure, like every dialogue.

HTTP CONNECT (RFC 9110 section 9.3.6) and SOCKS 5 (RFC 1928, with the login of RFC 1929). The name of the
server is resolved by the proxy. Every failure here has the reason ``proxy``: the server was not reached.
Passwords are sent and never quoted; a proxy is quoted only where the text cannot contain one.
"""

import ipaddress
import re
from base64 import b64encode
from collections.abc import Callable

from monitor.addresses import join_host_port
from monitor.dialects import texts
from monitor.dialects.dialogue import (
    MAX_BYTES,
    Dialogue,
    DialogueFailure,
    DirectDialogue,
    GracefulClose,
    excerpt,
)
from monitor.model import FailureReason, Message
from monitor.model.texts import with_hint

_NO_LOGIN, _LOGIN, _NONE_FITS = 0, 2, 255
_LENGTHS = {1: 4, 4: 16}
_HTTP = b"HTTP/1."
_HEAD_END = re.compile(rb"\n\r?\n")


class _Tunnel(DirectDialogue):
    """Base of both proxy protocols: nothing is framed, and every failure is the proxy's."""

    __slots__ = ("_received", "done", "failure", "rest")

    graceful_close = None

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        self.failure: DialogueFailure | None = None
        self._received = b""

    def eof(self) -> None:
        """Handle that the proxy closed the connection."""
        if not self.done:
            in_http = self._received.startswith(_HTTP)
            reply = excerpt(self._received) if in_http else ""
            self._refuse(texts.proxy_closed_after(reply=reply) if reply else texts.PROXY_CLOSED)

    def _refuse(self, message: Message) -> None:
        if self.failure is None:
            self.failure = DialogueFailure(FailureReason.PROXY, message)

    def _open(self, used: int) -> None:
        self.done = True
        self.rest, self._received = self._received[used:], b""


class HttpConnect(_Tunnel):
    """Requests a tunnel from an HTTP proxy with CONNECT."""

    __slots__ = ("_request",)

    def __init__(self, host: str, port: int, user: str = "", password: str = "") -> None:
        """Prepare the dialogue; ``user`` and ``password`` are sent as Basic credentials (RFC 7617)."""
        super().__init__()
        where = join_host_port(host, port)
        lines = [f"CONNECT {where} HTTP/1.1", f"Host: {where}"]
        if user:
            lines.append(f"Proxy-Authorization: Basic {b64encode(f'{user}:{password}'.encode()).decode()}")
        self._request = "\r\n".join([*lines, "", ""]).encode("ascii")

    def start(self) -> bytes:
        """Return the request."""
        return self._request

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the proxy; nothing more is sent to it."""
        if self.done or self.failure is not None:
            return b""
        self._received += data
        begin = self._received[: len(_HTTP)]
        if not _HTTP.startswith(begin):
            self._refuse(texts.proxy_wrong_protocol(protocol="HTTP", reply=excerpt(self._received)))
            return b""
        line, found, _ = self._received.partition(b"\n")
        if found and self._granted(line.rstrip(b"\r")):
            head = _HEAD_END.search(self._received)
            if head:
                self._open(head.end())
        if not self.done and len(self._received) > MAX_BYTES:
            self._refuse(texts.proxy_reply_too_long(limit=MAX_BYTES))
        return b""

    def _granted(self, line: bytes) -> bool:
        status = line[len(_HTTP) + 2 :][:3]
        if status[:1] == b"2":
            return True
        said = texts.proxy_refused(reply=excerpt(line))
        self._refuse(with_hint(problem=said, hint=texts.PROXY_OTHER_LOGIN) if status == b"407" else said)
        return False


class Socks5(_Tunnel):
    """Requests a connection from a SOCKS 5 proxy."""

    __slots__ = ("_login", "_next", "_request")

    def __init__(self, host: str, port: int, user: str = "", password: str = "") -> None:
        """Prepare the dialogue without any I/O."""
        super().__init__()
        self._request = b"\x05\x01\x00" + _address(host) + port.to_bytes(2, "big")
        self._login = b""
        if user:
            self._login = b"\x01" + _counted(user.encode()) + _counted(password.encode())
        self._next: Callable[[], bytes | None] = self._method

    def start(self) -> bytes:
        """Return the methods on offer: with a login only that one, so that the proxy cannot ignore it."""
        return bytes([5, 1, _LOGIN if self._login else _NO_LOGIN])

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the proxy and return the bytes to send."""
        said = b""
        self._received += data
        while not self.done and self.failure is None:
            words = self._next()
            if words is None:
                break
            said += words
        return said

    def _method(self) -> bytes | None:
        if self._received and self._received[0] != 5:
            self._refuse(texts.proxy_wrong_protocol(protocol="SOCKS 5", reply=excerpt(self._received)))
            return None
        if len(self._received) < 2:
            return None
        method, self._received = self._received[1], self._received[2:]
        if method == _LOGIN and self._login:
            self._next = self._status
            return self._login
        if method == _NO_LOGIN and not self._login:
            self._next = self._reply
            return self._request
        wanted = texts.PROXY_NO_LOGIN if self._login else texts.PROXY_NEEDS_LOGIN
        self._refuse(wanted if method == _NONE_FITS else texts.proxy_method(method=method))
        return None

    def _status(self) -> bytes | None:
        if len(self._received) < 2:
            return None
        status, self._received = self._received[1], self._received[2:]
        if status:
            self._refuse(texts.proxy_login_refused(status=status))
            return None
        self._next = self._reply
        return self._request

    def _reply(self) -> bytes | None:
        if len(self._received) > 1 and self._received[1]:
            code = self._received[1]
            problem = texts.SOCKS_REASONS.get(code, texts.SOCKS_UNKNOWN)
            self._refuse(texts.socks_refused(problem=problem, socks_code=code))
            return None
        if len(self._received) < 5:
            return None
        kind = self._received[3]
        length = 1 + self._received[4] if kind == 3 else _LENGTHS.get(kind)
        if self._received[0] != 5 or length is None:
            self._refuse(texts.proxy_bad_reply(reply=excerpt(self._received)))
        elif len(self._received) >= 4 + length + 2:
            self._open(4 + length + 2)
        return None


class ProxiedDialogue:
    """Two dialogues in sequence: with the proxy, then with the server behind it."""

    __slots__ = ("_first", "_then")

    def __init__(self, first: Dialogue, then: Dialogue) -> None:
        """Prepare the dialogue without any I/O."""
        self._first = first
        self._then = then

    @property
    def done(self) -> bool:
        """Return whether both are done."""
        return self._then.done

    @property
    def rest(self) -> bytes:
        """Return what was received after the second."""
        return self._then.rest

    @property
    def failure(self) -> DialogueFailure | None:
        """Return the failure of either."""
        return self._first.failure or self._then.failure

    @property
    def graceful_close(self) -> GracefulClose | None:
        """Return how to close the session with the server."""
        return self._then.graceful_close

    def start(self) -> bytes:
        """Return the first bytes for the proxy."""
        return self._first.start()

    def feed(self, data: bytes) -> bytes:
        """Process bytes from the current peer, and return the bytes to send."""
        if self._first.done:
            return self._then.feed(data)
        return self._first.feed(data) + self._onward()

    def _onward(self) -> bytes:
        if not self._first.done:
            return b""
        said, rest = self._then.start(), self._first.rest
        return said + self._then.feed(rest) if rest else said

    def eof(self) -> None:
        """Handle that the connection was closed."""
        (self._then if self._first.done else self._first).eof()

    def wrap(self, data: bytes) -> bytes:
        """Frame our bytes for the server's dialect."""
        return self._then.wrap(data)

    def unwrap(self, data: bytes) -> bytes:
        """Return the server's bytes without its dialect's framing."""
        return self._then.unwrap(data)


TUNNELS: dict[str, Callable[[str, int, str, str], Dialogue]] = {"http": HttpConnect, "socks5": Socks5}
"""The dialogues by the scheme of a proxy's address; arguments: host, port, user, password."""


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return b"\x03" + _counted(host.encode("ascii"))
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed


def _counted(text: bytes) -> bytes:
    return bytes([len(text)]) + text
