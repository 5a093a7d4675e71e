"""Probe one target on demand, for ``/probe``: probed and judged as usual, but not recorded or notified."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.addresses import HostPort
from monitor.model import Anchors, Clock, Observation, Source, Target, TargetState
from monitor.network.allow import Allowed
from monitor.network.resolve import Address, NameLookup
from monitor.pipeline.judge import Judge, unjudged
from monitor.probing import ProbeLimiter, Prober, internal_failure
from monitor.sources.endpoint.connect_options import Endpoint

log = logging.getLogger(__name__)

AT_ONCE = 40
"""Probes under way at once: they share sockets and the processor with those of the schedule."""

WAITING = 20
"""Probes that may wait for their turn; more would take the connections that metrics and health need."""


class NotAllowedError(Exception):
    """The target, or every address of its name, is not allowed."""


class BusyError(Exception):
    """The probe could not start, because too many are running or waiting."""


class OnDemandProber:
    """A prober for single targets, with a bounded number of probes at once."""

    def __init__(
        self,
        resolver: NameLookup,
        make_sources: Callable[[NameLookup], Mapping[str, Source]],
        anchors: Callable[[tuple[str, ...]], Awaitable[Anchors]],
        judge: Judge,
        clock: Clock,
    ) -> None:
        """Prepare to use these services; ``make_sources`` makes separate sources that use a resolver."""
        self._resolver = resolver
        self._prober = Prober(make_sources(_PinnedResolver(resolver)), clock)
        self._anchors = anchors
        self._judge = judge
        self._clock = clock
        self._limiter = ProbeLimiter(clock, in_flight=AT_ONCE, per_second=0)
        self._waiting = 0

    async def probe(self, target: Target, allowed: Allowed, within: timedelta) -> TargetState:
        """Return the state after one probe within a time limit; raise ``NotAllowedError`` or ``BusyError``.

        A name is looked up once, and only its allowed addresses are connected to: otherwise a name server
        could return one address for the check and another for the connection (DNS rebinding). A proxy looks
        names up itself.
        """
        host, port = HostPort.parse(target.location)
        proxied = isinstance(target.settings, Endpoint) and target.settings.connect.proxy is not None
        if not allowed.may_permit(host, port, resolved_by_proxy=proxied):
            raise NotAllowedError
        deadline = self._clock.monotonic() + within.total_seconds()
        await self._enter(within)
        try:
            begun = self._clock.monotonic()
            if not proxied:
                _probed_host.set(
                    _ResolvedHost(host, port, await self._resolved(host, port, allowed, deadline))
                )
            observation = await self._probed(target, deadline)
            took = timedelta(seconds=max(0.0, self._clock.monotonic() - begun))
            return await self._judged(target, replace(observation, duration=took))
        finally:
            _probed_host.set(None)
            self._limiter.release()

    async def _enter(self, within: timedelta) -> None:
        if self._waiting >= WAITING:
            raise BusyError
        self._waiting += 1
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._limiter.acquire()
        except TimeoutError:
            raise BusyError from None
        finally:
            self._waiting -= 1

    async def _resolved(
        self, host: str, port: int, allowed: Allowed, deadline: float
    ) -> tuple[Address, ...] | OSError:
        """Return the allowed addresses of a host, or why there are none."""
        left = deadline - self._clock.monotonic()
        try:
            async with asyncio.timeout(left):
                found = await self._resolver.addresses(host, port)
        except TimeoutError:
            return OSError("no answer from name resolution in time")
        except OSError as error:
            return error
        inside = tuple(address for address in found if allowed.permits(host, port, address.text))
        if found and not inside:
            raise NotAllowedError
        return inside

    async def _probed(self, target: Target, deadline: float) -> Observation:
        # Rounded to hundredths, because failures mention the timeout.
        left = max(1, math.floor((deadline - self._clock.monotonic()) * 100)) / 100
        timeout = min(target.policy.timeout, timedelta(seconds=left))
        return await self._prober.probe(replace(target.request, timeout=timeout))

    async def _judged(self, target: Target, observation: Observation) -> TargetState:
        unknown = TargetState(target)
        try:
            anchors = await self._anchors(target.policy.trust)
            return self._judge.observed(unknown, observation, anchors, self._clock.now())
        except Exception as error:
            log.exception("judging %s, probed on demand, failed with a bug of cert-monitor", target.id)
            return unjudged(unknown, replace(observation, result=internal_failure(error)))


@dataclass(frozen=True, slots=True)
class _ResolvedHost:
    """The allowed addresses of a host, or why there are none."""

    host: str
    port: int
    addresses: tuple[Address, ...] | OSError


# The addresses for the current request in the resolver that all probes share: one value for each context.
_probed_host: ContextVar[_ResolvedHost | None] = ContextVar("_probed_host", default=None)


class _PinnedResolver:
    """A resolver that returns pinned addresses for the probed host and looks up others, such as a proxy."""

    def __init__(self, resolver: NameLookup) -> None:
        self._resolver = resolver

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        answer = _probed_host.get()
        if answer is None or (host, port) != (answer.host, answer.port):
            return await self._resolver.addresses(host, port)
        if isinstance(answer.addresses, OSError):
            raise answer.addresses
        return answer.addresses
