"""How much is in which state, as JSON: what a page over many monitors needs."""

from typing import Any

from monitor.model import AlertLevel
from monitor.web.pages.frame import Reader
from monitor.web.queries.overview import TargetFacts, count_alerts
from monitor.web.services.health_json import health_json


def summary_json(reader: Reader, facts: TargetFacts) -> dict[str, Any]:
    """Return the counts of alerts and targets, the next expiry, and when targets were checked."""
    alerts, health = count_alerts(reader.snapshot.alerts), reader.health
    upcoming = next(iter(facts.upcoming), None)
    targets, checked = facts.counts, facts.checked
    return {
        "instance": {"name": health.name, "customer": health.customer},
        "now": reader.writer.now.isoformat(),
        "ok": health.ok and not alerts.urgent,
        "health": {"ok": health.ok, **health_json(health, reader.writer)},
        "alerts": {
            **{level.value: alerts.levels[level] for level in reversed(AlertLevel)},
            "acknowledged": alerts.acknowledged,
            "silenced": alerts.silenced,
        },
        "targets": {
            "watched": targets.watched,
            "need_action": targets.need_action,
            "unreachable": targets.unreachable,
            "standby": targets.standby,
            "not_checked": targets.not_checked,
            "fine": targets.fine,
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
