"""Judge a location that shows another certificate at every probe.

Machines that answer in turn are none: their certificates come back, and former leaves that come back are
forgotten.
"""

from collections.abc import Iterable, Iterator

from monitor.assess.texts import FLAPPING
from monitor.model import Check, Finding, FormerLeaf, Severity, Target

CHANGES = 3
"""Good probes in a row that each showed a certificate never seen before; a corrected renewal is two."""


def flapping(former_leaves: Iterable[FormerLeaf]) -> tuple[str, ...]:
    """Return the locations of a target whose certificate changes at every probe."""
    latest = [one for one in former_leaves if one.probes <= CHANGES and one.new is not None]
    if len({one.probes for one in latest}) < CHANGES:
        return ()
    return tuple(dict.fromkeys(one.location for one in latest if one.probes == 1))


def steady(former_leaves: Iterable[FormerLeaf]) -> bool:
    """Return whether no certificate of a target changed at the last probes."""
    return all(one.probes >= CHANGES for one in former_leaves)


def flapping_findings(target: Target, locations: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding for each location whose certificate changes at every probe."""
    severity = target.policy.severity(Check.FLAPPING, Severity.WARNING)
    if severity is not None:
        for location in locations:
            yield Finding(Check.FLAPPING, severity, FLAPPING, location=location)
