"""A CA made with the vendor's script: notified two months ahead, once for all recorders, not every day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.assess import judge
from monitor.model import AlertLevel, Certificate, Check, Policy, Sighting, Target, TargetState
from monitor.model import Path as CertificationPath
from monitor.xprotect import Presets, make_target_info
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    certificate,
    decide,
    mails,
    parsed,
    picture,
    target,
    text_of,
)
from support.servers.daemon.small_monitor import SmallMonitor, during

PRESET = Presets.built_in().get("recording_server.media")
RECORDERS = 60
CA = replace(certificate(900, 55, age=310, name="VMS Certificate Authority", ca=True), self_issued=True)


def recorder(number: int, now_in: timedelta = timedelta(), ca: Certificate = CA) -> TargetState:
    """Return a recorder with the policy and texts of its preset, judged some time from now."""
    assert PRESET is not None
    host = f"recorder{number:02}.vms.example"
    where = f"{host}:7563"
    plain = target(where, policy=PRESET.defaults.applied_to(Policy()))
    on: Target = replace(plain, info=make_target_info(PRESET, f"Recorder {number:02}", host, 7563))
    leaf = certificate(number, 200, age=165, name=host)
    path = CertificationPath(where, (leaf, ca), trusted=True)
    sightings = (Sighting(where, 0, leaf),)
    assessment = judge(on, sightings, (path,), NOW + now_in, encrypted=True)
    return TargetState(
        on,
        watched_since=NOW - DAYS,
        probed_at=NOW,
        succeeded_at=NOW,
        sightings=sightings,
        assessment=assessment,
    )


def site(now_in: timedelta = timedelta(), ca: Certificate = CA) -> list[TargetState]:
    """Return the recorders of a site."""
    return [recorder(number, now_in, ca) for number in range(1, RECORDERS + 1)]


def test_one_critical_alert_names_all_recorders() -> None:
    """With 55 days left of one year; the built-in policy would say so 20 days later."""
    decision = decide(picture(*site()), {}, NOW, monitor_state=AFTER_INVENTORY)
    (item,) = decision.items
    assert (item.level, item.title) == (AlertLevel.CRITICAL, "VMS Certificate Authority")
    assert len({location.title for location in item.locations}) == RECORDERS


def test_the_mail_names_them_and_the_place_of_the_key() -> None:
    """The CA comes first, on the computer and as the user that made it."""
    (mail,) = mails(decide(picture(*site()), {}, NOW, monitor_state=AFTER_INVENTORY))
    body = text_of(mail)
    assert (
        "VMS Certificate Authority: CA certificate expires in 55 days (critical)" in parsed(mail)["Subject"]
    )
    assert all(f"recorder{number:02}.vms.example:7563" in body for number in range(1, RECORDERS + 1))
    flat = " ".join(body.split())
    assert "On that computer, as that user, run the script for the CA again." in flat
    assert "Request a new certificate" not in flat


@pytest.mark.parametrize(
    ("days", "severity"), [(140, ""), (127, "warning"), (61, "warning"), (59, "critical"), (55, "critical")]
)
def test_thresholds_of_a_ca_of_one_year(days: int, severity: str) -> None:
    """A warning at 35 % of the life, critical at 60 days."""
    ca = certificate(901, days, age=365 - days, name="VMS Certificate Authority", ca=True)
    found = recorder(1, ca=ca).assessment.findings
    severities = [one.severity.value for one in found if one.check is Check.CA_EXPIRY]
    assert severities == ([severity] if severity else [])


def test_it_is_reminded_of_weekly_at_first() -> None:
    """Every seven days until 30 are left, and then every day."""

    async def act(monitor: SmallMonitor) -> list[int]:
        said = [
            await monitor.step(*site(day * DAYS)[:3], after=DAYS if day else 0 * DAYS) for day in range(32)
        ]
        return [55 - day for day, subjects in enumerate(said) if subjects]

    assert during(act) == [55, 48, 41, 34, 30, 29, 28, 27, 26, 25, 24]
