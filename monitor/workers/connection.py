"""A connection to NATS servers that is made again for as long as it takes."""

import asyncio
import hashlib
import logging
import re
import secrets
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import nkeys
from nats.aio.client import Client
from nats.errors import SlowConsumerError

from monitor.errors import CertMonitorError
from monitor.logs import event
from monitor.secrets import SecretReference, SecretUnavailableError
from monitor.threads import ThreadPool
from monitor.workers.failures import reason

log = logging.getLogger(__name__)

_RETRY_AFTER = 1
_SHAKE_HANDS_WITHIN = 10
"""Seconds; two of the client's own are too few for a machine that is busy starting."""
_CONNECT_WITHIN, _CLOSE_WITHIN = 30.0, 5.0
_PING_EVERY = 5
"""Seconds; a server that answers two of them in a row with nothing is given up: it is frozen or cut off."""
_JWT = "BEGIN NATS USER JWT"
_SEED = re.compile(r"BEGIN USER NKEY SEED-+\s+(\S+)")
_REFUSED = re.compile("authorization|authentication", re.IGNORECASE)


class CredentialsError(CertMonitorError):
    """A file that is to sign in has nothing that could."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where NATS is, what signs in, and what verifies it; ``tls`` blocks."""

    servers: tuple[str, ...]
    credentials_file: str | None = None
    tls: Callable[[], ssl.SSLContext] | None = None

    def key(self) -> bytes:
        """Return the SHA-256 of this client's credentials, empty where it has none."""
        if self.credentials_file is None:
            return b""
        try:
            text = SecretReference(file=self.credentials_file).resolve().reveal()
        except SecretUnavailableError:
            return secrets.token_bytes(32)  # it cannot connect yet either
        return hashlib.sha256(text.encode()).digest()


class NatsConnection:
    """A client of NATS and why it is not connected, if so."""

    def __init__(self, broker: Broker, name: str, inbox: str) -> None:
        """Take where to connect; nothing happens before ``connected``."""
        self._broker = broker
        self._name = name
        self._inbox = inbox
        self._files = ThreadPool("files for NATS", 1)
        self._closing = False
        self.problem = ""

    async def close(self, client: Client) -> None:
        """Close a client on purpose; one that cannot close is left to itself."""
        self._closing = True
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_WITHIN):
                    await client.close()
        finally:
            self._closing = False

    async def connected(self) -> Client:
        """Return a client that has connected; waits until a server lets it in.

        It reconnects by itself. Raises ``CertMonitorError`` and ``OSError`` where the credentials or the
        trusted certificates cannot be read.
        """
        while True:
            client = Client()
            try:
                # Once a handshake of TLS has failed, the client waits for good for a connection to close.
                async with asyncio.timeout(_CONNECT_WITHIN):
                    await self._connect(client)
            except TimeoutError:
                self._report(self.problem or "no server has answered")
                await self.close(client)  # half open, it would keep its connection
                continue
            await self._back()
            return client

    async def _connect(self, client: Client) -> None:
        secured = await self._files.run(self._secured)
        await client.connect(
            servers=list(self._broker.servers),
            name=self._name,
            inbox_prefix=self._inbox,
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RETRY_AFTER,
            connect_timeout=_SHAKE_HANDS_WITHIN,
            ping_interval=_PING_EVERY,
            error_cb=self._failed,
            disconnected_cb=self._lost,
            reconnected_cb=self._back,
            **secured,
        )

    def _secured(self) -> dict[str, Any]:
        """Return the arguments that verify the server and sign in; blocks."""
        arguments, tls = signed_in(self._broker.credentials_file), self._broker.tls
        # TLS from the first byte: a server that offers it in words only could be anybody, who is then sent a
        # password in the clear.
        return arguments if tls is None else {**arguments, "tls": tls(), "tls_handshake_first": True}

    async def _failed(self, error: Exception) -> None:
        why = reason(error)
        if isinstance(error, SlowConsumerError):
            # The connection goes on, and JetStream delivers the message again.
            event(log, "a message of NATS was dropped", level=logging.WARNING, why=why)
            return
        if self._broker.credentials_file is not None and _REFUSED.search(why):
            why = f"{why}: the server does not accept what {self._broker.credentials_file} has"
        self._report(why)

    async def _lost(self) -> None:
        if not self._closing:
            self._report(self.problem or "the connection was lost")

    async def _back(self) -> None:
        if self.problem:
            event(log, "connected to NATS again")
        self.problem = ""

    def _report(self, why: str) -> None:
        if why != self.problem:
            event(log, "NATS cannot be used", level=logging.WARNING, why=why)
        self.problem = why


def signed_in(credentials_file: str | None) -> dict[str, Any]:
    """Return the arguments that sign in: NATS' own credentials, the seed of a key, or ``user:password``.

    Raises ``SecretUnavailableError`` and ``CredentialsError`` for a file that cannot be read, or is none of
    the three; it blocks.
    """
    if credentials_file is None:
        return {}
    text = SecretReference(file=credentials_file).resolve().reveal().strip()
    if _JWT in text:
        found = _SEED.search(text)
        _check(found[1] if found else "", credentials_file)
        return {"user_credentials": credentials_file}
    user, colon, password = text.partition(":")
    if colon:
        return {"user": user, "password": password}
    _check(text, credentials_file)
    return {"nkeys_seed_str": text}


def _check(seed: str, path: str) -> None:
    try:
        nkeys.from_seed(bytearray(seed.encode())).wipe()
    except (nkeys.NkeysError, ValueError):
        said = "neither credentials of NATS (.creds) with a seed, nor the seed of an nkey, nor user:password"
        raise CredentialsError(f"{path} has {said}") from None
