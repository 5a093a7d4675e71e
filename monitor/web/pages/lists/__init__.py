"""The lists: filtered, sorted, page by page, and whole as CSV or JSON; everything stands in the address."""

from fastapi import FastAPI

from monitor.web.pages.frame import Pages
from monitor.web.pages.lists.alerts import ALERT_LIST
from monitor.web.pages.lists.answers import add_list
from monitor.web.pages.lists.certificates import certificate_list
from monitor.web.pages.lists.targets import target_list
from monitor.web.view import WebView

__all__ = ["add_lists"]


def add_lists(app: FastAPI, view: WebView, pages: Pages) -> None:
    """Answer every list."""
    add_list(app, view, pages, ALERT_LIST)
    add_list(app, view, pages, certificate_list())
    add_list(app, view, pages, target_list())
