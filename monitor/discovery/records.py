"""Look up SRV and MX records, which the system's resolver functions do not offer.

It must not look up addresses: those come from the resolver that endpoints use, including the hosts file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from monitor.discovery import texts
from monitor.discovery.base import DiscoveryResult
from monitor.model import DiscoveredTarget, Failure, FailureReason, Message, text
from monitor.parse import display
from monitor.threads import ThreadPool

LONGEST = 10.0
"""Seconds that a lookup may take, all name servers and repetitions together."""


class Record(NamedTuple):
    """One SRV (RFC 2782) or MX (RFC 5321 section 5) record; ``host`` is empty where it was ``.``."""

    order: tuple[int, int]
    host: str
    port: int


class LookUpError(Exception):
    """A lookup returned no records; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


class Records(Protocol):
    """A lookup of DNS records."""

    async def of(self, name: str, kind: str) -> tuple[Record, ...]:
        """Return the records of a kind (SRV or MX), best first; raise ``LookUpError`` when there are none."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...


class SystemRecords:
    """A lookup of DNS records at the system's name servers or at given ones."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53, longest: float = LONGEST) -> None:
        """Prepare without starting a thread; ``servers`` are IP addresses, by default the system's."""
        self._servers = tuple(servers)
        self._port = port
        self._longest = longest
        self._pool = ThreadPool("dns records", 2)

    async def of(self, name: str, kind: str) -> tuple[Record, ...]:
        """Return the records of a kind (SRV or MX), best first; raise ``LookUpError`` when there are none."""
        return await self._pool.run(self._look_up, name, kind)

    def close(self) -> None:
        """Close the thread pool."""
        self._pool.close()

    def _look_up(self, name: str, kind: str) -> tuple[Record, ...]:
        import dns.exception  # noqa: PLC0415 - a large library, only for those who have such an entry
        import dns.name  # noqa: PLC0415 - as above
        import dns.resolver  # noqa: PLC0415 - as above

        try:
            # Read each time: name servers change, on laptops and with DHCP leases.
            resolver = dns.resolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers, resolver.port = list(self._servers), self._port
            answer = resolver.resolve(dns.name.from_text(name), kind, lifetime=self._longest)
        except dns.resolver.NXDOMAIN:
            raise LookUpError(texts.NAME_NOT_FOUND) from None
        except dns.resolver.NoAnswer:
            raise LookUpError(texts.no_record(kind=kind)) from None
        except dns.exception.Timeout:
            raise LookUpError(texts.no_dns_answer(timeout=timedelta(seconds=self._longest))) from None
        except dns.resolver.NoNameservers:
            raise LookUpError(texts.NO_USABLE_ANSWER) from None
        except dns.resolver.NoResolverConfiguration:
            raise LookUpError(texts.NO_NAME_SERVERS) from None
        except (dns.exception.DNSException, OSError) as error:
            raise LookUpError(text(display(str(error) or type(error).__name__))) from None
        return tuple(sorted(_record(one, kind) for one in answer))


@dataclass(frozen=True, slots=True)
class Query:
    """A name to look up (``kind`` is SRV or MX) and the notes about records that name no server.

    ``none_note`` is for the target ``.``, which means that there is no server; ``invalid_note`` returns the
    one for an invalid host.
    """

    name: str
    kind: str
    none_note: str
    invalid_note: Callable[[Record], str]


async def servers(
    records: Records, query: Query, found: Callable[[Record], DiscoveredTarget], location: str
) -> DiscoveryResult:
    """Return the targets for the records of a name, in their order and each address once.

    ``found`` raises ``ValueError`` for a record with an invalid host; ``location`` is used in failures.
    """
    try:
        answer = await records.of(query.name, query.kind)
    except LookUpError as error:
        said = texts.lookup_failed(name=query.name, problem=error.message)
        failure = Failure(FailureReason.DNS, said, location)
        return DiscoveryResult(failures=(failure,))
    known: dict[str, DiscoveredTarget] = {}
    notes: list[str] = []
    for record in answer:
        if not record.host:
            notes.append(query.none_note)
            continue
        try:
            one = found(record)
        except ValueError:
            notes.append(query.invalid_note(record))
        else:
            known.setdefault(one.address, one)
    return DiscoveryResult(tuple(known.values()), (), tuple(notes))


def _record(one: Any, kind: str) -> Record:
    if kind == "SRV":
        return Record((one.priority, -one.weight), _host(one.target), one.port)
    return Record((one.preference, 0), _host(one.exchange), 0)


def _host(name: object) -> str:
    return str(name).lower().removesuffix(".")
