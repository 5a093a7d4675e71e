"""Find what shows only across targets, and gather it by target.

It must not change any target's own judgment; what it finds is added beside it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from monitor.assess.both_sides import both_sides
from monitor.assess.failover import failovers_older
from monitor.assess.inconsistent import inconsistent
from monitor.assess.mixed import mixed_encryption
from monitor.assess.recorders import recorders_out_of_step
from monitor.assess.renewal_window import renewal_windows
from monitor.assess.revoked import revoked
from monitor.assess.stale import stale_discoveries
from monitor.model import Finding, Snapshot

_QUESTIONS: tuple[Callable[[Snapshot, datetime], Iterator[tuple[str, Finding]]], ...] = (
    inconsistent,
    recorders_out_of_step,
    failovers_older,
    mixed_encryption,
    stale_discoveries,
    both_sides,
    revoked,
    renewal_windows,
)


def correlate(snapshot: Snapshot, now: datetime) -> dict[str, tuple[Finding, ...]]:
    """Return by target id the findings that need several targets.

    ``inconsistent``: one server name answers with different leaf certificates at different hosts.
    ``recorder_pair``: of the two certificates of one recorder only one was renewed.
    ``failover_older``: a failover server's certificate ends before those of all that it stands in for.
    ``encryption``: of the recorders of one site some are encrypted and some are not.
    ``discovery_stale``: the list of targets could not be had for some time.
    ``not_deployed``, ``binding_stale``, ``key_missing``, ``key_inaccessible``, ``not_in_store`` and
    ``ca_not_installed`` need a machine's stores and what its ports serve.
    ``revoked`` and ``revocation_unknown``: what issuers said, which is known beside the looks.
    ``renewal_window``: the CA suggested to renew and nobody did, or wants it earlier than usual.
    """
    found: dict[str, list[Finding]] = defaultdict(list)
    for question in _QUESTIONS:
        for target_id, finding in question(snapshot, now):
            found[target_id].append(finding)
    return {target_id: tuple(findings) for target_id, findings in found.items()}
