"""Open a TCP connection to the first of several addresses that accepts one.

All addresses of a name count as one location, as for a browser. Trying them in sequence lets a single
black-holed address use up the whole timeout; starting all at once opens needless connections. So the next
attempt starts when the previous one has failed or made no progress for a moment (RFC 8305 section 5, "Happy
Eyeballs"), and the first to connect wins.
"""

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Sequence
from datetime import timedelta

from monitor.model import FailureReason, Message
from monitor.model.texts import joined
from monitor.network import texts
from monitor.network.resolve import Address

# RFC 8305 section 5: recommended delay between attempts, in seconds.
STAGGER = 0.25
_NAMED = 4
# ip(7), Linux 4.2; Python names it only since 3.12.
_BIND_ADDRESS_NO_PORT = 24
# Part of the type of a new socket, which spares the call that changes it; not on Windows and macOS.
_NON_BLOCKING: int = getattr(socket, "SOCK_NONBLOCK", 0)

# What a connection attempt gives that goes on by itself.
_UNDER_WAY = {0, errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR}

_REASONS = {
    errno.ECONNREFUSED: (FailureReason.REFUSED, texts.CONNECTION_REFUSED),
    errno.ETIMEDOUT: (FailureReason.TIMEOUT, texts.CONNECTION_TIMED_OUT),
    errno.ENETUNREACH: (FailureReason.UNREACHABLE, texts.NO_ROUTE_TO_NETWORK),
    errno.EHOSTUNREACH: (FailureReason.UNREACHABLE, texts.NO_ROUTE_TO_HOST),
    errno.ENETDOWN: (FailureReason.UNREACHABLE, texts.NETWORK_DOWN),
    errno.EADDRNOTAVAIL: (FailureReason.UNREACHABLE, texts.NO_LOCAL_ADDRESS),
    errno.EAFNOSUPPORT: (FailureReason.UNREACHABLE, texts.FAMILY_UNSUPPORTED),
    errno.EPERM: (FailureReason.UNREACHABLE, texts.FIREWALL),
    errno.EACCES: (FailureReason.UNREACHABLE, texts.FIREWALL),
    errno.ECONNRESET: (FailureReason.CLOSED, texts.CONNECTION_RESET),
    errno.ECONNABORTED: (FailureReason.CLOSED, texts.CONNECTION_RESET),
    errno.EMFILE: (FailureReason.INTERNAL, texts.OPEN_FILES),
    errno.ENFILE: (FailureReason.INTERNAL, texts.SYSTEM_OPEN_FILES),
}
# The Windows error codes for which Python reports EINVAL (winerror.h, winsock2.h).
_WINDOWS = {
    121: errno.ETIMEDOUT,
    1225: errno.ECONNREFUSED,
    1231: errno.ENETUNREACH,
    1232: errno.EHOSTUNREACH,
    10013: errno.EACCES,
    10024: errno.EMFILE,
    10047: errno.EAFNOSUPPORT,
    10049: errno.EADDRNOTAVAIL,
    10050: errno.ENETDOWN,
    10051: errno.ENETUNREACH,
    10053: errno.ECONNABORTED,
    10054: errno.ECONNRESET,
    10060: errno.ETIMEDOUT,
    10061: errno.ECONNREFUSED,
    10065: errno.EHOSTUNREACH,
}


class NoneConnectedError(Exception):
    """No address could be connected; ``errors`` has the error of each, ``reason`` and ``message`` sum up."""

    def __init__(self, errors: Sequence[tuple[Address, OSError]]) -> None:
        """Summarize the errors of all addresses."""
        failures = [(address, *explain(error)) for address, error in errors]
        self.errors = tuple(error for _, error in errors)
        self.reason: FailureReason = failures[0][1]
        if len(failures) == 1:
            self.message = failures[0][2]
        else:
            parts = [texts.address_failed(address=one.text, problem=problem) for one, _, problem in failures]
            self.message = joined(parts, _NAMED)
        super().__init__(self.reason)


