"""Alerts as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.alerts import group_steps
from monitor.alerts.alert_json import Acknowledgement, AlertFacts, alert_json
from monitor.messages import Writer
from monitor.model import AlertGroup, AlertState, Silence, SilenceKind, Snapshot
from monitor.web.view import Notified


def alerts_json(
    snapshot: Snapshot,
    silences: Sequence[Silence],
    notified: Mapping[str, Sequence[Notified]],
    writer: Writer,
    external_url: str = "",
) -> dict[str, Any]:
    """Return every alert of the last pass, worst first; ``external_url`` is where people find their pages."""
    acknowledged = {one.alert_id: one for one in silences if one.kind is SilenceKind.ACKNOWLEDGE}
    return {
        "items": [
            _alert(group, acknowledged.get(group.id), notified, snapshot, writer, external_url)
            for group in snapshot.alerts
        ]
    }


def _alert(  # noqa: PLR0913, PLR0917 - one object from all that is known of it
    group: AlertGroup,
    acknowledged: Silence | None,
    notified: Mapping[str, Sequence[Notified]],
    snapshot: Snapshot,
    writer: Writer,
    external_url: str,
) -> dict[str, Any]:
    last = sorted((one for key in group.alerts for one in notified.get(key.id, ())), key=lambda one: one.at)
    facts = AlertFacts(
        id=group.id,
        url=f"{external_url}/alerts/{group.id}" if external_url else "",
        targets=group.targets,
        owner=group.owner,
        site=group.site,
        component=group.component,
        acknowledged=_acknowledged(acknowledged) if acknowledged else None,
        silenced=group.state is AlertState.SILENCED,
        notified={one.receiver: one for one in last}.values(),
    )
    return alert_json(group, facts, group_steps(group, snapshot, writer.now), writer.write, writer.now)


def _acknowledged(one: Silence) -> Acknowledgement:
    return Acknowledgement(one.by, one.ends_at, one.reason)
