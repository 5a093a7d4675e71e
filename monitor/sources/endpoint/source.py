"""Probe a TLS endpoint: connect, run the handshake, collect every certificate; judge nothing."""

import asyncio
import socket
from dataclasses import replace
from typing import NamedTuple

from monitor.addresses import join_host_port
from monitor.dialects import DIALECTS
from monitor.model import Failure, FailureReason, Message, ProbeRequest, ProbeResult
from monitor.model.message import shared
from monitor.network.connect import NoneConnectedError, connect, start_connecting
from monitor.network.resolve import Address, NameLookup, literal
from monitor.network.texts import name_lookup_timeout, name_not_resolved, name_without_address
from monitor.sources.endpoint import texts
from monitor.sources.endpoint.alpn import NO_APPLICATION, AlpnCache
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.endpoint.conversation_factory import (
    STAPLED,
    USUAL,
    ConversationFactory,
    TlsOptions,
    UnpreparedError,
    conversation,
)
from monitor.sources.endpoint.datagrams import attempt_deadlines, exchange_datagrams
from monitor.sources.endpoint.exchange import Exchanger, supports_epoll
from monitor.sources.endpoint.key_types import KeyTypes
from monitor.sources.endpoint.results import join_results, result_of
from monitor.threads import ThreadPool
from monitor.tls import KeyType

MOST_ADDRESSES = 32
"""So many addresses of one name are probed; more are said to be too many."""


class _ProbeContext(NamedTuple):
    """The parameters of one probe: endpoint, deadline, TLS options, and how its location is written.

    ``address`` is the only one to connect to; ``None`` means the first of the name that accepts a connection.
    A tuple, as every probe makes one.
    """

    request: ProbeRequest
    endpoint: Endpoint
    deadline: float
    tls_options: TlsOptions
    location: str
    address: Address | None = None


