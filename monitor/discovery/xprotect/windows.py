"""Log in with a Windows account over HTTP (RFC 4559: Negotiate, NTLM), all legs on one connection.

Authentication must not run on the event loop: Windows' own provider may contact a domain controller.
"""

import base64
import binascii
import hashlib
import ssl

import spnego
import spnego.channel_bindings
from spnego.exceptions import SpnegoError

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.client import Client
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.http.request import FetchResponse
from monitor.model import FailureReason, Message
from monitor.parse import UnreadableCertificateError, parse_certificate
from monitor.secrets import Secret
from monitor.threads import ThreadPool

_SCHEMES = ("Negotiate", "NTLM")
_MOST_LEGS = 5


async def windows_exchange(
    client: Client, path: str, form: dict[str, str], login: tuple[str, Secret], pool: ThreadPool
) -> FetchResponse:
    """Return the response to a form that was sent with Windows authentication.

    ``client`` must have no more than one connection; ``form`` must contain no secret, since it is sent with
    every leg. A status 401 means that the login was refused. Raises ``SiteRequestError``.
    """
    reply = await client.post(path, form)
    if reply.status != 401:
        return reply
    scheme = _offered(reply)
    if not scheme:
        raise _failed(client, texts.no_windows_login(server=client.origin.where))
    transport = client.connection
    try:
        context = await pool.run(_context, client, scheme, login)
        received: bytes | None = None
        for _ in range(_MOST_LEGS):
            sent = await pool.run(context.step, received)
            if sent is None:
                break
            reply = await client.post(path, form, {"Authorization": f"{scheme} {_text(sent)}"})
            if client.connection is not transport and received is not None:
                raise _broken(client)
            transport = client.connection
            received = _challenge(reply, scheme)
            if reply.status != 401 or not received:
                break
    except SpnegoError as error:
        # Only the type of the error: its text may quote what was exchanged.
        said = texts.windows_login_failed(server=client.origin.where, error=type(error).__name__)
        raise _failed(client, said) from None
    return reply


def _context(client: Client, scheme: str, login: tuple[str, Secret]) -> spnego.ContextProxy:
    user, secret = login
    return spnego.client(
        user,
        secret.reveal(),
        hostname=client.origin.host,
        service="http",
        protocol=scheme.lower(),
        channel_bindings=_bindings(client),
    )


def _bindings(client: Client) -> spnego.channel_bindings.GssChannelBindings | None:
    """Return the channel binding to the server's certificate (RFC 5929 section 4.1); IIS may require it."""
    transport = client.connection
    secured = transport.get_extra_info("ssl_object") if transport else None
    der = secured.getpeercert(binary_form=True) if isinstance(secured, ssl.SSLObject) else None
    if not der:
        return None
    try:
        used = parse_certificate(der).signature_hash
    except UnreadableCertificateError:
        used = ""
    digest = hashlib.new(used if used in ("sha384", "sha512") else "sha256", der).digest()
    return spnego.channel_bindings.GssChannelBindings(application_data=b"tls-server-end-point:" + digest)


def _offered(reply: FetchResponse) -> str:
    offered = {challenge.partition(" ")[0].lower() for challenge in reply.values("www-authenticate")}
    return next((scheme for scheme in _SCHEMES if scheme.lower() in offered), "")


def _challenge(reply: FetchResponse, scheme: str) -> bytes | None:
    for challenge in reply.values("www-authenticate"):
        name, _, token = challenge.partition(" ")
        if name.lower() == scheme.lower() and token:
            try:
                return base64.b64decode(token, validate=True)
            except binascii.Error:
                return None
    return None


def _text(token: bytes) -> str:
    return base64.b64encode(token).decode("ascii")


def _failed(client: Client, message: Message) -> SiteRequestError:
    return SiteRequestError(FailureReason.UNAUTHORIZED, message, client.origin.where, whole=True)


def _broken(client: Client) -> SiteRequestError:
    location = client.origin.where
    said = texts.login_interrupted(server=location)
    return SiteRequestError(FailureReason.CLOSED, said, location, whole=True)
