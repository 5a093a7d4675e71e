"""Look up DNS records that the system's own resolver functions do not give, at the system's name servers.

It must not look up addresses: those come from the resolver that endpoints use, hosts file and all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from monitor.discovery.base import DiscoveryResult
from monitor.model import DiscoveredTarget, Failure, FailureReason
from monitor.parse import display
from monitor.threads import ThreadPool

LONGEST = 10.0
"""Seconds that a probe-up may take, all name servers and repetitions together."""


class Record(NamedTuple):
    """One SRV (RFC 2782) or MX (RFC 5321 section 5) record; ``host`` is empty where it was ``.``."""

    order: tuple[int, int]
    host: str
    port: int


class LookUpError(Exception):
    """A probe-up gave no records; the text says why."""


class Records(Protocol):
    """Look up records."""

    async def of(self, name: str, kind: str) -> tuple[Record, ...]:
        """Return the records of a kind (SRV or MX), best first; raise ``LookUpError`` when there are none."""
        ...

    def close(self) -> None:
        """Let go of everything held."""
        ...


class SystemRecords:
    """Ask the name servers that the system is configured with, or given ones."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53, longest: float = LONGEST) -> None:
        """Start no thread yet; without ``servers`` (IP addresses) the system's configuration counts."""
        self._servers = tuple(servers)
        self._port = port
        self._longest = longest
        self._pool = ThreadPool("dns records", 2)

    async def of(self, name: str, kind: str) -> tuple[Record, ...]:
        """Return the records of a kind (SRV or MX), best first; raise ``LookUpError`` when there are none."""
        return await self._pool.run(self._look_up, name, kind)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.close()

    def _look_up(self, name: str, kind: str) -> tuple[Record, ...]:
        import dns.exception  # noqa: PLC0415 - a large library, only for those who have such an entry
        import dns.name  # noqa: PLC0415 - as above
        import dns.resolver  # noqa: PLC0415 - as above

        try:
            # Read anew each time: a laptop or a lease may have got other name servers meanwhile.
            resolver = dns.resolver.Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers, resolver.port = list(self._servers), self._port
            answer = resolver.resolve(dns.name.from_text(name), kind, lifetime=self._longest)
        except dns.resolver.NXDOMAIN:
            raise LookUpError("the name does not exist") from None
        except dns.resolver.NoAnswer:
            raise LookUpError(f"it has no {kind} record") from None
        except dns.exception.Timeout:
            raise LookUpError(f"no answer within {self._longest:g} s") from None
        except dns.resolver.NoNameservers:
            raise LookUpError("no name server gave a usable answer") from None
        except dns.resolver.NoResolverConfiguration:
            raise LookUpError("this machine has no name servers configured") from None
        except (dns.exception.DNSException, OSError) as error:
            raise LookUpError(display(str(error) or type(error).__name__)) from None
        return tuple(sorted(_record(one, kind) for one in answer))


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked up (``kind`` is SRV or MX) and what to note of records that are no servers.

    ``none`` is told of ``.``, a server that is said not to be there; ``odd`` of a host that cannot be one.
    """

    name: str
    kind: str
    none: str
    odd: Callable[[Record], str]


async def servers(
    records: Records, query: Query, found: Callable[[Record], DiscoveredTarget], location: str
) -> DiscoveryResult:
    """Return what the records of a name lead to, in their order and each address once.

    ``found`` raises ``ValueError`` for a record that names no possible server; ``location`` is a failure's.
    """
    try:
        answer = await records.of(query.name, query.kind)
    except LookUpError as error:
        failure = Failure(FailureReason.DNS, f"{query.name} cannot be looked up: {error}", location)
        return DiscoveryResult(failures=(failure,))
    known: dict[str, DiscoveredTarget] = {}
    notes: list[str] = []
    for record in answer:
        if not record.host:
            notes.append(query.none)
            continue
        try:
            one = found(record)
        except ValueError:
            notes.append(query.odd(record))
        else:
            known.setdefault(one.address, one)
    return DiscoveryResult(tuple(known.values()), (), tuple(notes))


def _record(one: Any, kind: str) -> Record:
    if kind == "SRV":
        return Record((one.priority, -one.weight), _host(one.target), one.port)
    return Record((one.preference, 0), _host(one.exchange), 0)


def _host(name: object) -> str:
    return str(name).lower().removesuffix(".")
