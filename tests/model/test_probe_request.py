"""What a target has its source asked."""

from dataclasses import replace
from datetime import timedelta

from monitor.model import Policy, ProbeRequest, Target, TargetInfo, TargetTraits

TARGET = Target(
    id="windows_remote:rec01",
    kind="windows_remote",
    location="rec01",
    settings="how to reach it",
    policy=Policy(
        timeout=timedelta(seconds=7),
        encryption="any",
        revocation=("staple",),
        trust=("/ca.pem",),
        forget_after=timedelta(days=3),
    ),
    labels=(("site", "harbour"),),
    host="rec01.vms.example",
    aliases=("10.0.0.1",),
    traits=TargetTraits(plain_possible=True),
)


def test_a_target_makes_the_request_for_its_source() -> None:
    """It holds all that any source reads of a target."""
    assert TARGET.request == ProbeRequest(
        target_id="windows_remote:rec01",
        location="rec01",
        settings="how to reach it",
        timeout=timedelta(seconds=7),
        encryption="any",
        revocation=("staple",),
        trust=("/ca.pem",),
        forget_after=timedelta(days=3),
        plain_possible=True,
        host="rec01.vms.example",
        aliases=("10.0.0.1",),
    )


def test_a_request_is_made_once() -> None:
    """Every probe needs it, so it is not made for each."""
    assert TARGET.request is TARGET.request


def test_a_changed_target_has_another_request() -> None:
    """It never speaks of the target that it was made from."""
    assert replace(TARGET, location="rec02").request.location == "rec02"


def test_what_no_source_reads_does_not_change_the_request() -> None:
    """Thresholds, labels and texts are for judging and notifying."""
    shown = replace(
        TARGET,
        labels=(),
        info=TargetInfo(title="Recorder"),
        policy=replace(TARGET.policy, unreachable_after=9),
        traits=TargetTraits(plain_possible=True, standby=True),
    )
    assert shown.request == TARGET.request