def explain(error: OSError) -> tuple[FailureReason, Message]:
    """Return the reason and the message for a failed connection attempt."""
    number = _WINDOWS.get(getattr(error, "winerror", None) or 0, error.errno or 0)
    known = _REASONS.get(number)
    return known or (FailureReason.UNREACHABLE, texts.connect_failed(error=error.strerror or str(error)))


def start_connecting(address: Address, source: str = "") -> socket.socket:
    """Return a non-blocking socket that is connecting to an address, or raise ``NoneConnectedError``."""
    try:
        link = _new_socket(address)
    except OSError as error:
        raise NoneConnectedError([(address, error)]) from None
    try:
        if source:
            _bind(link, source)
        _begin(link, address)
    except OSError as error:
        link.close()
        raise NoneConnectedError([(address, error)]) from None
    except BaseException:
        link.close()
        raise
    return link


async def connect(addresses: Sequence[Address], within: timedelta, source: str = "") -> socket.socket:
    """Return a connected non-blocking socket, or raise ``NoneConnectedError``.

    ``source`` is the local address to connect from, of the same family as all ``addresses``.

    ``within`` only paces the attempts, so that the last address still gets half of the time; the caller
    cancels at the timeout, and then nothing stays open.
    """
    if len(addresses) > 1:
        stagger = min(STAGGER, within.total_seconds() / 2 / len(addresses))
        return await _race(addresses, stagger, source)
    try:
        return await _attempt(addresses[0], source)
    except OSError as error:
        raise NoneConnectedError([(addresses[0], error)]) from None


def _new_socket(address: Address) -> socket.socket:
    """Return a non-blocking socket."""
    link = socket.socket(address.family, socket.SOCK_STREAM | _NON_BLOCKING)
    if not _NON_BLOCKING:
        link.setblocking(False)
    return link


def _begin(link: socket.socket, address: Address) -> None:
    """Begin to connect, without the exception that ``connect`` raises for an attempt that is under way."""
    number = link.connect_ex(address.sockaddr)
    if number not in _UNDER_WAY:
        raise OSError(number, os.strerror(number))


def _bind(link: socket.socket, source: str) -> None:
    """Bind the local address, and leave the port to the moment of connecting where possible.

    A port that is bound first is taken for every peer, and the 28,000 ephemeral ports are soon used up.
    """
    if sys.platform == "linux":
        link.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
    link.bind((source, 0))


async def _attempt(address: Address, source: str) -> socket.socket:
    link = _new_socket(address)
    try:
        if source:
            _bind(link, source)
        await asyncio.get_running_loop().sock_connect(link, address.sockaddr)
    except BaseException:
        link.close()
        raise
    return link


async def _race(addresses: Sequence[Address], stagger: float, source: str) -> socket.socket:
    running: dict[asyncio.Task[socket.socket], Address] = {}
    errors: list[tuple[Address, OSError]] = []
    waiting = list(reversed(addresses))
    try:
        while waiting or running:
            if waiting:
                address = waiting.pop()
                running[asyncio.create_task(_attempt(address, source))] = address
            done, _ = await asyncio.wait(
                running, timeout=stagger if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                error = task.exception()
                if error is None:
                    return _taken(running, task)
                if not isinstance(error, OSError):
                    raise error
                errors.append((running.pop(task), error))
    finally:
        for task in running:
            _discard(task)
    raise NoneConnectedError(errors)


def _taken(
    running: dict[asyncio.Task[socket.socket], Address], task: asyncio.Task[socket.socket]
) -> socket.socket:
    del running[task]
    return task.result()


def _discard(task: asyncio.Task[socket.socket]) -> None:
    task.add_done_callback(_close_result)
    task.cancel()


def _close_result(task: asyncio.Task[socket.socket]) -> None:
    # A task that had connected before it was cancelled still owns its socket.
    if not task.cancelled() and task.exception() is None:
        task.result().close()
