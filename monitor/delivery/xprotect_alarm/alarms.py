"""Follow the orders of a notification: an alert has one alarm, which changes with it.

The answer to a new alarm may get lost: that it was asked for is kept before, and it is looked for before
another one is made.
"""

from datetime import datetime

from monitor.delivery.receiver import retry
from monitor.delivery.xprotect_alarm.alarm_records import AlarmRecord, AlarmRecords
from monitor.delivery.xprotect_alarm.orders import AlarmOrders, ClosedAlarm, RaisedAlarm
from monitor.delivery.xprotect_alarm.site import AlarmError, AlarmSite


class Alarms:
    """The alarms of one site during one attempt."""

    def __init__(self, site: AlarmSite, kept: AlarmRecords, source: str | None) -> None:
        """Prepare without sending anything; ``source`` is the camera that alarms name."""
        self._site = site
        self._kept = kept
        self._source = source

    async def follow(self, wanted: AlarmOrders, decided_at: datetime) -> None:
        """Do all that is asked for; raise ``AlarmError`` for what was not done, and may be repeated."""
        for one in wanted.raised:
            await self._raise(one, decided_at)
        for over in wanted.closed:
            await self._close(over, decided_at)

    async def _raise(self, one: RaisedAlarm, decided_at: datetime) -> None:
        known = await self._kept.get(one.alert_id)
        if known is not None and known.notified_at > decided_at:
            return  # A later decision was sent before.
        alarm = "" if known is None or known.closed else await self._id_of(one.alert_id, known)
        if known is not None and alarm and await self._brought_up_to_date(one, known, alarm, decided_at):
            return
        await self._create(one, decided_at)

    async def _brought_up_to_date(
        self, one: RaisedAlarm, known: AlarmRecord, alarm: str, decided_at: datetime
    ) -> bool:
        """Give an alarm its level where that is another; return false where the alarm is gone."""
        if known.level != one.level and not await self._site.give_level(alarm, one.level, one.name):
            return False
        await self._kept.put(one.alert_id, AlarmRecord(decided_at, alarm, one.level))
        return True

    async def _create(self, one: RaisedAlarm, decided_at: datetime) -> None:
        source = self._source = self._source or await self._site.first_camera()
        before = await self._kept.get(one.alert_id)
        # Before it is asked for, since a crash or a lost answer leaves it there.
        await self._keep(one, AlarmRecord(decided_at))
        try:
            alarm = await self._site.create(one.name, one.message, source)
        except AlarmError as error:
            if not error.result.uncertain:
                await self._keep(one, before if before and before.closed else None)
            raise
        await self._keep(one, AlarmRecord(decided_at, alarm))
        if not await self._site.give_level(alarm, one.level, one.name):
            raise AlarmError(retry("the new alarm is not there yet"))
        await self._keep(one, AlarmRecord(decided_at, alarm, one.level))

    async def _keep(self, one: RaisedAlarm, alarm: AlarmRecord | None) -> None:
        if one.alert_id:
            await self._kept.put(one.alert_id, alarm)

    async def _close(self, over: ClosedAlarm, decided_at: datetime) -> None:
        known = await self._kept.get(over.alert_id)
        if known is None or known.closed or known.notified_at > decided_at:
            return
        alarm = await self._id_of(over.alert_id, known)
        if alarm:
            await self._site.close(alarm, over.comment)
        await self._kept.put(over.alert_id, AlarmRecord(decided_at, alarm, closed=True))

    async def _id_of(self, alert_id: str, known: AlarmRecord) -> str:
        return known.alarm_id or await self._site.find(alert_id)
