"""Judge what shows only when a machine's certificate stores and what its ports serve are compared; pure.

``joining`` builds one ``MachineView`` per machine, once; each other file judges all of them. Where neither a
store nor a certificate file is watched this costs next to nothing, and nothing of it is loaded.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.machines import has_certificates
from monitor.model import Finding, Snapshot

__all__ = ["store_vs_endpoint"]


def store_vs_endpoint(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:
    """Return by target id the findings that need both a machine's stores and its ports."""
    if not any(map(has_certificates, snapshot)):
        return iter(())
    from monitor.assess.correlate.store_vs_endpoint.findings import findings  # noqa: PLC0415 - see above

    return findings(snapshot, now)
