"""The pages: HTML made from the values of ``queries``; a page loads only files of ours."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI

from monitor.web.access.login import LoginService
from monitor.web.pages.actions import add_actions
from monitor.web.pages.alerts.acknowledge import add_acknowledge
from monitor.web.pages.alerts.alert import add_alert
from monitor.web.pages.details.certificate import add_certificate
from monitor.web.pages.details.discovery import add_discovery
from monitor.web.pages.details.site import add_sites
from monitor.web.pages.details.target import add_target
from monitor.web.pages.frame import Pages
from monitor.web.pages.lists import PAGE_LISTS
from monitor.web.pages.lists.answers import add_list
from monitor.web.pages.lists.kind import ListKind
from monitor.web.pages.lists.silence_actions import add_silence_actions
from monitor.web.pages.login import add_login
from monitor.web.pages.overview import add_overview
from monitor.web.pages.planning.forecast import add_forecast
from monitor.web.pages.renewals.plan import add_plans
from monitor.web.pages.renewals.renewal_day import add_renewal_days
from monitor.web.pages.renewals.renewal_start import add_renewal_start
from monitor.web.pages.static_files import add_static_files
from monitor.web.services.changes import Changes
from monitor.web.services.view import WebView

__all__ = ["add_pages"]


def add_pages(  # noqa: PLR0913, PLR0917 - what all pages are made of
    app: FastAPI,
    view: WebView,
    changes: Changes,
    pages: Pages,
    kinds: Sequence[ListKind[Any]],
    logins: LoginService | None = None,
) -> None:
    """Answer every page, and the files that they load; ``logins`` logs people in, if there can be users."""
    if logins is not None:
        add_login(app, logins, pages)
    add_static_files(app)
    add_overview(app, view, pages)
    add_certificate(app, view, pages)
    add_target(app, view, pages)
    add_actions(app, changes, pages)
    add_sites(app, changes, pages)
    add_discovery(app, pages)
    add_alert(app, view, changes, pages)
    add_acknowledge(app, view, changes, pages)
    pages.ahead.add([one.prepare for one in kinds if one.prepare])
    for kind in (*kinds, *PAGE_LISTS):
        add_list(app, view, pages, kind)
    add_silence_actions(app, view, changes, pages)
    add_forecast(app, view, pages)
    add_renewal_days(app, changes, pages)
    add_renewal_start(app, view, changes, pages)
    add_plans(app, changes, pages)
