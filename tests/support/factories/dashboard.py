"""List the queries of the Grafana dashboard; used by several test files."""

import json
from typing import Any

from support.folders import ROOT

DASHBOARD = ROOT / "grafana" / "cert-monitor-overview.json"


def panels() -> list[dict[str, Any]]:
    """Return the panels of the dashboard."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return found


def dashboard_queries() -> list[tuple[str, str]]:
    """Return each query of the dashboard with the title of its panel."""
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]
