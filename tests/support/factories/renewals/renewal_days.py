"""A renewal day of three steps: a CA, a pilot recorder with two ports, and a second one after it."""

from dataclasses import replace
from datetime import timedelta

from monitor.model import (
    Certificate,
    DayPort,
    DayStep,
    Finding,
    RenewalDay,
    Severity,
    Snapshot,
    TargetState,
    text,
)
from monitor.model.check import Check
from support.factories.alerts.world import NOW, certificate, picture, seen

OLD = certificate(1, 9)
NEW = certificate(2, 365, age=0)
OTHER = certificate(3, 365, age=0)
CA, PILOT, SECOND = "ca", "pilot", "second"
MINUTE = timedelta(minutes=1)


def port(location: str) -> DayPort:
    """Return a port that serves the old certificate when the work starts."""
    return DayPort(f"endpoint:{location}", location, "recorder", OLD.sha256, OLD.sha1, OLD.not_before)


STEPS = (
    DayStep(CA, "ca", "dc.vms.example"),
    DayStep(PILOT, "switch", "rec1.vms.example", needs=(CA,), ports=(port("rec1:7563"), port("rec1:9001"))),
    DayStep(SECOND, "switch", "rec2.vms.example", needs=(PILOT,), ports=(port("rec2:7563"),)),
)

DAY = RenewalDay("day-1", "Harbour", "v1", '{"steps": []}', NOW, "alice", NOW, STEPS)


def served(where: str, shown: Certificate, problem: str = "") -> TargetState:
    """Return what a port serves, with something critically wrong with it where ``problem`` says so."""
    found = (Finding(Check.NAME, Severity.CRITICAL, text(problem), shown.sha256, where),) if problem else ()
    return seen(where, shown, *found)


def site(**served_by: Certificate) -> Snapshot:
    """Return a snapshot of the three ports; ``rec1_7563=NEW`` and the like, all others serve the old one."""
    shown = {"rec1_7563": OLD, "rec1_9001": OLD, "rec2_7563": OLD} | served_by
    return picture(*(served(name.replace("_", ":"), one) for name, one in shown.items()))


def standing(day: RenewalDay, step_id: str) -> DayStep:
    """Return one step of a day."""
    return next(one for one in day.steps if one.id == step_id)


def with_step(day: RenewalDay, step: DayStep) -> RenewalDay:
    """Return a day with one step replaced."""
    return replace(day, steps=tuple(step if one.id == step.id else one for one in day.steps))
