"""Make the WS-Management connection of one probe: bounded in time and size, verified, to this host only.

The library follows redirects, proxies and netrc files of the environment, trusts certifi's CAs, and reads as
much and as long as a server sends. All of that is disabled here.
"""

import errno
import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from pypsrp.negotiate import HTTPNegotiateAuth
from pypsrp.wsman import WSMan
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from monitor.model import Message, text
from monitor.model.texts import located
from monitor.network.client_tls import client_context, load_identity, openssl_reason
from monitor.network.connect import NoneConnectedError
from monitor.secrets import ClientCertificate
from monitor.sources.windows_remote import texts
from monitor.sources.windows_remote.remote_session import RemoteSession
from monitor.windows.access import AuthMethod

MOST_BYTES = 24 * 1024 * 1024
"""Bytes of all answers of one probe: a document of 16 MiB in Base64, and what is said around it."""

MOST_AT_ONCE = 2 * 1024 * 1024
"""Bytes of one answer: Windows keeps to the 500 KiB that we ask for (MaxEnvelopeSize), and encrypts them."""

CONNECT_WITHIN = 10.0

_MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_USER_AGENT = "cert-monitor"

# This program reports their errors itself; their debug lines contain whole messages and login tokens.
for _library in ("pypsrp", "spnego", "urllib3"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)


class LateError(Exception):
    """The deadline of the probe has passed."""


class ReplyTooLargeError(Exception):
    """The machine sent more than the limit."""


class UnencryptedError(Exception):
    """A response was not encrypted although all must be: it is not from the machine we logged in to."""


class UnfitIdentityError(Exception):
    """The client certificate of the login cannot be used; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


def connection(visit: RemoteSession) -> WSMan:
    """Return the connection to a machine, before anything is sent; raise ``UnfitIdentityError``."""
    remote = visit.remote
    sealed = remote.auth not in (AuthMethod.BASIC, AuthMethod.CERTIFICATE)
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.headers.update({"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"})
    adapter = _Bounded(visit, sealed=sealed)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    _log_in(session, visit, sealed=sealed)
    wsman = WSMan(
        remote.host,
        port=remote.port,
        ssl=remote.tls,
        auth=remote.auth.value,
        encryption="always" if sealed else "auto",
        username=remote.username or None,
    )
    wsman.transport.session = session
    return wsman


def _log_in(session: requests.Session, visit: RemoteSession, *, sealed: bool) -> None:
    remote = visit.remote
    password = visit.secret.reveal() if visit.secret is not None else None
    if sealed:
        session.auth = HTTPNegotiateAuth(
            remote.username or None, password, auth_provider=remote.auth.value, wrap_required=True
        )
        return
    if not remote.tls:
        raise ValueError(f"auth: {remote.auth} without TLS")  # the configuration refuses it as well
    if remote.auth is AuthMethod.BASIC:
        # As bytes: the library would encode a text as Latin-1.
        session.auth = HTTPBasicAuth(remote.username.encode(), (password or "").encode())
    else:
        session.headers["Authorization"] = _MUTUAL


class _Bounded(HTTPAdapter):
    """Sends the requests of one probe within its remaining time and size."""

    def __init__(self, visit: RemoteSession, *, sealed: bool) -> None:
        self._visit = visit
        self._sealed = sealed
        self._left = MOST_BYTES
        self._link = visit.link
        self._answer: Any = None
        self._context = _context(visit) if visit.remote.tls else None
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **keys: Any) -> None:
        super().init_poolmanager(*args, **keys, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = _pools(self)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 - the library's
        """Leave verification to our context; the library would load certifi's CAs into it."""
        conn.cert_reqs = "CERT_REQUIRED"

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}

    def send(self, request: Any, *args: Any, **keys: Any) -> requests.Response:
        if self._visit.over:
            raise LateError
        self._let_go()
        keys["timeout"] = self._visit.left
        try:
            response = super().send(request, *args, **keys)
        except requests.Timeout:
            # Not the library's own error: it would sleep and retry on that one.
            raise LateError from None
        self._answer = response.raw
        if self._sealed and response.status_code == 200 and not _is_sealed(response):
            raise UnencryptedError
        response.raw.stream = self._counted(response.raw.stream)
        return response

    def close(self) -> None:
        super().close()
        self._let_go()

    def _let_go(self) -> None:
        """Close the last response: half read, it would keep its connection open."""
        if self._answer is not None:
            self._answer.close()

    def _counted(self, stream: Any) -> Any:
        def counted(*args: Any, **keys: Any) -> Iterator[bytes]:
            at_once = MOST_AT_ONCE
            for part in stream(*args, **keys):
                self._left -= len(part)
                at_once -= len(part)
                if min(self._left, at_once) < 0:
                    raise ReplyTooLargeError
                if self._visit.over:
                    raise LateError
                yield part

        return counted

    def open(self) -> socket.socket:
        """Return a connected socket: the one that is already open, once, else a new one."""
        link, self._link = self._link, None
        if link is None:
            link = _connected(self._visit)
        # Header and body of a request are sent in two pieces, and the second would wait for the ACK of the
        # first.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(self._visit.left)
        self._visit.cut.hold(link)
        return link


def _is_sealed(response: requests.Response) -> bool:
    kind = response.headers.get("Content-Type", "")
    return response.headers.get("Content-Length") == "0" or kind.startswith("multipart/")


def _pools(adapter: _Bounded) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return adapter.open()

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return adapter.open()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connected(visit: RemoteSession) -> socket.socket:
    errors = []
    for count, address in enumerate(visit.addresses):
        link = socket.socket(address.family, socket.SOCK_STREAM)
        link.settimeout(min(CONNECT_WITHIN, visit.left / (len(visit.addresses) - count)))
        try:
            link.connect(address.sockaddr)
        except OSError as error:
            link.close()
            timed_out = isinstance(error, TimeoutError)
            errors.append((address, OSError(errno.ETIMEDOUT, "timed out") if timed_out else error))
        else:
            return link
    raise NoneConnectedError(errors)


def _context(visit: RemoteSession) -> ssl.SSLContext:
    """Return a context that verifies the name and trusts only the session's anchors, with our certificate."""
    context = client_context(visit.trust)
    if visit.remote.identity is not None:
        _show(context, visit.remote.identity, visit)
    return context


def _show(context: ssl.SSLContext, identity: ClientCertificate, visit: RemoteSession) -> None:
    passphrase = visit.passphrase.reveal() if visit.passphrase is not None else ""
    try:
        for path in (identity.certificate, identity.key):
            if not Path(path).is_file():  # opening a pipe would block forever
                raise UnfitIdentityError(texts.identity_not_a_file(path=path))
        load_identity(context, identity.certificate, identity.key, passphrase)
    except ssl.SSLError as error:
        raise UnfitIdentityError(_unfit(identity, openssl_reason(error))) from None
    except OSError as error:
        problem = text(error.strerror or str(error))
        raise UnfitIdentityError(located(location=identity.certificate, problem=problem)) from None


def _unfit(identity: ClientCertificate, error: str) -> Message:
    if not error:
        return texts.identity_mismatch(certificate=identity.certificate, key=identity.key)
    return texts.identity_error(certificate=identity.certificate, key=identity.key, error=error)
