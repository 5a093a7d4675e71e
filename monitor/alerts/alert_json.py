"""The fields that an alert has as JSON, in the API and in what webhooks are sent; they are published."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from monitor.alerts.alert import RenewalSteps
from monitor.alerts.decision import NotificationItem
from monitor.alerts.pending import common_label
from monitor.alerts.summarize import Summarized
from monitor.model import Message

_SECONDS_OF_DAY = 86_400


class Described(Summarized, Protocol):
    """An alert of the board, or an item of a notification."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """Return what is said of it."""


def alert_json(
    alert: Described, steps: Sequence[RenewalSteps], write: Callable[[Message], str], now: datetime
) -> dict[str, Any]:
    """Return the fields that an alert has wherever it is published; ``write`` writes for the reader."""
    expires_at = alert.certificate.not_after if alert.certificate else None
    impact = next((one.impact for one in steps if one.impact), None)
    return {
        "check": alert.check.value if alert.check else None,
        "level": alert.level.value if alert.level else None,
        "title": alert.title,
        "subject": alert.certificate.subject if alert.certificate else "",
        "messages": [write(one) for one in alert.messages],
        "since": alert.since.isoformat() if alert.since else None,
        "locations": [one.location for one in alert.locations],
        "not_after": expires_at.isoformat() if expires_at else None,
        "days_to_expiry": (expires_at - now).total_seconds() / _SECONDS_OF_DAY if expires_at else None,
        "impact": write(impact) if impact else "",
        "steps": [write(line) for one in steps for line in one.steps],
    }


def item_json(
    item: NotificationItem, write: Callable[[Message], str], now: datetime, url: str
) -> dict[str, Any]:
    """Return an item of a notification; what its locations have not in common is empty.

    ``url`` is its page, empty for none.
    """
    common = {name: common_label(name, item.locations) for name in ("owner", "site", "component")}
    shared = alert_json(item, item.renewal_steps, write, now)
    return {"id": item.alert_id, "url": url, "reason": item.reason.value, **shared, **common}
