"""Renewal days as JSON; the fields are published."""

from datetime import datetime
from typing import Any

from monitor.messages import Writer
from monitor.model import DayEvent
from monitor.web.queries.planning.renewal_day import DayView, PortView, StepView


def day_json(view: DayView, writer: Writer) -> dict[str, Any]:
    """Return a day with its steps and what happened."""
    return {
        **day_summary_json(view, writer),
        "steps": [_step(one, writer) for one in view.steps],
        "events": [_event(one, writer) for one in view.events],
    }


def day_summary_json(view: DayView, writer: Writer) -> dict[str, Any]:
    """Return a day as in a list."""
    day = view.day
    return {
        "id": day.id,
        "site": day.site,
        "version": day.version,
        "state": day.state.value,
        "started_at": day.started_at.isoformat(),
        "started_by": day.started_by,
        "ended_at": _instant(day.ended_at),
        "stopped": writer.write(day.stopped_why) if day.stopped_why else None,
        "done": view.done,
        "total": len(view.steps),
    }


def _step(one: StepView, writer: Writer) -> dict[str, Any]:
    step = one.step
    return {
        "id": step.id,
        "kind": step.kind,
        "name": one.name,
        "state": one.state.value,
        "served": step.served,
        "exit_code": step.exit_code,
        "confirmed_at": _instant(step.confirmed_at),
        "confirmed_by": step.confirmed_by,
        "left_out": step.left_out_why,
        "waits_for": list(one.waits_for),
        "ports": [_port(port, writer) for port in one.ports],
    }


def _port(one: PortView, writer: Writer) -> dict[str, Any]:
    port = one.port
    return {
        "target": port.target_id,
        "location": port.location,
        "state": one.state.value,
        "old_thumbprint": port.old_sha1,
        "thumbprint": port.sha1,
        "served_at": _instant(port.served_at),
        "problem": writer.write(port.problem) if port.problem else None,
    }


def _event(one: DayEvent, writer: Writer) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "kind": one.kind.value,
        "step": one.step_id or None,
        "by": one.by or None,
        "message": writer.write(one.message),
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
