"""The lists: filtered, sorted, page by page, and whole as CSV or JSON; everything stands in the address."""

from typing import Any

from monitor.web.pages.lists.alerts import ALERT_LIST
from monitor.web.pages.lists.certificates import certificate_list
from monitor.web.pages.lists.discoveries import DISCOVERY_LIST
from monitor.web.pages.lists.kind import ListKind
from monitor.web.pages.lists.notifications import NOTIFICATION_LIST
from monitor.web.pages.lists.silences import SILENCE_LIST
from monitor.web.pages.lists.targets import target_list

__all__ = ["PAGE_LISTS", "every_list"]

PAGE_LISTS: tuple[ListKind[Any], ...] = (SILENCE_LIST,)
"""The lists that only pages have: the API has silences with what changes them."""


def every_list() -> tuple[ListKind[Any], ...]:
    """Return every list, for pages and for the API, with indexes of their own."""
    return (ALERT_LIST, certificate_list(), target_list(), NOTIFICATION_LIST, DISCOVERY_LIST)
