"""The list of notifications."""

from collections.abc import Sequence

from monitor.model import AlertRecord, NotificationStatus
from monitor.web import list_texts as texts
from monitor.web.pages.lists.kind import Column, ListKind, RowSource
from monitor.web.published.notifications import notification_json
from monitor.web.queries.alerts.notification_rows import NOTIFICATIONS, NotificationRow, notification_rows
from monitor.web.queries.cache.row_index import Rows
from monitor.web.queries.scope import TargetScope
from monitor.web.services.view import WebView

MOST = 5000
"""So many of the newest are listed; the database may keep more."""


async def _load(view: WebView) -> RowSource[NotificationRow]:
    sent = await view.notifications(MOST)
    earliest = min((one.created_at for one in sent), default=view.now())
    over = await view.resolved_alerts(earliest, MOST)
    return notification_source(sent, tuple(view.receivers()), over)


def notification_source(
    notifications: Sequence[NotificationStatus],
    receivers: Sequence[str] = (),
    over: Sequence[AlertRecord] = (),
) -> RowSource[NotificationRow]:
    """Return the source of the rows; ``receivers`` may be sent a test, ``over`` are alerts with a title."""
    return RowSource(
        make=lambda reader: Rows(
            notification_rows(notifications, reader.snapshot, TargetScope(reader.caller.scope), over),
            reader.writer.now,
            reader.snapshot,
        ),
        fields=lambda row, _reader: notification_json(row),
        shown=lambda _rows, _reader: {"receivers": receivers},
    )


NOTIFICATION_LIST = ListKind(
    path="/notifications",
    title=texts.NOTIFICATIONS,
    template="lists/notifications.html",
    listing=NOTIFICATIONS,
    columns=(
        Column("state", texts.STATE, "state"),
        Column("receiver", texts.RECEIVER),
        Column("about", texts.ABOUT),
        Column("created", texts.CREATED, "created"),
        Column("attempts", texts.DELIVERY, "attempts"),
    ),
    empty=texts.NO_NOTIFICATIONS,
    load=_load,
    csv=(
        "id",
        "state",
        "type",
        "receiver",
        "recipients",
        "alerts",
        "created_at",
        "finished_at",
        "next_attempt_at",
        "attempts",
        "error",
    ),
    labels={"state": texts.NOTIFICATION_STATE, "type": texts.NOTIFICATION_TYPE},
)
