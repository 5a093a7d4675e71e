"""Open an SMTP session with a relay: name lookup, TCP, TLS with our own anchors, greeting, EHLO, login.

TLS is used exactly as the settings say: aiosmtplib would upgrade silently when it can and continue in the
clear when it cannot, so STARTTLS is sent from here.
"""

import asyncio
import base64
import ipaddress
import socket
import ssl
from pathlib import Path

import aiosmtplib

from monitor.delivery.email.relay import RelaySettings, Security
from monitor.delivery.receiver import Note
from monitor.errors import CertMonitorError
from monitor.network.client_tls import client_context
from monitor.network.connect import NoneConnectedError, connect
from monitor.network.resolve import look_up
from monitor.secrets import Secret
from monitor.threads import ThreadPool


class UnsafeLoginError(CertMonitorError):
    """A login is configured for an unencrypted connection."""


async def open_session(settings: RelaySettings, pool: ThreadPool, note: Note) -> aiosmtplib.SMTP:
    """Return a session that is ready for MAIL; ``note`` is called with each step, without secrets.

    Raises ``OSError`` (also ``ssl.SSLError``, ``TimeoutError``), ``aiosmtplib.SMTPException`` and
    ``CertMonitorError``.
    """
    if settings.username and settings.security is Security.NONE:
        raise UnsafeLoginError(
            "a password is never sent in the clear: set email.security to starttls or tls, "
            "or leave email.username out"
        )
    sock = await _connect(settings, pool)
    note(f"connected to {settings.location} ({sock.getpeername()[0]})")
    try:
        client = await _client(settings, pool, sock)
    except BaseException:
        sock.close()
        raise
    try:
        await _greet(client, settings, note)
        await _log_in(client, settings, pool, note)
    except BaseException:
        client.close()
        raise
    return client


def _trusting(ca: str) -> ssl.SSLContext:
    """Return a TLS context that trusts the system's anchors and those in one PEM or DER file.

    Raises ``OSError`` (also ``ssl.SSLError``) for a file that cannot be read or parsed.
    """
    return client_context(system=True, extra=Path(ca).read_bytes() if ca else None)


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
        tls_context=await pool.run(_trusting, settings.ca) if secure else None,
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


async def _log_in(client: aiosmtplib.SMTP, settings: RelaySettings, pool: ThreadPool, note: Note) -> None:
    if not settings.username:
        note("login: none")
        return
    secret = await pool.run(settings.password) if settings.password else Secret("")
    try:
        await client.login(settings.username, secret.reveal())
    except aiosmtplib.SMTPResponseException as error:
        # Not chained: a server that echoes the rejected command would put the password into a log.
        answer = _without(error.message, settings.username, secret)
        raise aiosmtplib.SMTPAuthenticationError(error.code, answer) from None
    note(f"login: accepted as {settings.username}")


def _without(answer: str, username: str, secret: Secret) -> str:
    """Return a server's reply without the credentials, in any encoding in which they were sent."""
    password = secret.reveal()
    for text in (f"\0{username}\0{password}", password):
        for form in (text, base64.b64encode(text.encode()).decode()):
            answer = answer.replace(form, "***") if form else answer
    return answer
