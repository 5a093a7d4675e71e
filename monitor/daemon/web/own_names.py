"""The names of this machine."""

import asyncio
from contextlib import suppress
from socket import getfqdn, gethostname

from monitor.addresses import read_host
from monitor.threads import ThreadPool

_PATIENCE = 2.0
"""Seconds: the whole name may come from DNS, and the start must not wait for a server that is silent."""


async def own_names() -> frozenset[str]:
    """Return the host name and, where it is known in time, the whole name, both in lower case."""
    pool = ThreadPool("own name", 1)
    names = [gethostname()]
    try:
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(_PATIENCE):
                names.append(await pool.run(getfqdn))
    finally:
        pool.close()
    return frozenset(_readable(names))


def _readable(names: list[str]) -> list[str]:
    readable = []
    for name in names:
        with suppress(ValueError):
            readable.append(read_host(name))
    return readable
