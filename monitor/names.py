"""Name look-ups on threads of their own: a hung resolver must not hold up anything else."""

import asyncio
import ipaddress
import socket
from typing import Protocol

from monitor.model import Failure, Reason
from monitor.threads import ThreadPool


class Resolver(Protocol):
    """Turn a name into addresses."""

    async def addresses(self, name: str, timeout: float) -> tuple[str, ...] | Failure:  # noqa: ASYNC109 - the caller's policy gives the bound
        """Return the addresses of a name, or why there are none, within ``timeout`` seconds."""
        ...


class SystemResolver:
    """Ask the operating system, hosts file included."""

    def __init__(self, threads: int = 16) -> None:
        """Keep at most ``threads`` look-ups under way; more wait for their turn."""
        self.pool = ThreadPool("names", threads)

    async def addresses(self, name: str, timeout: float) -> tuple[str, ...] | Failure:  # noqa: ASYNC109 - see Resolver
        """Return every distinct address in ascending order, IPv4 before IPv6."""
        try:
            found = await asyncio.wait_for(self.pool.run(_lookup, name), timeout)
        except TimeoutError:
            return Failure(Reason.TIMEOUT, f"looking up {name} took longer than {timeout:g} s", name)
        except (OSError, UnicodeError) as error:
            return Failure(Reason.DNS, f"{name} cannot be looked up: {_why(error)}", name)
        return found or Failure(Reason.DNS, f"{name} has no address", name)


def _lookup(name: str) -> tuple[str, ...]:
    found = {
        str(sockaddr[0])
        for family, _, _, _, sockaddr in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        if family in (socket.AF_INET, socket.AF_INET6)
    }
    return tuple(sorted(found, key=_order))


def _order(address: str) -> tuple[int, int, str]:
    parsed = ipaddress.ip_address(address)
    return parsed.version, int(parsed), address


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, UnicodeError):
        return "it is no valid host name"
    return error.strerror or str(error)
