"""The alarms that a receiver has raised, by alert, so that no alert has two; kept as a fact of the store."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.delivery.receiver import Facts

FORGOTTEN_AFTER = timedelta(days=30)
"""A closed alarm is remembered that long, so that what was decided before and comes late raises none."""


@dataclass(frozen=True, slots=True)
class AlarmRecord:
    """One alarm of an alert, and the last level that it was given, at the instant of its notification.

    ``alarm_id`` is empty where it was asked for and the answer is not known; ``level`` is empty until its
    priority was set; ``closed`` is true once it was closed.
    """

    notified_at: datetime
    alarm_id: str = ""
    level: str = ""
    closed: bool = False


class AlarmRecords:
    """What a receiver remembers of its alarms; without ``facts`` only while it lives."""

    def __init__(self, receiver: str, facts: Facts | None) -> None:
        """Prepare without reading."""
        self._key = f"alarms:{receiver}"
        self._facts = facts
        self._alarms: dict[str, AlarmRecord] | None = None if facts else {}

    async def get(self, alert_id: str) -> AlarmRecord | None:
        """Return the alarm of an alert, ``None`` for none."""
        return (await self._read()).get(alert_id)

    async def put(self, alert_id: str, alarm: AlarmRecord | None) -> None:
        """Remember the alarm of an alert, or forget it."""
        alarms = await self._read()
        alarms.pop(alert_id, None)
        if alarm is not None:
            alarms[alert_id] = alarm
            for old in [one for one, kept in alarms.items() if _forgotten(kept, alarm.notified_at)]:
                del alarms[old]
        if self._facts:
            await self._facts.set_facts({self._key: _written(alarms)})

    async def _read(self) -> dict[str, AlarmRecord]:
        if self._alarms is None:
            self._alarms = _known(await self._facts.fact(self._key) if self._facts else None)
        return self._alarms


def _forgotten(kept: AlarmRecord, now: datetime) -> bool:
    return kept.closed and now - kept.notified_at > FORGOTTEN_AFTER


def _written(alarms: dict[str, AlarmRecord]) -> str:
    rows = {
        one: [kept.notified_at.isoformat(), kept.alarm_id, kept.level, kept.closed]
        for one, kept in alarms.items()
    }
    return json.dumps(rows, separators=(",", ":"))


def _known(text: str | None) -> dict[str, AlarmRecord]:
    rows = json.loads(text) if text else {}
    return {
        one: AlarmRecord(datetime.fromisoformat(at), alarm, level, closed)
        for one, (at, alarm, level, closed) in rows.items()
    }
