"""Variables of the dashboards: data source, monitor, labels of the targets, level, address of the page."""

from typing import Any

from grafana_foundation_sdk.builders.dashboard import (
    CustomVariable,
    DatasourceVariable,
    QueryVariable,
    TextBoxVariable,
)
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh, VariableSort

from mixin.panels import SOURCE
from mixin.queries import INSTANCE

_ALL = VariableOption(selected=True, text="All", value="$__all")


def datasource() -> DatasourceVariable:
    """Return the choice of a Prometheus."""
    return DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def values(name: str, label: str, metric: str) -> QueryVariable:
    """Return the values that a label has in a metric, of which one can be chosen."""
    found = QueryVariable(name).label(label).datasource(SOURCE).query(f"label_values({metric}, {name})")
    return found.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)


def several(name: str, label: str, metric: str) -> QueryVariable:
    """Return the same for several; all of them includes what has no value."""
    return values(name, label, metric).multi(True).include_all(True).all_value(".*").current(_ALL)


def instance() -> QueryVariable:
    """Return the choice of monitors."""
    return several("instance", "Monitor", "cert_monitor_build_info")


def of_targets(name: str, label: str) -> QueryVariable:
    """Return the choice of values that a label of targets has."""
    return several(name, label, f"cert_monitor_target_info{{{INSTANCE}}}")


def level() -> CustomVariable:
    """Return the choice of levels of alerts."""
    found = CustomVariable("level").label("Level").values("expired,critical,warning")
    return found.multi(True).include_all(True).all_value(".*").current(_ALL)


def page() -> TextBoxVariable:
    """Return the address of cert-monitor's page, which no metric has."""
    address = "http://127.0.0.1:9850"
    found = TextBoxVariable("page").label("Page").default_value(address)
    return found.current(VariableOption(text=address, value=address))


def labels() -> list[Any]:
    """Return the choices of component, owner and level, and the address of the page."""
    return [of_targets("component", "Component"), of_targets("owner", "Owner"), level(), page()]
