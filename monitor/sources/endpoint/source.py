"""Look at a TLS endpoint: connect, shake hands, keep every certificate that was shown; judge nothing."""

import asyncio
import socket
from dataclasses import replace
from typing import NamedTuple

from monitor.addresses import join_host_port
from monitor.dialects import DIALECTS
from monitor.model import Failure, Reason, Seen, Target
from monitor.network.connect import NoneConnectedError, begin, connect
from monitor.network.resolve import Address, Resolving, literal
from monitor.sources.endpoint.alpn import NO_APPLICATION, Applications
from monitor.sources.endpoint.datagrams import exchange_datagrams, shares
from monitor.sources.endpoint.exchange import exchange, tells_readiness
from monitor.sources.endpoint.key_types import KeyTypes
from monitor.sources.endpoint.prepare import STAPLED, USUAL, Preparing, UnpreparedError, Wish, spoken
from monitor.sources.endpoint.seen import joined, seen_by
from monitor.sources.endpoint.way import DIRECT, Endpoint
from monitor.threads import ThreadPool
from monitor.tls import KeyType

MOST_FACES = 32
"""So many addresses of one name are looked at; more are said to be too many."""


class _Aim(NamedTuple):
    """Hold what one look is after: where, until when, what to ask for, and how its place is written.

    ``address`` is the only one to connect to; ``None`` means the first of the name that answers. A tuple, as
    every look makes one.
    """

    target: Target
    endpoint: Endpoint
    deadline: float
    wish: Wish
    place: str
    address: Address | None = None

    @property
    def within(self) -> str:
        """Return for people how much time there was."""
        return f"within {self.target.policy.timeout.total_seconds():g} s"


