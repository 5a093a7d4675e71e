"""All that is known of one alert, open or over: what is wrong, what to do, who was notified and who acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts import RenewalSteps, group_steps
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    AlertLocation,
    AlertResolution,
    AlertState,
    AnyCheck,
    Certificate,
    Message,
    Silence,
    Snapshot,
)
from monitor.model.alerts.history import AlertHistory, SentNotification


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """A target of an alert: its id, and what people call it."""

    id: str
    title: str
    location: str


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """One alert.

    ``known`` is false for one that is open by the record and not seen since the start of the monitor;
    ``resolved_at`` is ``None`` for one that is open. ``steps`` are those of now, so there are none for what
    is over. ``alerts`` are those that are shown as this one.
    """

    id: str
    title: str
    check: AnyCheck
    level: AlertLevel
    since: datetime
    known: bool = True
    resolved_at: datetime | None = None
    resolution: AlertResolution | None = None
    state: AlertState = AlertState.ACTIVE
    messages: tuple[Message, ...] = ()
    locations: tuple[AlertLocation, ...] = ()
    targets: tuple[AlertTarget, ...] = ()
    certificate: Certificate | None = None
    site: str = ""
    component: str = ""
    owner: str = ""
    steps: tuple[RenewalSteps, ...] = ()
    notifications: tuple[SentNotification, ...] = ()
    acknowledgements: tuple[Silence, ...] = ()
    alerts: tuple[AlertKey, ...] = ()

    @property
    def acknowledgeable(self) -> bool:
        """Return whether it can be acknowledged now."""
        return self.known and self.resolved_at is None

    @property
    def acknowledged(self) -> Silence | None:
        """Return the acknowledgement that lasts, if any."""
        return next((one for one in self.acknowledgements if one.ended_at is None), None)


def alert_detail(
    snapshot: Snapshot, alert_id: str, history: AlertHistory | None, now: datetime
) -> AlertDetail | None:
    """Return all about an alert, ``None`` where it does not exist or may not be seen.

    ``history`` is ``None`` where nothing is recorded, or where the reader may not see it.
    """
    group = next((one for one in snapshot.alerts if one.id == alert_id), None)
    if group is not None:
        return _open(group, snapshot, history, now)
    return _recorded(history) if history is not None else None


def leading(snapshot: Snapshot, history: AlertHistory | None) -> str:
    """Return the id of the alert as which a recorded one is shown now, empty for none or for itself."""
    lead = history.record.lead if history and history.record.resolved_at is None else ""
    return lead if any(one.id == lead for one in snapshot.alerts) else ""


def _open(group: AlertGroup, snapshot: Snapshot, history: AlertHistory | None, now: datetime) -> AlertDetail:
    return AlertDetail(
        group.id,
        group.title,
        group.check,
        group.level,
        group.since,
        state=group.state,
        messages=group.messages,
        locations=group.locations,
        targets=tuple(_targets(group, snapshot)),
        certificate=group.certificate,
        site=group.site,
        component=group.component,
        owner=group.owner,
        steps=tuple(group_steps(group, snapshot, now)),
        notifications=history.notifications if history else (),
        acknowledgements=history.acknowledgements if history else (),
        alerts=group.alerts,
    )


def _recorded(history: AlertHistory) -> AlertDetail:
    record = history.record
    return AlertDetail(
        record.key.id,
        record.title,
        record.key.check,
        record.level,
        record.opened_at,
        known=record.resolved_at is not None,
        resolved_at=record.resolved_at,
        resolution=record.resolution,
        state=record.state,
        locations=tuple(AlertLocation(one, one) for one in record.locations),
        notifications=history.notifications,
        acknowledgements=history.acknowledgements,
    )


def _targets(group: AlertGroup, snapshot: Snapshot) -> Iterator[AlertTarget]:
    for target_id in group.targets:
        if (state := snapshot.states.get(target_id)) is not None:
            target = state.target
            yield AlertTarget(target_id, target.info.title or target.location, target.location)
