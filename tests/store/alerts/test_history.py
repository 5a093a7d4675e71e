"""What is recorded of one alert: notifications about it and acknowledgements, also when it is over."""

from dataclasses import replace
from datetime import timedelta

from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    AlertResolution,
    Check,
    NotificationKind,
    NotifiedAlert,
    RecipientStatus,
    Scope,
    Silence,
    SilenceKind,
)
from monitor.model.alerts.history import AlertHistory
from monitor.pipeline.notifications import notification
from monitor.store import Store
from support.factories.recorded import NOW, using

LEAD = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, subject="a" * 64)
OTHER = AlertKey(Check.CA_EXPIRY, Scope.CERTIFICATE, subject="b" * 64)


def record(key: AlertKey, **more: object) -> AlertRecord:
    """Return the record of an alert that the first one leads."""
    return replace(AlertRecord(key, AlertLevel.WARNING, NOW, NOW, "Recorder", lead=LEAD.id), **more)  # type: ignore[arg-type]


def test_unknown(where: str) -> None:
    """Nothing is recorded of most ids."""
    assert using(lambda store: store.alert_history("0" * 20), where) is None


def test_open(where: str) -> None:
    """Notifications about it and about what it leads, each once, with the worst level, the latest first."""
    first = replace(
        notification("admins", ("a@vms.example",), NotificationKind.NOTICE, "{}", NOW),
        alerts=(NotifiedAlert(LEAD.id, "first", "warning"), NotifiedAlert(OTHER.id, "first", "critical")),
    )
    later = replace(
        notification("hook", ("hook",), NotificationKind.DIGEST, "{}", NOW + timedelta(days=7)),
        alerts=(NotifiedAlert(LEAD.id, "reminder", "warning"),),
    )
    accepted_at = NOW + timedelta(minutes=1)

    async def act(store: Store) -> AlertHistory | None:
        await store.notify((record(LEAD), record(OTHER)), {}, (first, later), NOW)
        accepted = replace(first, recipients=(("a@vms.example", RecipientStatus.ACCEPTED),))
        await store.attempted(accepted, accepted_at)
        return await store.alert_history(LEAD.id)

    found = using(act, where)
    assert found is not None
    assert [
        (one.receiver, one.kind, one.reason, one.level, one.accepted_at) for one in found.notifications
    ] == [
        ("hook", NotificationKind.DIGEST, "reminder", AlertLevel.WARNING, None),
        ("admins", NotificationKind.NOTICE, "first", AlertLevel.CRITICAL, accepted_at),
    ]


def test_refused(where: str) -> None:
    """What all recipients refused says so."""
    sent = notification("admins", ("a@vms.example",), NotificationKind.NOTICE, "{}", NOW)
    sent = replace(sent, alerts=(NotifiedAlert(LEAD.id, "first", "warning"),))

    async def act(store: Store) -> AlertHistory | None:
        await store.notify((record(LEAD),), {}, (sent,), NOW)
        await store.attempted(replace(sent, recipients=(("a@vms.example", RecipientStatus.REFUSED),)), NOW)
        return await store.alert_history(LEAD.id)

    found = using(act, where)
    assert found is not None
    assert [(one.refused, one.accepted_at) for one in found.notifications] == [(True, None)]
    assert found.notifications[0].recipients == (("a@vms.example", RecipientStatus.REFUSED),)


def test_over(where: str) -> None:
    """What is over is found by its id, and so is who acknowledged it."""
    over = record(LEAD, resolved_at=NOW, resolution=AlertResolution.RENEWED)
    taken = Silence("s1", SilenceKind.ACKNOWLEDGE, NOW, None, "", "Ana", alert_id=LEAD.id, ended_at=NOW)
    again = replace(taken, id="s2", starts_at=NOW + timedelta(hours=1), by="Bea")
    other = replace(taken, id="s3", alert_id=OTHER.id)

    async def act(store: Store) -> AlertHistory | None:
        await store.notify((over,), {}, (), NOW)
        await store.put_silences([taken, again, other])
        return await store.alert_history(LEAD.id)

    found = using(act, where)
    assert found is not None
    assert found.record.resolution is AlertResolution.RENEWED
    assert [one.by for one in found.acknowledgements] == ["Bea", "Ana"]
