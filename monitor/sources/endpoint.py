"""Look at a TLS endpoint: connect, shake hands, keep every certificate that was shown; judge nothing."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pydantic import Field, field_validator

from monitor import parse
from monitor.dialects import DIALECTS, PROTOCOLS
from monitor.model import Failure, Meaning, Part, Policy, Reason, Seen, Sighting, Target
from monitor.sources.address import join, read_address, read_host
from monitor.sources.connect import NoneConnectedError, begin, connect
from monitor.sources.exchange import exchange, tells_readiness
from monitor.sources.prepare import Preparing, UnpreparedError, spoken
from monitor.sources.resolve import Address, Resolving, literal
from monitor.sources.spoken import Talk
from monitor.sources.way import DIRECT, Endpoint, Way, WaySettings
from monitor.threads import ThreadPool

# What a port without encryption is met as: TLS on connect is not spoken, or not granted on request.
_PLAIN = (Reason.NOT_TLS, Reason.STARTTLS_REFUSED)


MOST_FACES = 32
"""So many addresses of one name are looked at; more are said to be too many."""


class EndpointSettings(WaySettings):
    """Hold the configuration of one TLS endpoint."""

    kind: Literal["endpoint"] = "endpoint"
    address: str = Field(description="host:port or [IPv6]:port; the protocol's usual port may be left out")
    protocol: str = Field(
        "tls",
        description=f"what is spoken before TLS, or around it: {', '.join(PROTOCOLS)}",
        json_schema_extra={"enum": list(PROTOCOLS)},
    )
    server_name: str | None = Field(None, description="name to ask for and to expect; the host if left out")
    preset: str = Field("", description="what is known of such a port beforehand: recording_server.media")
    public_names: tuple[str, ...] = Field(
        (), description="other names that clients are given for it; its certificate must carry them"
    )
    stands_in_for: tuple[str, ...] = Field((), description="hosts whose work it takes over when they fail")
    aliases: tuple[str, ...] = Field((), description="other names and addresses of the same machine")

    @field_validator("address")
    @classmethod
    def _address(cls, text: str) -> str:
        read_address(text)
        return text

    @field_validator("protocol")
    @classmethod
    def _protocol(cls, text: str) -> str:
        if text not in DIALECTS:
            raise ValueError(f"must be one of {', '.join(PROTOCOLS)}")
        return text

    @field_validator("server_name")
    @classmethod
    def _server_name(cls, text: str | None) -> str | None:
        return None if text is None else read_host(text)

    @field_validator("public_names", "stands_in_for", "aliases")
    @classmethod
    def _hosts(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(read_host, texts)))

    def target(self, policy: Policy) -> Target:
        """Return the target these settings describe."""
        host, port = read_address(self.address, DIALECTS[self.protocol].port)
        address = host.partition("%")[0]  # no certificate names a zone (fe80::1%eth0)
        name = self.server_name or address
        where = join(host, port)
        return Target(
            id=f"endpoint:{where}" + (f"/{name}" if name != address else ""),
            kind=self.kind,
            where=where,
            settings=Endpoint(host, port, name, self.protocol, self.way),
            policy=policy,
            labels=tuple(sorted(self.labels.items())),
            host=host,
            server_name=name,
            aliases=self.aliases,
            meaning=Meaning(title=self.title),
            part=Part(
                stands_in_for=self.stands_in_for,
                public_names=self.public_names,
                self_made=DIALECTS[self.protocol].self_made,
            ),
        )


class EndpointSource:
    """Look at endpoints; any number of looks may be under way at once."""

    def __init__(self, resolver: Resolving) -> None:
        """Use this resolver for names."""
        self._resolver = resolver
        self._preparing = Preparing()

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
        if endpoint.way.every:
            return await self._faces(endpoint, target, deadline)
        return await self._one(endpoint, target, deadline)

    async def _faces(self, endpoint: Endpoint, target: Target, deadline: float) -> Seen:
        """Look at every address of one name, all at once; each is a place, written as address and port."""
        try:
            found = await self._chosen(endpoint.host, endpoint.port, endpoint.way, target, deadline)
        except _GaveNothingError as nothing:
            return Seen(failures=(Failure(nothing.reason, nothing.detail),))
        addresses = sorted(found, key=lambda address: address.text)
        looks = [self._one(endpoint, target, deadline, address) for address in addresses[:MOST_FACES]]
        seen = joined(await asyncio.gather(*looks))
        if len(addresses) <= MOST_FACES:
            return seen
        said = f"{endpoint.host} has {len(addresses)} addresses; only {MOST_FACES} are looked at"
        return replace(seen, failures=(*seen.failures, Failure(Reason.DNS, said, target.where)))

    async def _one(
        self, endpoint: Endpoint, target: Target, deadline: float, address: Address | None = None
    ) -> Seen:
        """Look once: at one address, or at the first that answers."""
        place = target.where if address is None else join(address.text, endpoint.port)
        denied: tuple[Failure, ...] = ()
        try:
            if endpoint.way is DIRECT:
                handshake = spoken(endpoint)
                link = await self._link(endpoint.host, endpoint.port, endpoint.way, target, deadline)
            else:
                handshake, denied = await self._preparing.talk(endpoint, target)
                link = await self._way(endpoint, target, deadline, address)
        except UnpreparedError as error:
            return Seen(failures=(error.failure,))
        except _GaveNothingError as nothing:
            return Seen(failures=(*denied, Failure(nothing.reason, nothing.detail, place)))
        await exchange(link, handshake, deadline, _within(target))
        return _seen(handshake, target, place, denied)

    async def _way(
        self, endpoint: Endpoint, target: Target, deadline: float, address: Address | None
    ) -> socket.socket:
        """Return a socket on its way to the endpoint, or connected to the proxy before it."""
        way, proxy = endpoint.way, endpoint.way.proxy
        if address is not None:
            return await _connected((address,), way, target, deadline)
        if proxy is None:
            return await self._link(endpoint.host, endpoint.port, way, target, deadline)
        try:
            return await self._link(proxy.host, proxy.port, way, target, deadline)
        except _GaveNothingError as nothing:
            said = f"the proxy {proxy.where} cannot be reached: {nothing.detail}"
            raise _GaveNothingError(Reason.PROXY, said) from None

    async def _link(self, host: str, port: int, way: Way, target: Target, deadline: float) -> socket.socket:
        return await _connected(await self._chosen(host, port, way, target, deadline), way, target, deadline)

    async def _chosen(
        self, host: str, port: int, way: Way, target: Target, deadline: float
    ) -> tuple[Address, ...]:
        addresses = literal(host, port) or await self._addresses(host, port, target, deadline)
        if way is DIRECT:
            return addresses
        addresses = way.chosen(addresses)
        if not addresses:
            raise _GaveNothingError(Reason.DNS, f"{host} has no {way.words}")
        return addresses

    async def _addresses(self, host: str, port: int, target: Target, deadline: float) -> tuple[Address, ...]:
        try:
            async with asyncio.timeout_at(deadline):
                found = await self._resolver.addresses(host, port)
        except TimeoutError:
            said = f"no answer from name resolution {_within(target)}"
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


async def _connected(
    addresses: tuple[Address, ...], way: Way, target: Target, deadline: float
) -> socket.socket:
    """Return a socket that is connected or, alone and where the loop tells, on its way."""
    try:
        # With a proxy it must stand first: a failure to connect is then the proxy's.
        if len(addresses) == 1 and way.proxy is None and tells_readiness(asyncio.get_running_loop()):
            return begin(addresses[0], way.source)
        async with asyncio.timeout_at(deadline):
            return await connect(addresses, target.policy.timeout, way.source)
    except TimeoutError:
        said = f"no answer to the connection request {_within(target)}"
        raise _GaveNothingError(Reason.TIMEOUT, said) from None
    except NoneConnectedError as error:
        raise _GaveNothingError(error.reason, error.detail) from None


def _within(target: Target) -> str:
    return f"within {target.policy.timeout.total_seconds():g} s"


def _seen(handshake: Talk, target: Target, place: str, denied: tuple[Failure, ...]) -> Seen:
    trouble = handshake.trouble
    if trouble and trouble.reason in _PLAIN and _may_be_plain(target):
        trouble = None
    sightings: list[Sighting] = []
    failures = list(denied)
    if trouble:
        failures.append(Failure(trouble.reason, trouble.detail, place))
    ders: dict[str, bytes] = {}
    for position, der in enumerate(handshake.chain):
        try:
            certificate = parse.certificate(der)
        except parse.UnreadableCertificateError as error:
            detail = f"certificate {position} of the chain cannot be read: {error}"
            failures.append(Failure(Reason.BAD_CERTIFICATE, detail, place))
        else:
            sightings.append(Sighting(place, position, certificate))
            ders[certificate.sha256] = der
    return Seen(tuple(sightings), tuple(failures), ders, handshake.encrypted)


def joined(faces: Sequence[Seen]) -> Seen:
    """Return as one what several places gave; it is encrypted when all of them are that told."""
    told = {seen.encrypted for seen in faces} - {None}
    return Seen(
        tuple(one for seen in faces for one in seen.sightings),
        tuple(dict.fromkeys(one for seen in faces for one in seen.failures)),
        {sha256: der for seen in faces for sha256, der in seen.ders.items()},
        (False not in told) if told else None,
    )


def _may_be_plain(target: Target) -> bool:
    """Return whether a plain answer is a state to be judged, and no failure."""
    return target.part.plain_possible or target.policy.encryption in ("any", "off")
