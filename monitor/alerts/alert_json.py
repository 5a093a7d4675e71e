"""The fields that an alert has as JSON, in the API and in what webhooks are sent; they are published."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from monitor.alerts.alert import RenewalSteps
from monitor.alerts.decision import NotificationItem, NotifiedReceiver, NotifyReason
from monitor.alerts.resolution.pending import common_label
from monitor.alerts.summarize import Summarized
from monitor.model import AlertResolution, Message

_SECONDS_OF_DAY = 86_400
_RESOLUTIONS = {
    NotifyReason.RENEWED: AlertResolution.RENEWED,
    NotifyReason.RESOLVED: AlertResolution.RESOLVED,
    NotifyReason.REACHABLE_AGAIN: AlertResolution.REACHABLE_AGAIN,
}


class Described(Summarized, Protocol):
    """An alert of the board, or an item of a notification."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """Return its messages."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who acknowledged an alert, until when, and what is being done; without an end until it is ended."""

    by: str
    until: datetime | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What is known of an alert beside what it says.

    ``url`` is its page, empty for none; ``resolved_at`` is not known where a notification says that it is
    over; ``owner``, ``site`` and ``component`` are empty where its targets
    differ.
    """

    id: str
    url: str
    targets: Sequence[str]
    owner: str
    site: str
    component: str
    acknowledged: Acknowledgement | None
    silenced: bool
    notified: Iterable[NotifiedReceiver]
    waiting: bool = False
    resolved_at: datetime | None = None
    resolution: AlertResolution | None = None


def alert_json(
    alert: Described,
    facts: AlertFacts,
    steps: Sequence[RenewalSteps],
    write: Callable[[Message], str],
    now: datetime,
) -> dict[str, Any]:
    """Return an alert as it is published everywhere; ``write`` writes for the reader."""
    expires_at = alert.certificate.not_after if alert.certificate else None
    impact = next((one.impact for one in steps if one.impact), None)
    return {
        "id": facts.id,
        "url": facts.url,
        "check": alert.check.value if alert.check else None,
        "level": alert.level.value if alert.level else None,
        "title": alert.title,
        "subject": alert.certificate.subject if alert.certificate else "",
        "messages": [write(one) for one in alert.messages],
        "since": _instant(alert.since),
        "targets": list(facts.targets),
        "locations": [one.location for one in alert.locations],
        "not_after": _instant(expires_at),
        "days_to_expiry": (expires_at - now).total_seconds() / _SECONDS_OF_DAY if expires_at else None,
        "owner": facts.owner,
        "site": facts.site,
        "component": facts.component,
        "impact": write(impact) if impact else "",
        "steps": [write(line) for one in steps for line in one.steps],
        "acknowledged": _acknowledged(facts.acknowledged),
        "silenced": facts.silenced,
        "notified": [
            {"receiver": one.receiver, "level": one.level.value, "at": _instant(one.at)}
            for one in facts.notified
        ],
        "waiting": facts.waiting,
        "resolved_at": _instant(facts.resolved_at),
        "resolution": facts.resolution.value if facts.resolution else None,
    }


def item_json(
    item: NotificationItem,
    write: Callable[[Message], str],
    now: datetime,
    url: str,
    acknowledged: Acknowledgement | None = None,
) -> dict[str, Any]:
    """Return an item of a notification: the alert as it was when the notification was decided, and why."""
    facts = AlertFacts(
        id=item.alert_id,
        url=url,
        targets=item.targets,
        owner=common_label("owner", item.locations),
        site=common_label("site", item.locations),
        component=common_label("component", item.locations),
        acknowledged=acknowledged,
        silenced=item.silenced,
        notified=item.notified,
        resolution=_RESOLUTIONS.get(item.reason),
    )
    return {"reason": item.reason.value, **alert_json(item, facts, item.renewal_steps, write, now)}


def _acknowledged(one: Acknowledgement | None) -> dict[str, Any] | None:
    return {"by": one.by, "until": _instant(one.until), "comment": one.comment} if one else None


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
