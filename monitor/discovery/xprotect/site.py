"""Find every endpoint of an XProtect site through its management server; probes no certificate.

A site that cannot be queried, or only in part, yields failures, so that no known target is removed.
"""

from collections.abc import Iterator, Sequence

from monitor.addresses import split_location
from monitor.discovery.base import DiscoveryMemory, DiscoveryResult
from monitor.discovery.context import DiscoveryContext, TrustedTls
from monitor.discovery.xprotect.address import Origin, origin
from monitor.discovery.xprotect.api import Item
from monitor.discovery.xprotect.budgets import Budgets
from monitor.discovery.xprotect.exchanges import OnExchange, ignored
from monitor.discovery.xprotect.login import Services
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.settings import XProtectSiteSettings
from monitor.discovery.xprotect.site_query import SiteResult, query_site
from monitor.model import DiscoveredTarget, Failure, make_target_id
from monitor.parse import display
from monitor.threads import ThreadPool
from monitor.xprotect import Answers, Presets, site_endpoints
from monitor.xprotect.known_fields import unknown_fields

_OneSite = tuple[XProtectSiteSettings, SiteMemory, SiteResult]

_BUDGETS = Budgets()
_DEEPEST = 3
# The vendor's documentation does not say which of these fields a child site has.
_ADDRESS_KEYS = ("address", "siteAddress", "serverAddress", "url", "uri", "hostName", "computerName")


class XProtectSite:
    """The endpoints of one site, and of its child sites if configured."""

    def __init__(  # noqa: PLR0913, PLR0917 - the last three have defaults
        self,
        settings: XProtectSiteSettings,
        trust: tuple[str, ...],
        context: DiscoveryContext,
        memory: DiscoveryMemory | None = None,
        budgets: Budgets = _BUDGETS,
        on_exchange: OnExchange = ignored,
    ) -> None:
        """Prepare without sending anything.

        ``trust`` is the resolved list of anchors. ``memory`` outlives a reload of the configuration when it
        is passed in again; a new one is made if it is not a ``SiteMemory``. ``on_exchange`` gets every
        answer of the site.
        """
        self._on_exchange = on_exchange
        self._settings = settings
        self._context = context
        self._budgets = budgets
        self._pool = ThreadPool("xprotect", 2)
        self._tls = TrustedTls(context, trust, self._pool)
        self.memory = memory if isinstance(memory, SiteMemory) else SiteMemory()
        self.results: tuple[tuple[str, SiteResult], ...] = ()
        self.id = settings.id
        self.refresh = settings.refresh
        self.grace = settings.grace

    @property
    def target_id(self) -> str:
        """Return the target id of the endpoint that serves the lists, under its full name once known."""
        return make_target_id("endpoint", self.memory.own_address or self._settings.origin.where)

    @property
    def unfinished(self) -> bool:
        """Return whether devices are unread only for lack of time, and a refresh should follow soon."""
        return any(result.unfinished for _, result in self.results)

    @property
    def answers(self) -> tuple[Answers, ...]:
        """Return the last answers of the site, followed by those of its child sites."""
        return tuple(result.answers for _, result in self.results)

    async def discover(self) -> DiscoveryResult:
        """Return the current targets; never raise for failures of the site."""
        context = self._context
        services = Services(
            context.resolver,
            await self._tls.current(),
            context.clock,
            self._pool,
            context.request_timeout,
            self._on_exchange,
        )
        sites, left_out = await self._sites(services)
        self.results = tuple((settings.origin.where, result) for settings, _, result in sites)
        found: dict[tuple[str, str], DiscoveredTarget] = {}
        failures: list[Failure] = []
        notes = list(left_out)
        for settings, memory, result in sites:
            # Thousands of cameras would block the event loop too long.
            one = await self._pool.run(_found, settings, result, memory, context.presets)
            for entry in one.found:
                found.setdefault((entry.address, entry.server_name), entry)
            failures += one.failures
            notes += one.notes
        missing = tuple(dict.fromkeys(right for _, _, one in sites for right in one.missing_rights))
        return DiscoveryResult(
            tuple(found.values()), tuple(failures), tuple(dict.fromkeys(notes)), missing_rights=missing
        )

    async def close(self) -> None:
        """Close the thread pool; connections live no longer than one ``discover``."""
        self._pool.close()

    async def _sites(self, services: Services) -> tuple[list[_OneSite], list[str]]:
        """Query the site and its descendants, each address once; return also notes about those left out."""
        waiting = [(self._settings, self.memory, 0)]
        known = {self._settings.origin}
        done: list[_OneSite] = []
        left_out: list[str] = []
        while waiting:
            settings, memory, depth = waiting.pop(0)
            result = await query_site(settings, services, memory, self._budgets)
            done.append((settings, memory, result))
            for child in result.children:
                below = _child(self._settings, child, depth)
                if isinstance(below, str):
                    left_out.append(below)
                elif below.origin not in known:
                    known.add(below.origin)
                    kept = memory.children.setdefault(below.origin.where, SiteMemory())
                    waiting.append((below, kept, depth + 1))
        return done, left_out


