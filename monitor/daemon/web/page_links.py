"""The addresses in notifications: those of pages, and those that acknowledge an alert."""

from collections.abc import Callable
from datetime import datetime

from monitor.alerts.routing.acknowledge_link import link_sent, token_of
from monitor.config import Config
from monitor.daemon.web.link_key import LinkKey
from monitor.delivery.links import Links
from monitor.web_config import WebConfig


def links_acknowledge(config: Config, file: WebConfig | None) -> bool:
    """Return whether a link alone acknowledges; where people log in, it leads to the alert's page instead.

    ``file`` is the web configuration file in force. One with TLS alone names nobody who could log in.
    """
    web = config.web
    if web.external_url is None or web.names_by_proxy:
        return False
    return web.config_file is None if file is None else not file.names_users


def page_links(current: Callable[[], Config], file: Callable[[], WebConfig | None], key: LinkKey) -> Links:
    """Return the links of the configuration in force, with the key of now. Blocks."""
    config = current()
    url = config.web.external_url or ""
    if not links_acknowledge(config, file()):
        return Links(url)
    in_force = key.current()

    def sign(alert_id: str, receiver: str, sent_at: datetime) -> str:
        return token_of(link_sent(alert_id, receiver, sent_at), in_force)

    return Links(url, sign)
