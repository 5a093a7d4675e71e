"""The lists: filtered, sorted, page by page, and whole as CSV or JSON; everything stands in the address."""

from typing import Any

from monitor.web.pages.lists.alerts import ALERT_LIST
from monitor.web.pages.lists.certificates import certificate_list
from monitor.web.pages.lists.kind import ListKind
from monitor.web.pages.lists.targets import target_list

__all__ = ["every_list"]


def every_list() -> tuple[ListKind[Any], ...]:
    """Return every list, for pages and for the API, with indexes of their own."""
    return (ALERT_LIST, certificate_list(), target_list())
