"""Where the links of notifications lead: to the pages, and to the page where a link alone acknowledges."""

from collections.abc import Callable
from datetime import datetime

from monitor.alerts.acknowledge_link import link_sent, token_of
from monitor.config import Config
from monitor.daemon.link_key import LinkKey
from monitor.delivery.links import Links


def links_acknowledge(config: Config) -> bool:
    """Return whether a link alone acknowledges; where people log in, it leads to the alert's page instead."""
    web = config.web
    return web.external_url is not None and web.config_file is None and not web.names_by_proxy


def page_links(current: Callable[[], Config], key: LinkKey) -> Links:
    """Return the links of the configuration in force, with the key of now. Blocks."""
    config = current()
    url = config.web.external_url or ""
    if not links_acknowledge(config):
        return Links(url)
    in_force = key.current()

    def sign(alert_id: str, receiver: str, sent_at: datetime) -> str:
        return token_of(link_sent(alert_id, receiver, sent_at), in_force)

    return Links(url, sign)
