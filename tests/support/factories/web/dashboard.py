"""List the queries of the Grafana dashboards; used by several test files."""

import json
import re
from typing import Any

from support.folders import ROOT

DASHBOARDS = tuple(sorted((ROOT / "grafana").glob("*.json")))
_LABEL_VALUES = re.compile(r"label_values\((.*), (\w+)\)")


def dashboard(path: Any) -> dict[str, Any]:
    """Return one dashboard."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def dashboard_queries(site: str = ".*") -> list[tuple[str, str]]:
    """Return each query of the dashboards with its panel or variable, for a site and else for everything."""
    return [
        (f"{one['title']}: {name}", _chosen(expr, site))
        for one in map(dashboard, DASHBOARDS)
        for name, expr in (*_panels(one), *_variables(one))
    ]


def _panels(one: dict[str, Any]) -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in one["panels"] for target in panel["targets"]]


def _variables(one: dict[str, Any]) -> list[tuple[str, str]]:
    asked = [item for item in one["templating"]["list"] if item["type"] == "query"]
    found = [_LABEL_VALUES.fullmatch(item["query"]) for item in asked]
    assert all(found)
    return [(item["name"], values[1]) for item, values in zip(asked, found, strict=True) if values]


def _chosen(expr: str, site: str) -> str:
    """Return a query with the values that Grafana puts in place of variables."""
    known = {"instance", "site", "component", "owner", "level"}
    assert {*re.findall(r"\$\{?(\w+)", expr)} <= known
    return re.sub(r"\$(\w+)", lambda name: site if name[1] == "site" else ".*", expr)
