"""A plan as JSON, stored with its renewal day, and the texts of its steps read back."""

import json
from collections.abc import Mapping

from monitor.model import Message
from monitor.model.message_json import from_json, to_json
from monitor.planning.renewal_plan.plan import PlannedStep, RenewalPlan

_SAID = ("remarks", "instructions", "verification")


def plan_to_json(plan: RenewalPlan) -> str:
    """Return a plan as a document of JSON: the words of its steps, and how each is undone."""
    return json.dumps(
        {
            "site": plan.site,
            "made_at": plan.made_at.isoformat(),
            "version": plan.version,
            "steps": [_step(one) for one in plan.steps],
            "going_back": [
                {"step": one.step_id, "instructions": [to_json(said) for said in one.instructions]}
                for one in plan.going_back
            ],
        }
    )


def words_of_steps(document: str) -> Mapping[str, tuple[Message, ...]]:
    """Return the texts and verifications of a plan's steps by id, empty for invalid JSON."""
    try:
        return {one["id"]: tuple(map(from_json, _every(one))) for one in json.loads(document)["steps"]}
    except (KeyError, TypeError, ValueError):
        return {}


def _every(step: Mapping[str, list[object]]) -> list[object]:
    return [said for part in _SAID for said in step[part]]


def _step(planned: PlannedStep) -> dict[str, object]:
    said = {part: [to_json(one) for one in getattr(planned, part)] for part in _SAID}
    return {
        "id": planned.step.id,
        "title": to_json(planned.title),
        "names": list(planned.names),
        "thumbprint": planned.thumbprint,
        **said,
    }
