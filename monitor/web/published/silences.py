"""Acknowledgements and silences as JSON."""

from typing import Any

from monitor.model import Silence


def silence_json(one: Silence) -> dict[str, Any]:
    """Return one that lasts or has ended."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "match": {matcher.name: list(matcher.values) for matcher in one.matchers},
        "alert": one.alert_id or None,
        "starts_at": one.starts_at.isoformat(),
        "until": one.ends_at.isoformat() if one.ends_at else None,
        "reason": one.reason,
        "by": one.by,
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "ended_by": one.ended_by or None,
    }
