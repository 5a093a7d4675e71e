"""Alerts as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.alerts import group_steps
from monitor.alerts.alert_json import Acknowledgement, AlertFacts, alert_json
from monitor.messages import Writer
from monitor.model import AlertGroup, AlertRecord, AlertState, Silence, SilenceKind, Snapshot
from monitor.web.services.view import Notified


@dataclass(frozen=True, slots=True)
class AlertContext:
    """What is published of alerts beyond the board: silences that last, and what receivers were notified of.

    ``external_url`` is where people find their pages.
    """

    silences: Sequence[Silence] = ()
    notified: Mapping[str, Sequence[Notified]] = field(default_factory=dict)
    external_url: str = ""


def one_alert_json(
    group: AlertGroup,
    context: AlertContext,
    snapshot: Snapshot,
    writer: Writer,
    record: AlertRecord | None = None,
) -> dict[str, Any]:
    """Return one alert of the board, or one that is over by its record."""
    acknowledged = next((one for one in reversed(context.silences) if _acknowledges(one, group)), None)
    notified = (one for key in group.alerts for one in context.notified.get(key.id, ()))
    last = {one.receiver: one for one in sorted(notified, key=lambda one: one.at)}
    facts = AlertFacts(
        id=group.id,
        url=f"{context.external_url}/alerts/{group.id}" if context.external_url else "",
        targets=group.targets,
        owner=group.owner,
        site=group.site,
        component=group.component,
        acknowledged=_acknowledged(acknowledged) if acknowledged else None,
        silenced=group.state is AlertState.SILENCED,
        notified=last.values(),
        waiting=group.state is AlertState.WAITING,
        resolved_at=record.resolved_at if record else None,
        resolution=record.resolution if record else None,
    )
    steps = group_steps(group, snapshot, writer.now)
    return alert_json(group, facts, steps, writer.write, writer.now)


def _acknowledges(one: Silence, group: AlertGroup) -> bool:
    return one.kind is SilenceKind.ACKNOWLEDGE and one.alert_id == group.id


def _acknowledged(one: Silence) -> Acknowledgement:
    return Acknowledgement(one.by, one.ends_at, one.reason)
