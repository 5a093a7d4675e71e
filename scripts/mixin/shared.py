"""The tables that both dashboards have, and how a dashboard is put together."""

from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.models import dashboard as model

from mixin import queries
from mixin.panels import Box, bars, query, rows
from mixin.tables import ALERT, CERTIFICATE, SITE, TARGET, in_days, leveled, linked, ordered, table

_NAMES = {
    "title": "Title",
    "location": "Location",
    "site": "Site",
    "component": "Component",
    "owner": "Owner",
}


def put_together(
    uid: str, title: str, description: str, variables: list[Any], panels: list[Any]
) -> model.Dashboard:
    """Return a dashboard of which every panel has a number and every place one panel."""
    made = Dashboard(title).uid(uid).description(description).tags(["certificates", "cert-monitor"])
    made.refresh("1m").time("now-24h", "now").tooltip(model.DashboardCursorSync.CROSSHAIR).variables(
        variables
    )
    for at, panel in enumerate(panels, 1):
        made.with_panel(panel.id(at))
    return made.build()


def alerts(box: Box) -> Table:
    """Return what is wrong, each with a link to its page."""
    columns = {
        "Value": "Level",
        "title": "Title",
        "check": "Check",
        "site": "Site",
        "component": "Component",
        "owner": "Owner",
        "state": "State",
        "instance": "Monitor",
    }
    panel = table(
        box,
        "Alerts",
        "What is wrong now, as on cert-monitor's page and in its mails: one line for each thing at fault.",
        columns,
        rows(queries.ranked_alerts()),
        hidden="level alert",
    )
    linked(panel, "title", "Open on cert-monitor's page", ALERT)
    linked(panel, "site", "Open the site", SITE)
    return ordered(leveled(panel, "Value"), "Level", falling=True)


def targets(box: Box) -> Table:
    """Return the targets that expire first, with the level that cert-monitor's thresholds give them."""
    columns = {"Value #A": "Level", "Value #B": "Days left", "Value #C": "Days until warning", **_NAMES}
    values = (queries.LEVEL, queries.DAYS_LEFT, queries.DAYS_TO_WARNING)
    panel = table(
        box,
        "Targets by expiry",
        "The 100 targets whose certificate path expires first, which can be by a CA. The level follows the "
        "thresholds of cert-monitor's configuration.",
        columns,
        *(rows(queries.by_expiry(value), ref) for value, ref in zip(values, "ABC", strict=True)),
        hidden="instance target kind",
    )
    linked(panel, "title", "Open on cert-monitor's page", TARGET)
    linked(panel, "site", "Open the site", SITE)
    for field in ("Value #B", "Value #C"):
        in_days(panel, field)
    return ordered(leveled(panel, "Value #A"), "Days left")


def certificates(box: Box) -> Table:
    """Return the certificates that expire first."""
    columns = {
        "Value": "Days left",
        "subject_cn": "Subject",
        "location": "Location",
        "issuer_cn": "Issuer",
        "fingerprint": "SHA-256",
    }
    panel = table(
        box,
        "Certificates by expiry",
        "The 100 certificates that expire first.",
        columns,
        rows(queries.certificates()),
        hidden="instance target position",
    )
    linked(panel, "subject_cn", "Open on cert-monitor's page", CERTIFICATE)
    return ordered(in_days(panel, "Value"), "Days left")


def unreachable(box: Box) -> Table:
    """Return the targets whose last probe failed."""
    panel = table(
        box,
        "Unreachable targets",
        "Targets whose last probe failed, without those on standby, and when that probe was.",
        {**_NAMES, "Value": "Last probe"},
        rows(queries.unreachable()),
        hidden="instance target kind",
    )
    panel.override_by_name("Value", [model.DynamicConfigValue("unit", "s")])
    return linked(panel, "title", "Open on cert-monitor's page", TARGET)


def findings(box: Box) -> Any:
    """Return the number of findings by check."""
    legend = "{{check}} ({{severity}})"
    text = "Warning and critical findings; one alert can have many."
    return bars(box, "Findings by check", text, query(queries.findings(), legend=legend))
