"""A notification as JSON for programs: the fields of an alert are those of the API; they are published."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from monitor.alerts.alert_json import Acknowledgement, item_json
from monitor.alerts.decision import Inventory, NotificationItem
from monitor.alerts.digest import Digest, Heartbeat
from monitor.alerts.payload import Content, from_json, remarks_in
from monitor.delivery.links import NO_LINKS, Links, LinksNow
from monitor.messages import Writer
from monitor.model import Message, Notification, NotificationKind

MOST_SHORT = 40
"""Alerts of the short form, which is sent where the complete one was refused for its size."""

_COUNTS = ("watched", "need_action", "unreachable", "not_probed", "standby", "not_sent", "fine")


def body(
    notification: Notification,
    writer: Writer,
    monitor: Message,
    links: Links = NO_LINKS,
    *,
    full: bool = True,
) -> bytes:
    """Return the JSON of a notification; raise ``UnreadablePayloadError`` for one that is unreadable.

    Unless it is ``full``, alerts have neither impact nor steps.
    """
    test = notification.kind is NotificationKind.TEST
    content: Content = () if test else from_json(notification.payload)
    remarks = () if test else remarks_in(notification.payload)
    alerts = _alerts(content, writer, links)
    if not full:
        alerts = [one | {"impact": "", "steps": []} for one in alerts]
    kept = alerts[:MOST_SHORT] if notification.short else alerts
    document = {
        "id": notification.id,
        "sent_at": writer.now.isoformat(),
        "instance": writer.write(monitor),
        "kind": notification.kind.value,
        "remarks": [writer.write(one) for one in dict.fromkeys((*notification.remarks, *remarks))],
        "alerts": kept,
        "left_out": len(alerts) - len(kept),
        **_inventory(content, writer),
        **_heartbeat(content),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def renderer(
    monitor: Callable[[], Message],
    writer: Callable[[datetime], Writer],
    links: LinksNow,
    *,
    full: bool = True,
) -> Callable[[Notification, datetime], bytes]:
    """Return what renders notifications."""

    def render(notification: Notification, now: datetime) -> bytes:
        return body(notification, writer(now), monitor(), links(), full=full)

    return render


def _alerts(content: Content, writer: Writer, links: Links) -> list[dict[str, Any]]:
    def written(item: NotificationItem, acknowledged: Acknowledgement | None = None) -> dict[str, Any]:
        return item_json(item, writer.write, writer.now, links.alert(item.alert_id), acknowledged)

    if isinstance(content, Inventory):
        return [written(one) for one in content.items]
    if isinstance(content, Digest):
        taken_on = [
            written(one.item, Acknowledgement(one.by, one.until, one.comment)) for one in content.acknowledged
        ]
        return [
            *map(written, (*content.new, *content.open)),
            *taken_on,
            *map(written, content.over),
        ]
    return [] if isinstance(content, Heartbeat) else [written(one) for one in content]


def _inventory(content: Content, writer: Writer) -> dict[str, Any]:
    """Return what only the inventory has: counts of targets, and the hosts that are unreachable."""
    if not isinstance(content, Inventory):
        return {}
    hosts = [
        {
            "title": one.title,
            "locations": list(one.locations),
            "reasons": [writer.write(reason) for reason in one.reasons],
        }
        for one in content.unreachable_hosts
    ]
    return {"counts": {name: getattr(content, name) for name in _COUNTS}, "unreachable_hosts": hosts}


def _heartbeat(content: Content) -> dict[str, Any]:
    """Return what only a heartbeat has, alone or in a digest."""
    heartbeat = content.heartbeat if isinstance(content, Digest) else content
    if not isinstance(heartbeat, Heartbeat):
        return {}
    first = heartbeat.first
    expiry = first and {
        "title": first.title,
        "location": first.location,
        "not_after": first.expires_at.isoformat(),
    }
    counts = {name: getattr(heartbeat, name) for name in ("targets", "certificates", "open", "acknowledged")}
    return {"heartbeat": {**counts, "next_at": heartbeat.next_at.isoformat(), "next_expiry": expiry}}