class EndpointSource:
    """Probes endpoints; any number of probes may run at once."""

    def __init__(self, resolver: NameLookup) -> None:
        """Resolve names with this resolver."""
        self._resolver = resolver
        self._conversations = ConversationFactory()
        self._key_types = KeyTypes()
        self._alpn = AlpnCache()
        self._exchanger = Exchanger()

    @property
    def pool(self) -> ThreadPool:
        """Return the threads on which passwords and keys are read."""
        return self._conversations.pool

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return the served chain and the failures, within the timeout."""
        endpoint = request.settings
        if not isinstance(endpoint, Endpoint):
            raise TypeError(f"{request.target_id} is not an endpoint")
        deadline = asyncio.get_running_loop().time() + request.timeout.total_seconds()
        tls_options = STAPLED if "staple" in request.revocation else USUAL
        context = _ProbeContext(request, endpoint, deadline, tls_options, request.location)
        if endpoint.connect.direct:
            return await self._one(context)
        return await (
            self._every_address(context) if endpoint.connect.every_address else self._one_address(context)
        )

    async def _every_address(self, context: _ProbeContext) -> ProbeResult:
        """Probe every address of one name, all at once; each is a location, written as address and port."""
        host, port = context.endpoint.host, context.endpoint.port
        try:
            found = await self._chosen(host, port, context)
        except _GaveNothingError as nothing:
            return ProbeResult(failures=(nothing.at(""),))
        addresses = sorted(found, key=lambda address: address.text)
        contexts = [
            context._replace(location=join_host_port(one.text, port), address=one)
            for one in addresses[:MOST_ADDRESSES]
        ]
        seen = join_results(await asyncio.gather(*map(self._one_address, contexts)))
        if len(addresses) <= MOST_ADDRESSES:
            return seen
        said = texts.too_many_addresses(host=host, addresses=len(addresses), most=MOST_ADDRESSES)
        return replace(seen, failures=(*seen.failures, Failure(FailureReason.DNS, said, context.location)))

    async def _one_address(self, context: _ProbeContext) -> ProbeResult:
        """Probe one server: once, or for each key type."""
        if not context.endpoint.connect.every_key_type:
            return await self._one(context)

        async def ask(key_type: KeyType | None, location: str) -> ProbeResult:
            return await self._one(
                context._replace(
                    location=location, tls_options=replace(context.tls_options, key_type=key_type)
                )
            )

        now = asyncio.get_running_loop().time()
        return join_results(
            await self._key_types.probe((context.endpoint, context.location), context.location, ask, now)
        )

    async def _one(self, context: _ProbeContext) -> ProbeResult:
        """Probe once: at one address, or at the first that accepts a connection."""
        endpoint = context.endpoint
        if self._alpn:
            context = self._offering(context)
        if DIALECTS[endpoint.protocol].datagrams:
            return await self._in_datagrams(context)
        denied: tuple[Failure, ...] = ()
        try:
            if endpoint.connect.direct:
                handshake = conversation(endpoint, context.tls_options)
                link = await self._link(endpoint.host, endpoint.port, context)
            else:
                handshake, denied = await self._conversations.conversation(
                    endpoint, context.request, context.tls_options
                )
                link = await self._way(context)
        except UnpreparedError as error:
            return ProbeResult(failures=(error.failure,))
        except _GaveNothingError as nothing:
            return ProbeResult(failures=(*denied, nothing.at(context.location)))
        await self._exchanger.exchange(link, handshake, context.deadline, context.request.timeout)
        if handshake.alert == NO_APPLICATION and self._may_offer(context):
            return await self._one(context)
        return result_of(handshake, context.request, context.location, denied)

    async def _in_datagrams(self, context: _ProbeContext) -> ProbeResult:
        """Probe over UDP: at one address, or at each in sequence until one responds."""
        endpoint = context.endpoint
        make, denied = await self._conversations.datagrams(endpoint, context.request, context.tls_options)
        try:
            found = (
                (context.address,)
                if context.address
                else await self._chosen(endpoint.host, endpoint.port, context)
            )
        except _GaveNothingError as nothing:
            return ProbeResult(failures=(*denied, nothing.at(context.location)))
        for address, until in attempt_deadlines(found, asyncio.get_running_loop().time(), context.deadline):
            handshake = make()
            await exchange_datagrams(
                address, handshake, until, context.request.timeout, endpoint.connect.source
            )
            if handshake.responded:
                break
        return result_of(handshake, context.request, context.location, denied)

    def _offering(self, context: _ProbeContext) -> _ProbeContext:
        """Return the context with application protocols to offer, if the server is known to need them."""
        if context.tls_options.alpn:
            return context
        now = asyncio.get_running_loop().time()
        offer = self._alpn.offer((context.endpoint, context.location), now)
        return context._replace(tls_options=replace(context.tls_options, alpn=offer)) if offer else context

    def _may_offer(self, context: _ProbeContext) -> bool:
        """Record that a server needs an application protocol; return whether a retry is worthwhile."""
        if DIALECTS[context.endpoint.protocol].alpn:
            return False
        now = asyncio.get_running_loop().time()
        return self._alpn.refused(
            (context.endpoint, context.location), now, offered=bool(context.tls_options.alpn)
        )

    async def _way(self, context: _ProbeContext) -> socket.socket:
        """Return a socket that is connecting to the endpoint, or connected to the proxy before it."""
        proxy = context.endpoint.connect.proxy
        if context.address is not None:
            return await _connected((context.address,), context)
        if proxy is None:
            return await self._link(context.endpoint.host, context.endpoint.port, context)
        try:
            return await self._link(proxy.host, proxy.port, context)
        except _GaveNothingError as nothing:
            said = texts.proxy_not_reached(proxy=proxy.where, problem=nothing.message)
            raise _GaveNothingError(FailureReason.PROXY, said) from None

    async def _link(self, host: str, port: int, context: _ProbeContext) -> socket.socket:
        return await _connected(await self._chosen(host, port, context), context)

    async def _chosen(self, host: str, port: int, context: _ProbeContext) -> tuple[Address, ...]:
        addresses = literal(host, port) or await self._addresses(host, port, context)
        way = context.endpoint.connect
        if way.direct:
            return addresses
        addresses = way.chosen(addresses)
        if not addresses:
            raise _GaveNothingError(FailureReason.DNS, way.missing(host))
        return addresses

    async def _addresses(self, host: str, port: int, context: _ProbeContext) -> tuple[Address, ...]:
        try:
            async with asyncio.timeout_at(context.deadline):
                found = await self._resolver.addresses(host, port)
        except TimeoutError:
            said = name_lookup_timeout(host=host, timeout=context.request.timeout)
        except OSError as error:
            said = name_not_resolved(host=host, error=error.strerror or str(error))
        else:
            if found:
                return found
            said = name_without_address(host=host)
        raise _GaveNothingError(FailureReason.DNS, said)


class _GaveNothingError(Exception):
    """The probe ended before a connection was established; never leaves this file."""

    def __init__(self, reason: FailureReason, message: Message) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message

    def at(self, location: str) -> Failure:
        """Return the failure at a location."""
        return Failure(self.reason, shared(self.message), location)


async def _connected(addresses: tuple[Address, ...], context: _ProbeContext) -> socket.socket:
    """Return a connected socket or, for one address where ``supports_epoll``, a connecting one."""
    way = context.endpoint.connect
    try:
        # With a proxy it must be connected first: a failure to connect is then the proxy's.
        if len(addresses) == 1 and way.proxy is None and supports_epoll(asyncio.get_running_loop()):
            return start_connecting(addresses[0], way.source)
        async with asyncio.timeout_at(context.deadline):
            return await connect(addresses, context.request.timeout, way.source)
    except TimeoutError:
        said = texts.no_answer(timeout=context.request.timeout)
        raise _GaveNothingError(FailureReason.TIMEOUT, said) from None
    except NoneConnectedError as error:
        raise _GaveNothingError(error.reason, error.message) from None
