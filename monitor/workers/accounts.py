"""Which queue the login of a target belongs to: all logins with one account are in one queue; pure."""

from zlib import crc32

from monitor.model import ProbeRequest
from monitor.sources.windows_remote.lockout import account_of
from monitor.windows.access import RemoteMachine

QUEUES = 8
"""Queues of a zone: so many workers can log in at the same time. All versions must have the same number."""


def account_queue(request: ProbeRequest) -> int | None:
    """Return the queue of the account that a target is read with, ``None`` where nobody logs in."""
    if not isinstance(request.settings, RemoteMachine):
        return None
    return crc32(account_of(request.settings).encode()) % QUEUES
