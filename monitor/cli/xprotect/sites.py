"""Query XProtect sites once for a command; stores and changes nothing."""

import argparse
import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from monitor.cli.check.targets import anchors
from monitor.clock import SystemClock
from monitor.config import Config, default_config, load, trust_of
from monitor.discovery import DiscoveryContext, DiscoveryResult
from monitor.discovery.xprotect import Budgets, XProtectSiteSettings
from monitor.discovery.xprotect.exchanges import SiteExchange, ignored
from monitor.discovery.xprotect.record import SiteRecord
from monitor.discovery.xprotect.site import XProtectSite
from monitor.errors import UsageError
from monitor.network.resolve import Resolver
from monitor.pipeline import TrustStoreCache
from monitor.secrets import SecretUnavailableError
from monitor.sources.anchors import TrustStoreLoader
from monitor.xprotect import Answers

COMMAND = "xprotect discover"
# Nobody waits for a first list of servers here, so that devices get the full time at once.
_PATIENT = Budgets(first_devices=Budgets().devices)
_OF_ONE_SITE = ("username", "password_file", "password_env", "login", "include", "trust", "identity_host")


@dataclass(frozen=True, slots=True)
class Site:
    """One site, its result, and what a record of it is made of.

    ``answered`` is false if it returned no list: its endpoints are then only derived from its address.
    """

    settings: XProtectSiteSettings
    answer: DiscoveryResult
    recorded: SiteRecord
    answered: bool


def site_config(arguments: argparse.Namespace) -> Config:
    """Return a configuration with the sites to query as its only discoveries.

    Raises ``UsageError`` or ``ConfigError`` for invalid arguments or configurations.
    """
    if arguments.config is None:
        return replace(default_config(), discoveries=(_typed(arguments),))
    given = [name for name in ("address", *_OF_ONE_SITE, "allow_local") if getattr(arguments, name)]
    if given:
        said = given[0].replace("_", "-").replace("address", "ADDRESS")
        raise UsageError(f"{COMMAND}: {said} and --config exclude each other: the file has everything")
    config = load(arguments.config)
    sites = tuple(one for one in config.discoveries if isinstance(one, XProtectSiteSettings))
    if not sites:
        raise UsageError(f"{COMMAND}: {arguments.config} has no target of kind: xprotect_site")
    return replace(config, discoveries=sites)


def _typed(arguments: argparse.Namespace) -> XProtectSiteSettings:
    if not arguments.address or not arguments.username:
        raise UsageError(f"{COMMAND}: name ADDRESS and --username, or a configuration with --config")
    if bool(arguments.password_file) == bool(arguments.password_env):
        raise UsageError(f"{COMMAND}: exactly one of --password-file and --password-env is needed")
    keys = {name: value for name in _OF_ONE_SITE if (value := getattr(arguments, name))}
    keys["identity_hosts"] = keys.pop("identity_host", [])
    if arguments.trust:
        keys["trust"] = anchors(COMMAND, arguments.trust)
    whole = {"kind": "xprotect_site", "address": arguments.address, "allow_local": arguments.allow_local}
    try:
        return XProtectSiteSettings.model_validate(whole | keys, context={"folder": str(Path.cwd())})
    except ValidationError as error:
        said = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise UsageError(f"{COMMAND}: {'; '.join(said).replace('Value error, ', '')}") from None


def ask_sites(config: Config, *, keep: bool = False) -> list[Site]:
    """Query every site of a configuration and return the results; ``keep``: with every answer."""
    return asyncio.run(_asked(config, keep=keep))


async def _asked(config: Config, *, keep: bool) -> list[Site]:
    clock = SystemClock()
    trust_stores, resolver = TrustStoreCache(TrustStoreLoader().anchors, clock), Resolver()
    context = DiscoveryContext(resolver, trust_stores.anchors, clock, config.presets)

    async def one(settings: XProtectSiteSettings) -> Site:
        exchanges: list[SiteExchange] = []
        note = exchanges.append if keep else ignored
        site = XProtectSite(settings, trust_of(config, settings), context, budgets=_PATIENT, on_exchange=note)
        try:
            answer = await site.discover()
            answered = any(answers != Answers() for answers in site.answers)
            return Site(settings, answer, _recorded(settings, site, answer, exchanges), answered)
        finally:
            await site.close()

    wanted = [one for one in config.discoveries if isinstance(one, XProtectSiteSettings)]
    return list(await asyncio.gather(*map(one, wanted)))


def _recorded(
    settings: XProtectSiteSettings, site: XProtectSite, answer: DiscoveryResult, exchanges: list[SiteExchange]
) -> SiteRecord:
    return SiteRecord(
        site.results,
        exchanges,
        answer.found,
        answer.failures,
        settings.login,
        settings.include,
        _secrets(settings),
    )


def _secrets(settings: XProtectSiteSettings) -> tuple[str, ...]:
    """Return what must not be in a record wherever it stands: the login, its parts and the password."""
    domain, _, user = settings.username.rpartition("\\")
    try:
        password = settings.password.resolve().reveal()
    except SecretUnavailableError:
        password = ""
    return (settings.username, user, domain, password, f"{settings.username}:{password}")
