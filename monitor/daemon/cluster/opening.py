"""Open a daemon's configuration and database, or a replacement for a database that a center cannot use."""

import logging
from functools import partial
from pathlib import Path

from monitor import __version__
from monitor.config import Config, load
from monitor.config.review.web_users import watched_web_config
from monitor.daemon.cluster.handover import FormerDaemon, Handover
from monitor.daemon.cluster.leadership import Alone, Leadership, WithoutDatabase
from monitor.daemon.system.events import BAD_CONFIGURATION, EVENT_NUMBER
from monitor.daemon.targets.active_config import ActiveConfig, plan_targets
from monitor.daemon.web.link_key import KnownLinkKey, LinkKey, link_key_of
from monitor.errors import ConfigError, StoreFault, StoreUnusableError
from monitor.model import Clock
from monitor.store import Store
from monitor.store.cluster.cluster_lease import ClusterLease
from monitor.web_config import WatchedWebConfig

log = logging.getLogger(__name__)


def read_configuration(
    path: Path, former: FormerDaemon | None
) -> tuple[ActiveConfig, WatchedWebConfig | None]:
    """Return what a configuration file says, and the file with users and TLS that it names.

    Where they have mistakes, that is what was in force before; raises ``ConfigError`` where nothing was.
    """
    try:
        config = load(path)
        return plan_targets(config, {}), watched_web_config(config)
    except ConfigError as error:
        if former is None:
            raise
        for problem in error.problems:
            said = "%s; the former configuration stays in force"
            log.error(said, problem, extra={EVENT_NUMBER: BAD_CONFIGURATION})  # noqa: TRY400 - said, not traced
        return former.active, former.web_config


async def open_store(config: Config, handed: Handover | None) -> Store:
    """Return the store, in memory where a full disk or, for one of several centers, the network wants it so.

    Raises ``SystemBrokenError`` for what does not mend itself, and where a service that is alone cannot use
    its server.
    """
    url, password = config.store.url, config.store.password
    if handed is not None:
        return await Store.in_place_of(url, password, handed.error, handed.tokens)
    try:
        return await _opened(config)
    except StoreUnusableError as error:
        if not goes_on_without(config, error):
            raise
        log.error("%s; this center probes and shows, and sends nothing until it can be used", error)  # noqa: TRY400 - said, not traced
        return await Store.in_place_of(url, password, error)


def goes_on_without(config: Config, error: StoreUnusableError) -> bool:
    """Return whether a daemon probes and shows although its database cannot be used, until it can."""
    return config.ha is not None and error.fault is not StoreFault.DENIED


def leadership_of(config: Config, store: Store, clock: Clock, handed: Handover | None) -> Leadership | Alone:
    """Return the leadership of a daemon with this store, which decides whether it may send."""
    if config.ha is None:
        return Alone()
    if store.stands_in:
        return WithoutDatabase(partial(_attempt, config), handed.since if handed else None)
    lease = ClusterLease(config.store.url, config.store.password)
    return Leadership(lease, store, config.ha.name, clock)


async def link_key_for(config: Config, store: Store, handed: Handover | None) -> LinkKey:
    """Return the key that signs links and sessions."""
    if store.stands_in:
        return KnownLinkKey(handed.link_key if handed else b"")
    return await link_key_of(config.store.url, store)


async def _opened(config: Config) -> Store:
    return await Store.open(
        config.store.url,
        app_version=__version__,
        needed=False,
        password=config.store.password,
        shared=config.ha is not None,
    )


async def _attempt(config: Config) -> None:
    await (await _opened(config)).close()
