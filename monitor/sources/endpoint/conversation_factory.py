"""Prepare the conversation for one connection: with a proxy, in the dialect, in TLS, with client certificate.

Must not connect. Where nothing has to be read, nothing is awaited: that is the common probe.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from monitor.dialects import DIALECTS, TUNNELS, Dialect, Dialogue, ProxiedDialogue
from monitor.model import Failure, FailureReason, Message, ProbeRequest
from monitor.secrets import ClientCertificate, SecretUnavailableError
from monitor.sources.endpoint import texts
from monitor.sources.endpoint.connect_options import Endpoint, Proxy
from monitor.sources.endpoint.conversation import Conversation, Conversing
from monitor.sources.endpoint.identity import ClientIdentities
from monitor.threads import ThreadPool
from monitor.tls import DatagramHandshake, Handshake, KeyType, TlsSetting, shared_context

# RFC 1929 section 2: the length of the password is one byte.
_LONGEST_SOCKS_PASSWORD = 255


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """The extras of a handshake: the certificate's key type, a stapled OCSP response.

    ``alpn`` are protocols to offer where the dialect has none of its own.
    """

    key_type: KeyType | None = None
    staple: bool = False
    alpn: tuple[str, ...] = ()


USUAL, STAPLED = TlsOptions(), TlsOptions(staple=True)


class UnpreparedError(Exception):
    """The conversation cannot be prepared because something cannot be read; ``failure`` says why."""

    def __init__(self, message: Message, location: str) -> None:
        """Make a failure of the proxy: nothing else stops a probe here."""
        super().__init__(message.code)
        self.failure = Failure(FailureReason.PROXY, message, location)


class ConversationFactory:
    """Makes conversations that may need files to be read first."""

    def __init__(self) -> None:
        """Prepare without reading anything."""
        self._identities = ClientIdentities()

    @property
    def pool(self) -> ThreadPool:
        """Return the threads on which files are read."""
        return self._identities.pool

    async def conversation(
        self, endpoint: Endpoint, request: ProbeRequest, tls_options: TlsOptions = USUAL
    ) -> tuple[Conversing, tuple[Failure, ...]]:
        """Return the conversation, and failures of our client certificate; raise ``UnpreparedError``."""
        context, denied = await self._identified(endpoint, request, tls_options)
        tunnel = None
        if endpoint.connect.proxy is not None:
            patience = request.timeout / 2
            password = await self._password(endpoint.connect.proxy, request.location, patience)
            proxy = endpoint.connect.proxy
            tunnel = TUNNELS[proxy.scheme](endpoint.host, endpoint.port, proxy.user, password)
        return conversation(endpoint, tls_options, context, tunnel), denied

    async def datagrams(
        self, endpoint: Endpoint, request: ProbeRequest, tls_options: TlsOptions
    ) -> tuple[Callable[[], DatagramHandshake], tuple[Failure, ...]]:
        """Return a factory of handshakes over UDP, and failures of our client certificate."""
        context, denied = await self._identified(endpoint, request, tls_options)
        context = context or _context(endpoint.protocol, tls_options)
        return lambda: DatagramHandshake(context, endpoint.server_name, staple=tls_options.staple), denied

    async def _identified(
        self, endpoint: Endpoint, request: ProbeRequest, tls_options: TlsOptions
    ) -> tuple[Any, tuple[Failure, ...]]:
        """Return the context with our client certificate, if any, and failures to load it."""
        if endpoint.connect.identity is None:
            return None, ()
        patience = request.timeout / 2
        setting = _setting(DIALECTS[endpoint.protocol], tls_options)
        context = await self._context(setting, endpoint.connect.identity, patience)
        return (None, (context,)) if isinstance(context, Failure) else (context, ())

    async def _context(self, setting: TlsSetting, identity: ClientCertificate, patience: timedelta) -> Any:
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await self._identities.context(setting, identity)
        except TimeoutError:
            said = texts.client_certificate_timeout(timeout=patience)
            return Failure(FailureReason.TIMEOUT, said, identity.certificate)

    async def _password(self, proxy: Proxy, location: str, patience: timedelta) -> str:
        if proxy.password is None:
            return ""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                password = await self._identities.password(proxy.password)
        except TimeoutError:
            said = texts.proxy_password_timeout(secret=proxy.password.message, timeout=patience)
            raise UnpreparedError(said, location) from None
        except SecretUnavailableError as error:
            said = texts.proxy_password_unavailable(proxy=proxy.where, problem=error.message)
            raise UnpreparedError(said, location) from None
        if len(password.encode()) > _LONGEST_SOCKS_PASSWORD and proxy.scheme == "socks5":
            raise UnpreparedError(texts.proxy_password_too_long(secret=proxy.password.message), location)
        return password


def conversation(
    endpoint: Endpoint, tls_options: TlsOptions = USUAL, context: Any = None, tunnel: Dialogue | None = None
) -> Conversing:
    """Return the handshake for an endpoint, with the dialogues before it, by default in a shared context."""
    dialect = DIALECTS[endpoint.protocol]
    handshake = Handshake(
        context or _context(endpoint.protocol, tls_options), endpoint.server_name, staple=tls_options.staple
    )
    dialogue = dialect.dialogue(endpoint.server_name) if dialect.dialogue is not None else None
    if tunnel is not None:
        dialogue = tunnel if dialogue is None else ProxiedDialogue(tunnel, dialogue)
    if dialogue is None:
        return handshake
    proxy = endpoint.connect.proxy.where if endpoint.connect.proxy is not None else ""
    return Conversation(dialogue, handshake, proxy)


def _setting(dialect: Dialect, tls_options: TlsOptions) -> TlsSetting:
    alpn = dialect.alpn or tls_options.alpn
    return TlsSetting(
        alpn=alpn,
        max_version=dialect.max_version,
        key_type=tls_options.key_type,
        datagrams=dialect.datagrams,
    )


@cache
def _context(protocol: str, tls_options: TlsOptions) -> Any:
    return shared_context(_setting(DIALECTS[protocol], tls_options))
