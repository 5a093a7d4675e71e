"""Targets as JSON; the fields are published."""

from collections.abc import Sequence
from typing import Any

from monitor.messages import Writer
from monitor.model import Finding, TargetState
from monitor.web.queries.targets.rows import TargetRow, problems_of

_SECONDS_OF_DAY = 86_400


def target_json(
    row: TargetRow, state: TargetState, findings: Sequence[Finding], writer: Writer
) -> dict[str, Any]:
    """Return one target with what is wrong with it."""
    target, expires_at = state.target, row.expires_at
    return {
        "id": target.id,
        "state": row.states[0],
        "level": row.levels[0],
        "title": row.title,
        "kind": target.kind,
        "location": target.location,
        "host": target.host,
        "zone": target.zone,
        "labels": dict(target.labels),
        "site": target.label("site"),
        "component": target.label("component"),
        "owner": target.label("owner"),
        "note": target.info.note,
        "checks": list(row.checks),
        "messages": [writer.write(one) for one in problems_of(state, findings)],
        "expires_at": expires_at.isoformat() if expires_at else None,
        "days_to_expiry": (expires_at - writer.now).total_seconds() / _SECONDS_OF_DAY if expires_at else None,
        "certificates": list(dict.fromkeys(one.certificate.sha256 for one in state.sightings)),
        "probed_at": state.probed_at.isoformat() if state.probed_at else None,
        "succeeded_at": state.succeeded_at.isoformat() if state.succeeded_at else None,
        "failed_probes": state.failed_probes,
    }
