"""What is wrong with the monitor as JSON: its problems with their codes, and its missing components."""

from collections.abc import Mapping
from typing import Any

from monitor.messages import Writer
from monitor.web.services.components import Degradation
from monitor.web.services.view import Health


def health_json(health: Health, writer: Writer) -> dict[str, Any]:
    """Return problems and missing components, with their sentences in the writer's language."""
    return {
        "problems": [writer.write(one) for one in health.problems],
        "problem_codes": [one.code for one in health.problems],
        "degraded": [_degradation(one, writer) for one in health.degraded],
    }


def _degradation(one: Degradation, writer: Writer) -> Mapping[str, str | None]:
    return {
        "component": one.component.value,
        "name": one.name,
        "since": one.since.isoformat() if one.since else None,
        "message": writer.write(one.said),
        "effect": writer.write(one.effect),
        "advice": writer.write(one.advice),
    }
