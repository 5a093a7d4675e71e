"""The findings of all machines, from their views."""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.bindings import stale_bindings
from monitor.assess.correlate.store_vs_endpoint.joining import machine_views
from monitor.assess.correlate.store_vs_endpoint.missing_from_store import missing_cas, missing_leaves
from monitor.assess.correlate.store_vs_endpoint.not_deployed import not_deployed, outdated_leaves
from monitor.assess.correlate.store_vs_endpoint.private_keys import inaccessible_keys, missing_keys
from monitor.model import Finding, Snapshot


def findings(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield by target id the findings that need both a machine's stores and its ports."""
    views = machine_views(snapshot)
    outdated = outdated_leaves(views, now)
    yield from not_deployed(outdated, now)
    yield from stale_bindings(views, outdated, now)
    yield from missing_keys(views, now)
    yield from inaccessible_keys(views)
    yield from missing_leaves(views)
    yield from missing_cas(snapshot, views, now)
