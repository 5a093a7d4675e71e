"""Judge what shows only when a machine's stores and what its ports serve are seen together; pure.

``joined`` brings both together once, ``successor`` and ``rights`` say what follows what and who may read;
each other file is one question. It costs next to nothing where neither a store nor a file is watched.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.bindings import bindings_stale
from monitor.assess.correlate.store_vs_endpoint.installed import cas_not_installed
from monitor.assess.correlate.store_vs_endpoint.joined import sides
from monitor.assess.correlate.store_vs_endpoint.keys import keys_missing
from monitor.assess.correlate.store_vs_endpoint.not_in_store import not_in_store
from monitor.assess.correlate.store_vs_endpoint.readers import keys_inaccessible
from monitor.assess.correlate.store_vs_endpoint.served_old import olds, served_old
from monitor.model import Finding, Snapshot

__all__ = ["store_vs_endpoint"]


def store_vs_endpoint(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield by target id the findings that need a machine's stores and its ports."""
    found = sides(snapshot)
    if not found:
        return
    several = olds(found, now)
    yield from served_old(several, now)
    yield from bindings_stale(found, several, now)
    yield from keys_missing(found, now)
    yield from keys_inaccessible(found, now)
    yield from not_in_store(found, now)
    yield from cas_not_installed(snapshot, found, now)
