"""Probe Windows machines over the network: prepare a probe, run it with WinRM, enforce its deadline.

The library for WinRM blocks, so each probe runs on a thread; at its end its connections are shut, so that no
server blocks a thread by responding slowly.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from socket import socket

from monitor.model import Anchors, Failure, FailureReason, Message, ProbeRequest, ProbeResult
from monitor.model.texts import located
from monitor.network import texts as network_texts
from monitor.network.connect import NoneConnectedError, connect
from monitor.network.resolve import Address, NameLookup
from monitor.secrets import Secret, SecretReference, SecretUnavailableError
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.windows_remote import texts
from monitor.sources.windows_remote.lockout import HOST_REST, REST, Lockout, LoginSlot
from monitor.sources.windows_remote.remote_session import RemoteSession
from monitor.threads import ThreadPool
from monitor.windows.access import RemoteMachine

AT_ONCE = 32
"""Machines that are read at the same time, each on its thread."""

CONNECT_WITHIN = 10.0
"""Seconds for the connection alone: a machine that is off must not use up a probe's whole time."""

_PREPARING = 4
_GRACEFUL_CLOSE = 1.0


class _UnpreparedError(Exception):
    """A probe ended before the machine was contacted; never leaves this file."""

    def __init__(self, reason: FailureReason, message: Message) -> None:
        super().__init__(message.code)
        self.failure = Failure(reason, message)


@dataclass(slots=True)
class _Probe:
    """One probe on its thread."""

    session: RemoteSession
    begun: bool = field(default=False)

    def run(self) -> ProbeResult:
        """Probe the machine; called on a thread."""
        self.begun = True
        try:
            from monitor.sources.windows_remote import winrm  # noqa: PLC0415 - an optional library is behind it

            return winrm.read(self.session)
        finally:
            self.close()

    def close(self) -> None:
        """Close every connection."""
        self.session.cut.close()
        if self.session.link is not None:
            self.session.link.close()


class WindowsRemoteSource:
    """Probes Windows machines; one connection for each probe, a bounded number of them at once."""

    def __init__(self, resolver: NameLookup, at_once: int = AT_ONCE) -> None:
        """Resolve names with this resolver, and probe up to ``at_once`` machines together."""
        self.pool = ThreadPool("windows", at_once + _PREPARING)
        self._resolver = resolver
        self._free = asyncio.Semaphore(at_once)
        self._lockout = Lockout(time.monotonic)
        self._trust_stores = TrustStoreLoader()

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return the contents of the machine's stores and the failures, within the timeout."""
        remote = request.settings
        if not isinstance(remote, RemoteMachine):
            raise TypeError(f"{request.target_id} is no Windows machine")
        deadline = time.monotonic() + request.timeout.total_seconds()
        try:
            session = await self._session(remote, request.trust, deadline)
            async with self._login_slot(session) as slot:
                seen = await self._read(session)
                slot.accepted = _accepted(seen)
        except _UnpreparedError as error:
            return ProbeResult(failures=(error.failure,))
        return _named(seen, request)

    async def _session(self, remote: RemoteMachine, trust: tuple[str, ...], deadline: float) -> RemoteSession:
        secret = await self._secret(remote.password)
        passphrase = await self._secret(remote.identity.passphrase if remote.identity else None)
        anchors = Anchors()
        if remote.tls:
            anchors = await self.pool.run(self._trust_stores.anchors, trust, time.monotonic())
        addresses = await self._addresses(remote, deadline)
        link = await _connected(remote, addresses, deadline)
        return RemoteSession(remote, secret, addresses, deadline, anchors, passphrase, link)

    async def _secret(self, reference: SecretReference | None) -> Secret | None:
        if reference is None:
            return None
        try:
            return await self.pool.run(reference.resolve)
        except SecretUnavailableError as error:
            raise _UnpreparedError(FailureReason.UNREADABLE, error.message) from None

    async def _addresses(self, remote: RemoteMachine, deadline: float) -> tuple[Address, ...]:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                found = await self._resolver.addresses(remote.host, remote.port)
        except TimeoutError:
            said = network_texts.name_lookup_late(host=remote.host)
        except OSError as error:
            said = network_texts.name_not_resolved(host=remote.host, error=error.strerror or str(error))
        else:
            if found:
                return found
            said = network_texts.name_without_address(host=remote.host)
        raise _UnpreparedError(FailureReason.DNS, said)

    @asynccontextmanager
    async def _login_slot(self, session: RemoteSession) -> AsyncIterator[LoginSlot]:
        """Wait for the machine's login slot; the connection is closed if the probe never starts."""
        unstarted = True
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(session.left):
                    slot = await stack.enter_async_context(self._lockout.slot(session.remote, session.secret))
                    if slot.denied:
                        raise _rests(session.remote, slot.denied)
                    await stack.enter_async_context(self._free)
                unstarted = False
            except TimeoutError:
                said = located(location=session.remote.host, problem=texts.NOT_PROBED)
                raise _UnpreparedError(FailureReason.TIMEOUT, said) from None
            finally:
                if unstarted:
                    _Probe(session).close()
            yield slot

    async def _read(self, session: RemoteSession) -> ProbeResult:
        probe = _Probe(session)
        reading = asyncio.ensure_future(self.pool.run(probe.run))
        try:
            await asyncio.wait((reading,), timeout=session.left)
            if not reading.done():
                session.cut.now()
                await asyncio.wait((reading,), timeout=_GRACEFUL_CLOSE)
            if reading.done():
                return reading.result()
        finally:
            if not reading.done():
                session.cut.now()
                reading.cancel()
                if not probe.begun:
                    probe.close()
        said = located(location=session.remote.host, problem=texts.HANGING)
        return ProbeResult(failures=(Failure(FailureReason.TIMEOUT, said),))


async def _connected(remote: RemoteMachine, addresses: tuple[Address, ...], deadline: float) -> socket:
    """Return a connected socket: until it exists, no thread and no login slot is occupied."""
    within = min(CONNECT_WITHIN, deadline - time.monotonic())
    try:
        async with asyncio.timeout(within):
            link = await connect(addresses, timedelta(seconds=max(within, 0.0)))
    except TimeoutError:
        said = located(location=remote.host, problem=texts.no_answer(port=str(remote.port)))
        raise _UnpreparedError(FailureReason.TIMEOUT, said) from None
    except NoneConnectedError as error:
        problem = texts.at_port(port=str(remote.port), problem=error.message)
        raise _UnpreparedError(error.reason, located(location=remote.host, problem=problem)) from None
    link.setblocking(True)
    return link


def _accepted(seen: ProbeResult) -> bool | None:
    """Return the outcome of the login: only data proves it right, and only a refusal proves it wrong."""
    if seen.machine is not None:
        return True
    return False if any(one.reason is FailureReason.UNAUTHORIZED for one in seen.failures) else None


def _rests(remote: RemoteMachine, denied: tuple[str, ...]) -> _UnpreparedError:
    rest = timedelta(seconds=HOST_REST if denied == (remote.host,) else REST)
    said = texts.login_paused(username=remote.username, machines=denied, rest=rest)
    return _UnpreparedError(FailureReason.UNAUTHORIZED, located(location=remote.host, problem=said))


def _named(seen: ProbeResult, request: ProbeRequest) -> ProbeResult:
    """Add the names of the machine from the configuration and its context."""
    if seen.machine is None:
        return seen
    names = dict.fromkeys((request.host, *request.aliases, *seen.machine.names))
    return replace(seen, machine=replace(seen.machine, names=tuple(names)))
