"""The level at which the expiry of each certificate stands, by the findings of the last judgment."""

from collections.abc import Mapping

from monitor.model import Check, Severity, Snapshot

Levels = Mapping[str, Severity]
"""Levels by SHA-256."""

_EXPIRING = (Check.EXPIRY, Check.CA_EXPIRY)


def expiry_levels(snapshot: Snapshot) -> dict[str, Severity]:
    """Return by SHA-256 the worst severity of the findings about a certificate's expiry, ok ones left out."""
    levels: dict[str, Severity] = {}
    for state in snapshot.states.values():
        for finding in state.assessment.findings:
            if finding.check in _EXPIRING:
                known = levels.get(finding.sha256)
                if known is None or finding.severity.rank > known.rank:
                    levels[finding.sha256] = finding.severity
    return levels
