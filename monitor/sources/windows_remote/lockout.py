"""Prevent a wrong password from being tried at hundreds of machines, which would lock the account.

Windows counts wrong passwords per account: five or ten lock it, and for a domain account those of all
machines add up. So a login that has not just succeeded is tried at few machines at a time, and one that was
refused is paused for a while, unless its password changes.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from monitor.secrets import Secret
from monitor.windows.access import RemoteMachine

AT_ONCE = 2
"""Machines asked at the same time with a login that is not proved; after so many refusals it rests."""

REST = 1800.0
"""Seconds that a login rests which several machines refused in a row: less than the usual interval."""

HOST_REST = 6 * 3600.0
"""Seconds that it rests where it was refused: longer, so that those that take it come first then."""

PROOF = 300.0
"""Seconds for which a login that was accepted counts as right."""


@dataclass(slots=True)
class _Account:
    """The state of one account with one password; ``doubts`` counts consecutive refusals."""

    digest: bytes
    refused: dict[str, float] = field(default_factory=dict)
    doubts: int = 0
    doubted_at: float = 0.0
    accepted_at: float | None = None
    trying: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


@dataclass(slots=True)
class LoginSlot:
    """One machine's permission to log in.

    ``denied`` lists the machines that refused this login, if it must not be tried now. Set ``accepted`` to
    the outcome of the login; leave it unset if there was no login.
    """

    denied: tuple[str, ...] = ()
    accepted: bool | None = None


class Lockout:
    """Issues login slots; only salted hashes of passwords are kept."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start without known accounts; ``monotonic`` returns seconds that never step."""
        self._monotonic = monotonic
        self._salt = os.urandom(16)
        self._accounts: dict[str, _Account] = {}

    @asynccontextmanager
    async def slot(self, remote: RemoteMachine, secret: Secret | None) -> AsyncIterator[LoginSlot]:
        """Wait for the slot of one machine; a login without a password of ours never waits."""
        if secret is None:
            yield LoginSlot()
            return
        account = self._account(remote, secret)
        async with account.changed:
            await account.changed.wait_for(lambda: self._may_go(account, remote.host))
            slot = LoginSlot(self._denying(account, remote.host))
            account.trying += 1
        try:
            yield slot
        finally:
            async with account.changed:
                account.trying -= 1
                self._note(account, remote.host, slot)
                account.changed.notify_all()

    def _account(self, remote: RemoteMachine, secret: Secret) -> _Account:
        name = account_of(remote)
        text = f"{name}\0{secret.reveal()}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(text, key=self._salt).digest()
        account = self._accounts.get(name)
        if account is None or account.digest != digest:
            account = self._accounts[name] = _Account(digest)
        return account

    def _may_go(self, account: _Account, host: str) -> bool:
        if self._denying(account, host):
            return True  # so that the refusal is reported at once
        proved = account.accepted_at is not None and self._monotonic() - account.accepted_at < PROOF
        return account.trying + account.doubts < AT_ONCE or (proved and not account.doubts)

    def _denying(self, account: _Account, host: str) -> tuple[str, ...]:
        now = self._monotonic()
        if host in account.refused and now - account.refused[host] < HOST_REST:
            return (host,)
        if now - account.doubted_at >= REST:
            account.doubts = 0
        return tuple(account.refused)[-AT_ONCE:] if account.doubts >= AT_ONCE else ()

    def _note(self, account: _Account, host: str, slot: LoginSlot) -> None:
        if slot.accepted is True:
            account.accepted_at, account.doubts = self._monotonic(), 0
            account.refused.pop(host, None)
        elif slot.accepted is False:
            account.doubts += 1
            account.doubted_at = self._monotonic()
            account.refused.pop(host, None)
            account.refused[host] = account.doubted_at


def account_of(remote: RemoteMachine) -> str:
    r"""Return the account that Windows would lock: ``DOMAIN\name``, or a name on one machine."""
    domain, backslash, name = remote.username.casefold().rpartition("\\")
    if backslash and domain not in (".", ""):
        return f"{domain}\\{name}"
    return name if "@" in name else f"{remote.host}\\{name}"
