"""A site that raises alarms for alerts; one attempt is one login, and the ids of alarms outlive it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import SystemClock
from monitor.delivery.http_receiver import NotPostedError, Render, trusting
from monitor.delivery.receiver import ACCEPTED, Facts, Note, SendResult, retry, unheard
from monitor.delivery.xprotect_alarm.alarm_records import AlarmRecords
from monitor.delivery.xprotect_alarm.alarms import Alarms
from monitor.delivery.xprotect_alarm.orders import AlarmOrders, from_bytes
from monitor.delivery.xprotect_alarm.site import AlarmError, AlarmSite
from monitor.discovery.xprotect.client import Bounds, Client
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.discovery.xprotect.gateway import gateway
from monitor.discovery.xprotect.login import Login, Services
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.settings import XProtectSiteSettings
from monitor.http.request import MIB
from monitor.messages import english
from monitor.model import Notification
from monitor.network.resolve import PoolResolver
from monitor.threads import ThreadPool


@dataclass(frozen=True, slots=True)
class AlarmAccess:
    """How a site's alarms are reached: its login, as the discovery of sites takes it, and what it trusts.

    ``source`` is the id of the camera that alarms name, ``None`` for the first of the site. ``ca`` is the
    path of a file that is trusted in addition to the system's anchors; ``timeout`` is of one request, in
    seconds.
    """

    site: XProtectSiteSettings
    source: str | None = None
    ca: str = ""
    timeout: float = 30.0


class AlarmReceiver:
    """The Alarm Manager of one site."""

    def __init__(self, name: str, access: AlarmAccess, render: Render, facts: Facts | None = None) -> None:
        """Prepare without connecting; the ids of alarms are kept in ``facts``."""
        self.name = name
        self._access = access
        self._render = render
        self._kept = AlarmRecords(name, facts)
        self._memory = SiteMemory()
        self._pool = ThreadPool("alarm", 2)
        self._lock = asyncio.Lock()

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return what a notification asks for, as JSON."""
        return await self._pool.run(self._render, notification, now)

    async def send(
        self, notification: Notification, now: datetime, note: Note = unheard
    ) -> Mapping[str, SendResult]:
        """Do what is rendered; return the result for every pending recipient, which is one."""
        wanted = from_bytes(notification.rendered or b"")
        if wanted == AlarmOrders():
            note("this raises no alarm and closes none")
            result = ACCEPTED
        else:
            # One after the other: two notifications of one alert must not raise an alarm each.
            async with self._lock:
                result = await self._attempted(wanted, notification.created_at, now)
            note(result.why or f"{self._access.site.origin.where} accepted it")
        return dict.fromkeys(notification.pending, result)

    def close(self) -> None:
        """End the threads."""
        self._pool.close()

    async def _attempted(self, wanted: AlarmOrders, decided_at: datetime, now: datetime) -> SendResult:
        try:
            await self._follow(wanted, decided_at, now)
        except NotPostedError as error:
            return retry(str(error), receiver_down=True)
        except AlarmError as error:
            return error.result
        except SiteRequestError as error:
            why = english(now).write(error.failure.message)
            return retry(why, receiver_down=True, uncertain=not error.whole)
        return ACCEPTED

    async def _follow(self, wanted: AlarmOrders, decided_at: datetime, now: datetime) -> None:
        services = await self._services()
        settings = self._access.site
        bounds = Bounds(services.request_timeout, connections=1, max_bytes=4 * MIB)
        async with Client(settings.origin, services.context, services.resolver, bounds) as client:
            found = await gateway(client, settings, self._memory)
            login = Login(settings, found, services, self._memory)
            site = AlarmSite(client, login, found.base, now)
            await Alarms(site, self._kept, self._access.source).follow(wanted, decided_at)

    async def _services(self) -> Services:
        context = await self._pool.run(trusting, self._access.ca)
        return Services(PoolResolver(self._pool), context, SystemClock(), self._pool, self._access.timeout)
