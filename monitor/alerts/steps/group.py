"""The impact of an alert on the board, and the steps that resolve it."""

from datetime import datetime

from monitor.alerts.alert import ALARMING, RenewalSteps, StepsKey
from monitor.alerts.keys import alert_key
from monitor.alerts.steps.fill import add_steps, merged_steps
from monitor.model import AlertGroup, Snapshot


def group_steps(group: AlertGroup, snapshot: Snapshot, now: datetime) -> tuple[RenewalSteps, ...]:
    """Return impact and steps of a group of alerts, those that several targets share once."""
    keys, found = frozenset(group.alerts), dict[StepsKey, RenewalSteps]()
    for target_id in group.targets:
        state = snapshot.states.get(target_id)
        if state is None:
            continue
        for finding in (*state.findings, *snapshot.correlated.get(target_id, ())):
            if finding.severity in ALARMING and alert_key(target_id, finding) in keys:
                add_steps(found, state, finding, group.certificate, now)
    return merged_steps([found])
