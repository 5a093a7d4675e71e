"""Findings, the history of certificates and the outcomes of probes as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from monitor.messages import Writer, parameters
from monitor.model import Check, Finding, Snapshot
from monitor.store import HistoryEntry, OutcomePeriod


def findings_json(
    snapshot: Snapshot, writer: Writer, *, target: str = "", check: Check | None = None
) -> Iterator[dict[str, Any]]:
    """Yield every finding, by target; ``target`` and ``check`` narrow them down."""
    ids = [target] if target else snapshot.states
    for target_id in ids:
        for one in snapshot.findings(target_id) if target_id in snapshot.states else ():
            if check is None or one.check is check:
                yield _finding(target_id, one, writer)


def _finding(target_id: str, one: Finding, writer: Writer) -> dict[str, Any]:
    return {
        "target": target_id,
        "check": one.check.value,
        "severity": one.severity.value,
        "certificate": one.sha256 or None,
        "location": one.location or None,
        "code": one.message.code,
        "parameters": parameters(one.message),
        "message": writer.write(one.message),
    }


def history_json(entries: Iterable[HistoryEntry], snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return when certificates were seen at targets that may be seen, newest first."""
    return [
        {
            "target": one.target_id,
            "location": one.location,
            "position": one.position,
            "certificate": one.sha256,
            "subject": one.subject,
            "not_after": one.not_after.isoformat(),
            "first_seen_at": one.first_seen_at.isoformat(),
            "last_seen_at": one.last_seen_at.isoformat(),
            "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            "replaced_by": one.replaced_by or None,
        }
        for one in entries
        if one.target_id in snapshot.states
    ]


def outcomes_json(periods: Iterable[OutcomePeriod]) -> list[dict[str, Any]]:
    """Return when the probes of a target succeeded, and when and why they failed, newest first."""
    return [
        {
            "up": one.reason is None,
            "reason": one.reason.value if one.reason else None,
            "since": one.began_at.isoformat(),
            "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        }
        for one in periods
    ]
