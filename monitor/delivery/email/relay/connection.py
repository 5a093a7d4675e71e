"""Open an SMTP session with a relay: name lookup, TCP, TLS with our own anchors, greeting, EHLO.

TLS is used exactly as the settings say: aiosmtplib would upgrade silently when it can and continue in the
clear when it cannot, so STARTTLS is sent from here.
"""

import asyncio
import ipaddress
import socket

import aiosmtplib

from monitor.delivery.email.relay.login import RelayTokenRefusedError, log_in
from monitor.delivery.email.relay.settings import RelaySettings, Security
from monitor.delivery.email.relay.token_source import TokenSource
from monitor.delivery.receiver import Note
from monitor.errors import CertMonitorError
from monitor.network.client_tls import system_context
from monitor.network.connect import NoneConnectedError, connect
from monitor.network.resolve import look_up
from monitor.threads import ThreadPool


class UnsafeLoginError(CertMonitorError):
    """A login is configured for an unencrypted connection."""


async def open_session(
    settings: RelaySettings, pool: ThreadPool, note: Note, tokens: TokenSource | None = None
) -> aiosmtplib.SMTP:
    """Return a session that is ready for MAIL; ``note`` is called with each step, without secrets.

    ``tokens`` gives access tokens where the login needs one. A token that was fetched before and is refused
    is replaced once. Raises ``OSError`` (also ``ssl.SSLError``, ``TimeoutError``),
    ``aiosmtplib.SMTPException`` and ``CertMonitorError``.
    """
    if settings.username and settings.security is Security.NONE:
        raise UnsafeLoginError(
            "a password is never sent in the clear: set email.security to starttls or tls, "
            "or leave email.username out"
        )
    try:
        return await _session(settings, pool, note, tokens)
    except RelayTokenRefusedError as error:
        if not error.replaceable:
            raise
        note("the access token was refused; another one is fetched")
    # A new connection, since servers hang up after a refused login.
    return await _session(settings, pool, note, tokens)


async def _session(
    settings: RelaySettings, pool: ThreadPool, note: Note, tokens: TokenSource | None
) -> aiosmtplib.SMTP:
    sock = await _connect(settings, pool)
    note(f"connected to {settings.location} ({sock.getpeername()[0]})")
    try:
        client = await _client(settings, pool, sock)
    except BaseException:
        sock.close()
        raise
    try:
        await _greet(client, settings, note)
        await log_in(client, settings, pool, note, tokens)
    except BaseException:
        client.close()
        raise
    return client


async def _connect(settings: RelaySettings, pool: ThreadPool) -> socket.socket:
    """Return a connection to the first address that accepts one.

    Not left to asyncio, whose lookups share one pool with everything else and delay exit when they hang.
    """
    timeout = settings.timeout.total_seconds()
    addresses = await asyncio.wait_for(pool.run(look_up, settings.host, settings.port), timeout)
    try:
        return await asyncio.wait_for(connect(addresses, settings.timeout), timeout)
    except NoneConnectedError as error:
        raise error.errors[0] from None


async def _client(settings: RelaySettings, pool: ThreadPool, sock: socket.socket) -> aiosmtplib.SMTP:
    secure = settings.security is not Security.NONE
    return aiosmtplib.SMTP(
        hostname=settings.host,
        sock=sock,
        timeout=settings.timeout.total_seconds(),
        use_tls=settings.security is Security.TLS,
        start_tls=False,
        tls_context=await pool.run(system_context, settings.ca) if secure else None,
        local_hostname=settings.ehlo_name or _own_name(sock),
    )


def _own_name(sock: socket.socket) -> str:
    """Return this machine's full name, or its address in brackets as RFC 5321 section 4.1.4 requires."""
    name = socket.gethostname()
    if "." in name and name.isascii() and not any(character.isspace() for character in name):
        return name
    address = ipaddress.ip_address(sock.getsockname()[0].partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


async def _greet(client: aiosmtplib.SMTP, settings: RelaySettings, note: Note) -> None:
    greeting = await client.connect()
    note(f"greeting: {greeting.code} {greeting.message}")
    await _hello(client, note)
    if settings.security is Security.STARTTLS:
        await client.starttls()
        note(f"STARTTLS: {_tls(client)}")
        await _hello(client, note)
    elif settings.security is Security.TLS:
        note(f"TLS: {_tls(client)}")
    else:
        note("TLS: none, the mail travels in the clear")


async def _hello(client: aiosmtplib.SMTP, note: Note) -> None:
    try:
        answer = await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        answer = await client.helo()
        note(f"HELO: {answer.code} {answer.message}")
    else:
        note(f"EHLO: {answer.code} {', '.join(answer.message.splitlines())}")


def _tls(client: aiosmtplib.SMTP) -> str:
    session = client.get_transport_info("ssl_object")
    return f"{session.version()}, certificate verified" if session else "on"