def _found(
    settings: XProtectSiteSettings, result: SiteResult, memory: SiteMemory, presets: Presets
) -> DiscoveryResult:
    """Return the targets in the answers; before the first answer, just the endpoint of the site itself."""
    if result.answers == Answers() and memory.own_address:
        return DiscoveryResult((), result.failures, result.notes)
    site = site_endpoints(
        result.answers,
        presets,
        site=settings.name or settings.labels.get("site", ""),
        api_address=settings.origin.where,
        include=settings.include,
        allow_local=settings.allow_local,
    )
    if result.answers == Answers():
        return DiscoveryResult(site.found, result.failures, result.notes)
    unknown = unknown_fields(result.answers)
    memory.own_address = _own(site.found, settings.origin) or settings.origin.where
    return DiscoveryResult(site.found, result.failures, (*result.notes, *site.notes, *unknown))


def _own(found: Sequence[DiscoveredTarget], where: Origin) -> str:
    """Return the address by which the site itself is watched, under its full name if known."""
    for entry in found:
        if entry.address == where.where:
            return entry.address
        if split_location(entry.address)[1] == str(where.port) and where.host in (
            *entry.aliases,
            *entry.traits.public_names,
        ):
            return entry.address
    return ""


def _child(settings: XProtectSiteSettings, child: Item, depth: int) -> XProtectSiteSettings | str:
    """Return the settings to query a child site with, or a sentence that says why it is not queried."""
    name = next(_names([child]), "without a name")
    where = _address(child)
    if where is None:
        return (
            f"child site {name}: not asked, the site gives no address; configure it as its own xprotect_site"
        )
    if settings.login == "basic":
        return (
            f"child site {name} at {where.where}: not asked, a basic user does not reach child sites; use "
            "login: windows, or configure it as its own xprotect_site"
        )
    if not settings.may_log_in_at(where.host):
        return f"child site {name} at {where.where}: not asked; put its host into identity_hosts first"
    if depth >= _DEEPEST:
        return f"child site {name} at {where.where}: not asked, it is more than {_DEEPEST} levels deep"
    labels = {key: value for key, value in settings.labels.items() if key != "site"}
    return settings.model_copy(update={"address": where.url, "name": "", "labels": labels})


def _address(child: Item) -> Origin | None:
    for key in _ADDRESS_KEYS:
        text = child.get(key)
        if isinstance(text, str) and text:
            try:
                return origin("https://" + text.partition("://")[2].rstrip("/") if "://" in text else text)
            except ValueError:
                continue
    return None


def _names(items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        found = item.get("displayName") or item.get("name")
        if isinstance(found, str) and found:
            yield display(found)
