"""Discoveries as JSON; the fields are published."""

from typing import Any

from monitor.messages import Writer
from monitor.web.queries.targets.discovery_rows import DiscoveryRow


def discovery_json(row: DiscoveryRow, writer: Writer) -> dict[str, Any]:
    """Return one discovery."""
    one = row.discovery
    return {
        "id": one.id,
        "state": row.states[0],
        "kind": row.kinds[0],
        "target": one.target_id or None,
        "found": one.found,
        "left_out": one.left_out,
        "asked_at": one.asked_at.isoformat() if one.asked_at else None,
        "succeeded_at": one.succeeded_at.isoformat() if one.succeeded_at else None,
        "failed": one.failed,
        "messages": [writer.write(failure.message) for failure in one.failures],
    }
