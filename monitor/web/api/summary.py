"""How much is in which state, as JSON: what a page over many monitors needs."""

from typing import Any

from monitor.model import AlertLevel
from monitor.web.pages.frame import Reader
from monitor.web.queries.overview import TargetFacts, overview


def summary_json(reader: Reader, facts: TargetFacts) -> dict[str, Any]:
    """Return the counts of alerts and targets, the next expiry, and when targets were checked."""
    shown, health = overview(reader.snapshot, facts, (), reader.writer.now), reader.health
    upcoming = next(iter(shown.upcoming), None)
    checked = shown.checked
    return {
        "instance": {"name": health.name, "customer": health.customer},
        "now": reader.writer.now.isoformat(),
        "ok": health.ok and not shown.urgent,
        "health": {"ok": health.ok, "problems": list(health.problems)},
        "alerts": {
            **{level.value: shown.levels[level] for level in reversed(AlertLevel)},
            "acknowledged": shown.acknowledged,
            "silenced": shown.silenced,
        },
        "targets": {
            "watched": shown.targets.watched,
            "need_action": shown.targets.need_action,
            "unreachable": shown.targets.unreachable,
            "standby": shown.targets.standby,
            "not_checked": shown.targets.not_checked,
            "fine": shown.targets.fine,
        },
        "next_expiry": {
            "not_after": upcoming.expires_at.isoformat(),
            "title": upcoming.title,
            "location": upcoming.location,
            "certificate": upcoming.certificate.sha256,
        }
        if upcoming
        else None,
        "last_checked": {"oldest": checked[0].isoformat(), "newest": checked[1].isoformat()}
        if checked
        else None,
    }