class EndpointSource:
    """Look at endpoints; any number of looks may be under way at once."""

    def __init__(self, resolver: Resolving) -> None:
        """Use this resolver for names."""
        self._resolver = resolver
        self._preparing = Preparing()
        self._key_types = KeyTypes()
        self._applications = Applications()

    @property
    def pool(self) -> ThreadPool:
        """Return the threads on which passwords and keys are read."""
        return self._preparing.pool

    async def look(self, target: Target) -> Seen:
        """Return the served chain and what went wrong, within the policy's timeout."""
        endpoint = target.settings
        if not isinstance(endpoint, Endpoint):
            raise TypeError(f"{target.id} is not an endpoint")
        deadline = asyncio.get_running_loop().time() + target.policy.timeout.total_seconds()
        wish = STAPLED if "staple" in target.policy.revocation else USUAL
        aim = _Aim(target, endpoint, deadline, wish, target.where)
        if endpoint.way is DIRECT:
            return await self._one(aim)
        return await (self._faces(aim) if endpoint.way.every else self._face(aim))

    async def _faces(self, aim: _Aim) -> Seen:
        """Look at every address of one name, all at once; each is a place, written as address and port."""
        host, port = aim.endpoint.host, aim.endpoint.port
        try:
            found = await self._chosen(host, port, aim)
        except _GaveNothingError as nothing:
            return Seen(failures=(Failure(nothing.reason, nothing.detail),))
        addresses = sorted(found, key=lambda address: address.text)
        aims = [
            aim._replace(place=join_host_port(one.text, port), address=one) for one in addresses[:MOST_FACES]
        ]
        seen = joined(await asyncio.gather(*map(self._face, aims)))
        if len(addresses) <= MOST_FACES:
            return seen
        said = f"{host} has {len(addresses)} addresses; only {MOST_FACES} are looked at"
        return replace(seen, failures=(*seen.failures, Failure(Reason.DNS, said, aim.place)))

    async def _face(self, aim: _Aim) -> Seen:
        """Look at one server: once, or for each type of key."""
        if not aim.endpoint.way.every_key:
            return await self._one(aim)

        async def ask(key_type: KeyType | None, place: str) -> Seen:
            return await self._one(aim._replace(place=place, wish=replace(aim.wish, key_type=key_type)))

        now = asyncio.get_running_loop().time()
        return joined(await self._key_types.look((aim.endpoint, aim.place), aim.place, ask, now))

    async def _one(self, aim: _Aim) -> Seen:
        """Look once: at one address, or at the first that answers."""
        endpoint = aim.endpoint
        if self._applications:
            aim = self._offering(aim)
        if DIALECTS[endpoint.protocol].datagrams:
            return await self._in_datagrams(aim)
        denied: tuple[Failure, ...] = ()
        try:
            if endpoint.way is DIRECT:
                handshake = spoken(endpoint, aim.wish)
                link = await self._link(endpoint.host, endpoint.port, aim)
            else:
                handshake, denied = await self._preparing.talk(endpoint, aim.target, aim.wish)
                link = await self._way(aim)
        except UnpreparedError as error:
            return Seen(failures=(error.failure,))
        except _GaveNothingError as nothing:
            return Seen(failures=(*denied, Failure(nothing.reason, nothing.detail, aim.place)))
        await exchange(link, handshake, aim.deadline, aim.within)
        if handshake.alert == NO_APPLICATION and self._may_offer(aim):
            return await self._one(aim)
        return seen_by(handshake, aim.target, aim.place, denied)

    async def _in_datagrams(self, aim: _Aim) -> Seen:
        """Look over UDP: at one address, or at one after the other until something answers."""
        endpoint = aim.endpoint
        make, denied = await self._preparing.datagrams(endpoint, aim.target, aim.wish)
        try:
            found = (aim.address,) if aim.address else await self._chosen(endpoint.host, endpoint.port, aim)
        except _GaveNothingError as nothing:
            return Seen(failures=(*denied, Failure(nothing.reason, nothing.detail, aim.place)))
        for address, until in shares(found, asyncio.get_running_loop().time(), aim.deadline):
            handshake = make()
            await exchange_datagrams(address, handshake, until, aim.within, endpoint.way.source)
            if handshake.heard:
                break
        return seen_by(handshake, aim.target, aim.place, denied)

    def _offering(self, aim: _Aim) -> _Aim:
        """Return the same aim, with application protocols to offer where the server is known to want that."""
        if aim.wish.alpn:
            return aim
        now = asyncio.get_running_loop().time()
        offer = self._applications.offer((aim.endpoint, aim.place), now)
        return aim._replace(wish=replace(aim.wish, alpn=offer)) if offer else aim

    def _may_offer(self, aim: _Aim) -> bool:
        """Learn that a server wants an application protocol; return whether another try is worth it."""
        if DIALECTS[aim.endpoint.protocol].alpn:
            return False
        now = asyncio.get_running_loop().time()
        return self._applications.refused((aim.endpoint, aim.place), now, offered=bool(aim.wish.alpn))

    async def _way(self, aim: _Aim) -> socket.socket:
        """Return a socket on its way to the endpoint, or connected to the proxy before it."""
        proxy = aim.endpoint.way.proxy
        if aim.address is not None:
            return await _connected((aim.address,), aim)
        if proxy is None:
            return await self._link(aim.endpoint.host, aim.endpoint.port, aim)
        try:
            return await self._link(proxy.host, proxy.port, aim)
        except _GaveNothingError as nothing:
            said = f"the proxy {proxy.where} cannot be reached: {nothing.detail}"
            raise _GaveNothingError(Reason.PROXY, said) from None

    async def _link(self, host: str, port: int, aim: _Aim) -> socket.socket:
        return await _connected(await self._chosen(host, port, aim), aim)

    async def _chosen(self, host: str, port: int, aim: _Aim) -> tuple[Address, ...]:
        addresses = literal(host, port) or await self._addresses(host, port, aim)
        way = aim.endpoint.way
        if way is DIRECT:
            return addresses
        addresses = way.chosen(addresses)
        if not addresses:
            raise _GaveNothingError(Reason.DNS, f"{host} has no {way.words}")
        return addresses

    async def _addresses(self, host: str, port: int, aim: _Aim) -> tuple[Address, ...]:
        try:
            async with asyncio.timeout_at(aim.deadline):
                found = await self._resolver.addresses(host, port)
        except TimeoutError:
            said = f"no answer from name resolution {aim.within}"
        except OSError as error:
            said = error.strerror or str(error)
        else:
            if found:
                return found
            said = "the name has no address"
        raise _GaveNothingError(Reason.DNS, f"{host} cannot be resolved: {said}")


class _GaveNothingError(Exception):
    """A look ended before a connection stood; never leaves this file."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


async def _connected(addresses: tuple[Address, ...], aim: _Aim) -> socket.socket:
    """Return a socket that is connected or, alone and where the loop tells, on its way."""
    way = aim.endpoint.way
    try:
        # With a proxy it must stand first: a failure to connect is then the proxy's.
        if len(addresses) == 1 and way.proxy is None and tells_readiness(asyncio.get_running_loop()):
            return begin(addresses[0], way.source)
        async with asyncio.timeout_at(aim.deadline):
            return await connect(addresses, aim.target.policy.timeout, way.source)
    except TimeoutError:
        said = f"no answer to the connection request {aim.within}"
        raise _GaveNothingError(Reason.TIMEOUT, said) from None
    except NoneConnectedError as error:
        raise _GaveNothingError(error.reason, error.detail) from None
