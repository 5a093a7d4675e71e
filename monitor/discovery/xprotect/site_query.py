"""Query one site once: gateway, login, lists, devices."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.api import Api, Item
from monitor.discovery.xprotect.budgets import Budgets
from monitor.discovery.xprotect.client import Bounds, Client
from monitor.discovery.xprotect.devices import Devices
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.discovery.xprotect.gateway import gateway
from monitor.discovery.xprotect.login import Login, Services
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.resources import CHILD_SITES, CORPORATE, HARDWARE
from monitor.discovery.xprotect.rights import ADMINISTRATOR, login_rights
from monitor.discovery.xprotect.settings import XProtectSiteSettings
from monitor.discovery.xprotect.site_reader import SiteReader
from monitor.model import Failure, FailureReason
from monitor.xprotect import Answers

_SKEW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class SiteResult:
    """The result of querying one site; ``unfinished`` if only time for its devices was missing."""

    answers: Answers = field(default_factory=Answers)
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    missing_rights: tuple[str, ...] = ()
    children: tuple[Item, ...] = ()
    version: str = ""
    unfinished: bool = False


async def query_site(
    settings: XProtectSiteSettings, services: Services, memory: SiteMemory, budgets: Budgets
) -> SiteResult:
    """Return the current answers of a site; never raise for failures of the site."""
    query = _SiteQuery(settings, services, memory, budgets)
    try:
        bounds = Bounds(services.request_timeout)
        async with Client(
            settings.origin, services.context, services.resolver, bounds, services.on_exchange
        ) as client:
            await query.run(client)
    except SiteRequestError as error:
        query.failures.append(error.failure)
    return query.result()


class _SiteQuery:
    """The state of one query of a site."""

    def __init__(
        self, settings: XProtectSiteSettings, services: Services, memory: SiteMemory, budgets: Budgets
    ) -> None:
        self._settings = settings
        self._services = services
        self._memory = memory
        self._budgets = budgets
        self._reader: SiteReader | None = None
        self._devices: Devices | None = None
        self._result = SiteResult()
        self._gateways: tuple[str, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._missing_rights: tuple[str, ...] = ()
        self._api: Api | None = None
        self.failures: list[Failure] = []

    async def run(self, client: Client) -> None:
        """Query everything; raise ``SiteRequestError`` for an error that ends the query."""
        try:
            async with asyncio.timeout(self._budgets.lists):
                await self._lists(client)
        except TimeoutError:
            location = self._settings.origin.where
            longest = timedelta(seconds=self._budgets.lists)
            said = texts.lists_timeout(server=location, timeout=longest)
            raise SiteRequestError(FailureReason.TIMEOUT, said, location) from None
        await self._rights()
        if "cameras" in self._settings.include:
            await self._cameras()

    def result(self) -> SiteResult:
        """Return the result so far."""
        reader = self._reader
        if reader is None:
            return replace(self._result, failures=tuple(self.failures), notes=self._notes)
        kept = self._devices.settings() if self._devices else {}
        failures = dict.fromkeys((*reader.failures, *self.failures))
        rights = any(failure.reason is FailureReason.FORBIDDEN for failure in failures)
        empty = reader.empty_notes(administrator=ADMINISTRATOR in self._notes)
        return replace(
            self._result,
            answers=reader.answers(kept, self._gateways),
            failures=tuple(failures),
            notes=(*self._notes, *reader.notes, *empty, *([CORPORATE] if rights else [])),
            missing_rights=self._missing_rights,
            children=tuple(reader.of(CHILD_SITES)),
        )

    async def _lists(self, client: Client) -> None:
        found = await gateway(client, self._settings, self._memory)
        self._result = replace(self._result, version=found.version)
        skew = skew_in_words(found.date, self._services.clock.now())
        self._gateways, self._notes = found.gateways, (*found.notes, *skew)
        login = Login(self._settings, found, self._services, self._memory)
        await login.token()
        self._api = api = Api(client, login, found.base)
        budgets = self._budgets
        self._devices = Devices(api, self._memory.devices, self._services.clock, budgets.devices_per_second)
        self._reader = SiteReader(api, self._settings.include)
        await self._reader.lists()

    async def _rights(self) -> None:
        if self._api is None or self._reader is None:
            return
        failures, tried = self._reader.failures, self._reader.tried
        refused = {one.location for one in failures if one.reason is FailureReason.FORBIDDEN}
        rights = await login_rights(self._api, tried, refused)
        self._notes += rights.notes
        forbidden = [one.permission for one in tried if one.path in refused]
        self._missing_rights = tuple(dict.fromkeys((*rights.missing, *forbidden)))

    async def _cameras(self) -> None:
        if self._reader is None or self._devices is None:
            return
        devices = self._reader.of(HARDWARE)
        budget = self._budgets.devices if self._memory.devices else self._budgets.first_devices
        failures = await self._devices.refresh(devices, budget)
        if HARDWARE.path in self._reader.complete:
            self._devices.forget(devices)
        self.failures += failures
        pending = [failure for failure in failures if failure.reason is FailureReason.TIMEOUT]
        self._result = replace(self._result, unfinished=bool(pending) and pending == list(failures))


def skew_in_words(date: str, now: datetime) -> tuple[str, ...]:
    """Return a note if the Date header (RFC 9110 section 6.6.1) shows a clock skew."""
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return ()
    ahead = (told if told.tzinfo else told.replace(tzinfo=UTC)) - now
    if abs(ahead) <= _SKEW:
        return ()
    direction = "ahead of" if ahead > timedelta(0) else "behind"
    minutes = abs(ahead) // timedelta(minutes=1)
    said = f"the management server's clock is {minutes} minutes {direction} this machine's"
    return (f"{said}; one of them is wrong, and so is what it thinks of certificates",)
