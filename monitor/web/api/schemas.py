"""The shapes of the API's values, as JSON Schema (2020-12)."""

from collections.abc import Mapping
from typing import Any

from monitor.model import AlertLevel, AlertResolution, Check, DayState, FailureReason, MonitorCheck, Severity
from monitor.web.services.components import Component

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXTS: Schema = {"type": "array", "items": TEXT}
MATCH: Schema = {
    "type": "object",
    "description": "a value or a list of values for each label, or for check, level, kind, target or zone",
    "minProperties": 1,
    "additionalProperties": {"oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]},
}


def named(properties: Mapping[str, Schema]) -> Schema:
    """Return an object that has all of these properties, and maybe others."""
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def or_null(schema: Schema) -> Schema:
    """Return a schema of something that may be missing."""
    return {"anyOf": [schema, {"type": "null"}]}


def shared_schemas() -> Schema:
    """Return the schemas that are referred to by name."""
    return {
        "problem": named({"type": TEXT, "title": TEXT, "status": COUNT, "detail": TEXT, "problems": TEXTS}),
        "alert": _alert(),
        "silence": named(
            {
                "id": TEXT,
                "kind": {"enum": ["silence", "acknowledge"]},
                "match": {"type": "object", "additionalProperties": TEXTS},
                "alert": or_null(TEXT),
                "starts_at": INSTANT,
                "until": or_null(INSTANT),
                "reason": TEXT,
                "by": TEXT,
                "ended_at": or_null(INSTANT),
                "ended_by": or_null(TEXT),
            }
        ),
    }


def _alert() -> Schema:
    acknowledged = named({"by": TEXT, "until": or_null(INSTANT), "comment": TEXT})
    notified = named({"receiver": TEXT, "level": {"enum": list(AlertLevel)}, "at": INSTANT})
    return named(
        {
            "id": TEXT,
            "url": TEXT,
            "check": {"enum": [*Check, *MonitorCheck]},
            "level": {"enum": list(AlertLevel)},
            "title": TEXT,
            "subject": TEXT,
            "messages": TEXTS,
            "since": or_null(INSTANT),
            "targets": TEXTS,
            "locations": TEXTS,
            "not_after": or_null(INSTANT),
            "days_to_expiry": or_null({"type": "number"}),
            "owner": TEXT,
            "site": TEXT,
            "component": TEXT,
            "impact": TEXT,
            "steps": TEXTS,
            "acknowledged": or_null(acknowledged),
            "silenced": {"type": "boolean"},
            "notified": {"type": "array", "items": notified},
            "waiting": {"type": "boolean"},
            "resolved_at": or_null(INSTANT),
            "resolution": or_null({"enum": list(AlertResolution)}),
        }
    )


def renewal_day(*, whole: bool) -> Schema:
    """Return the schema of a renewal day, as in a list or with its steps and events."""
    short = {
        "id": TEXT,
        "site": TEXT,
        "version": TEXT,
        "state": {"enum": list(DayState)},
        "started_at": INSTANT,
        "started_by": TEXT,
        "ended_at": or_null(INSTANT),
        "stopped": or_null(TEXT),
        "done": COUNT,
        "total": COUNT,
    }
    if not whole:
        return named(short)
    step = named({"id": TEXT, "kind": TEXT, "name": TEXT, "state": TEXT, "served": {"type": "boolean"}})
    event = named({"at": INSTANT, "kind": TEXT, "message": TEXT})
    several = {"steps": {"type": "array", "items": step}, "events": {"type": "array", "items": event}}
    return named({**short, **several})


def finding() -> Schema:
    """Return the schema of one finding."""
    return named(
        {
            "target": TEXT,
            "check": {"enum": list(Check)},
            "severity": {"enum": list(Severity)},
            "certificate": or_null(TEXT),
            "location": or_null(TEXT),
            "code": TEXT,
            "parameters": {"type": "object"},
            "message": TEXT,
        }
    )


def history() -> Schema:
    """Return the schema of when certificates were seen, and of the outcomes of a target's probes."""
    seen = {
        "target": TEXT,
        "location": TEXT,
        "position": COUNT,
        "certificate": TEXT,
        "subject": TEXT,
        "not_after": INSTANT,
        "first_seen_at": INSTANT,
        "last_seen_at": INSTANT,
        "ended_at": or_null(INSTANT),
        "replaced_by": or_null(TEXT),
    }
    reason: Schema = {"enum": [*FailureReason, None]}
    outcome: dict[str, Schema] = {
        "up": {"type": "boolean"},
        "reason": reason,
        "since": INSTANT,
        "ended_at": or_null(INSTANT),
    }
    return named(
        {
            "items": {"type": "array", "items": named(seen)},
            "outcomes": {"type": "array", "items": named(outcome)},
        }
    )


def summary() -> Schema:
    """Return the schema of the summary."""
    expiry = named({"not_after": INSTANT, "title": TEXT, "location": TEXT, "certificate": TEXT})
    levels = {level.value: COUNT for level in AlertLevel}
    missing = {"component": {"enum": [*Component]}, "name": TEXT, "since": or_null(INSTANT)}
    missing |= dict.fromkeys(("message", "effect", "advice"), TEXT)
    degraded: Schema = {"type": "array", "items": named(missing)}
    states = ("watched", "need_action", "unreachable", "standby", "not_checked", "fine")
    return named(
        {
            "instance": named({"name": TEXT, "customer": TEXT}),
            "now": INSTANT,
            "ok": {"type": "boolean"},
            "health": named(
                {
                    "ok": {"type": "boolean"},
                    "problems": TEXTS,
                    "problem_codes": TEXTS,
                    "degraded": degraded,
                }
            ),
            "alerts": named({**levels, "acknowledged": COUNT, "silenced": COUNT}),
            "targets": named(dict.fromkeys(states, COUNT)),
            "next_expiry": or_null(expiry),
            "last_checked": or_null(named({"oldest": INSTANT, "newest": INSTANT})),
        }
    )
