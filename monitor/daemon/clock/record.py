"""A jump of the clock as text, so that a restart neither forgets it nor asks again."""

import json
from datetime import datetime, timedelta

from monitor.alerts.clock_jump import ClockReading, ClockState


def written_state(state: ClockState) -> str:
    """Return a state as JSON; time that no restart survives is left out."""
    return json.dumps(
        {
            "wall": state.reading.wall.isoformat(),
            "ahead": state.ahead.total_seconds(),
            "held": state.held.total_seconds(),
            "hold_left": state.hold_left.total_seconds(),
            "before": state.before.isoformat() if state.before else None,
            "after": state.after.isoformat() if state.after else None,
        }
    )


def read_state(record: str) -> ClockState | None:
    """Return the recorded state, ``None`` where there is none or it cannot be read."""
    try:
        saved = json.loads(record or "null")
        return ClockState(
            ClockReading(datetime.fromisoformat(saved["wall"]), timedelta(0)),
            ahead=timedelta(seconds=saved["ahead"]),
            held=timedelta(seconds=saved["held"]),
            hold_left=timedelta(seconds=saved["hold_left"]),
            before=datetime.fromisoformat(saved["before"]),
            after=datetime.fromisoformat(saved["after"]),
        )
    except (ValueError, TypeError, KeyError):
        return None
