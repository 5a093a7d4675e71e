"""Judge a whole snapshot: what shows only across targets, and what issuers said beside the probes; pure.

It must not change any target's own assessment: its findings are kept separately, by target.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from monitor.assess.correlate.failover import failovers_older
from monitor.assess.correlate.inconsistent import inconsistent
from monitor.assess.correlate.mixed_encryption import mixed_encryption
from monitor.assess.correlate.recorders import recorders_out_of_step
from monitor.assess.correlate.renewal_window import renewal_windows
from monitor.assess.correlate.revoked import revoked
from monitor.assess.correlate.store_vs_endpoint import store_vs_endpoint
from monitor.assess.correlate.target_lists import target_lists
from monitor.model import Finding, Snapshot

_QUESTIONS: tuple[Callable[[Snapshot, datetime], Iterator[tuple[str, Finding]]], ...] = (
    inconsistent,
    recorders_out_of_step,
    failovers_older,
    mixed_encryption,
    target_lists,
    store_vs_endpoint,
    revoked,
    renewal_windows,
)


def correlate(snapshot: Snapshot, now: datetime) -> dict[str, tuple[Finding, ...]]:
    """Return by target id the findings that take more than one target's own observation.

    ``inconsistent``: one server name answers with different leaf certificates at different hosts.
    ``recorder_pair``: of the two certificates of one recorder only one was renewed.
    ``failover_older``: a failover server's certificate expires before those of all servers it can replace.
    ``encryption``: of the recorders of one site some are encrypted and some are not.
    ``discovery_stale``: a target list could not be fetched for some time.
    ``targets_left_out``: a target list has more targets than ``limits.targets`` leaves room for.
    ``not_deployed``, ``binding_stale``, ``key_missing``, ``key_inaccessible``, ``not_in_store`` and
    ``ca_not_installed`` compare a machine's certificate stores with what its ports serve.
    ``revoked`` and ``revocation_unknown``: what issuers said, which is asked for beside the probes.
    ``renewal_window``: the CA suggested a renewal that did not happen, or wants it earlier than usual.
    """
    found: dict[str, list[Finding]] = defaultdict(list)
    for question in _QUESTIONS:
        for target_id, finding in question(snapshot, now):
            found[target_id].append(finding)
    return {target_id: tuple(findings) for target_id, findings in found.items()}
