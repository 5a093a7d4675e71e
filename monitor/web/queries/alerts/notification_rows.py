"""The rows of the list of notifications: what waits, what was refused and why, and what was sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from monitor.model import AlertRecord, NotificationKind, NotificationStatus, RecipientStatus, Snapshot
from monitor.web.queries.lists.listing import Facet, Listing
from monitor.web.queries.lists.row_words import joined, one_value
from monitor.web.queries.scope import TargetScope

STATES = ("refused", "partly_refused", "waiting", "sent")
"""The states of a notification, the most urgent first."""


@dataclass(frozen=True, slots=True)
class About:
    """An alert of a notification, with its title where that is known."""

    alert_id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """One notification; ``text`` is what words are searched in."""

    notification: NotificationStatus
    about: tuple[About, ...]
    states: tuple[str, ...]
    types: tuple[str, ...]
    receivers: tuple[str, ...]
    order: tuple[int, float]
    text: str


NOTIFICATIONS: Listing[NotificationRow] = Listing(
    facets=(
        Facet("state", attrgetter("states"), STATES),
        Facet("receiver", attrgetter("receivers")),
        Facet("type", attrgetter("types"), tuple(NotificationKind)),
    ),
    sorts={
        "state": attrgetter("order"),
        "created": lambda row: row.notification.created_at,
        "finished": lambda row: row.notification.finished_at,
        "attempts": lambda row: row.notification.attempts,
    },
    text=attrgetter("text"),
)
"""The list of notifications."""


def notification_rows(
    notifications: Iterable[NotificationStatus],
    snapshot: Snapshot,
    scope: TargetScope,
    over: Iterable[AlertRecord] = (),
) -> tuple[NotificationRow, ...]:
    """Return a row for each notification; in a scope for those about nothing but its open alerts.

    ``over`` are resolved alerts, whose titles only those may read who see everything.
    """
    titles = {key.id: group.title for group in snapshot.alerts for key in group.alerts}
    titles |= {group.id: group.title for group in snapshot.alerts}
    resolved = {one.key.id: one.title for one in over} if scope.everything else {}
    known = {**resolved, **titles}
    return tuple(
        _row(one, known)
        for one in notifications
        if scope.everything or (one.alerts and all(about.alert_id in titles for about in one.alerts))
    )


def state_of(one: NotificationStatus) -> str:
    """Return the state of a notification."""
    states = {state for _, state in one.recipients}
    if one.finished_at is None:
        return "waiting"
    if RecipientStatus.REFUSED not in states:
        return "sent"
    return "partly_refused" if RecipientStatus.ACCEPTED in states else "refused"


def _row(one: NotificationStatus, titles: dict[str, str]) -> NotificationRow:
    state = state_of(one)
    about = tuple(About(alert.alert_id, titles.get(alert.alert_id, "")) for alert in one.alerts)
    searched = [one.id, one.receiver, one.last_error, *(address for address, _ in one.recipients)]
    searched += [word for alert in about for word in (alert.alert_id, alert.title)]
    return NotificationRow(
        one,
        about,
        one_value(state),
        one_value(one.kind.value),
        one_value(one.receiver),
        (STATES.index(state), -one.created_at.timestamp()),
        joined(searched),
    )
