"""Panels in the form that both dashboards share: tiles, tables, bars and lines."""

from typing import TypeVar

from grafana_foundation_sdk.builders.bargauge import Panel as BarGauge
from grafana_foundation_sdk.builders.common import ReduceDataOptions
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as TimeSeries
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos, Threshold, ThresholdsMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")


P = TypeVar("P", Stat, BarGauge, TimeSeries, Table)

Box = tuple[int, int, int, int]
"""Column, row, width and height."""


def placed(panel: P, box: Box, title: str, description: str) -> P:
    """Return a panel with its place, its texts and the chosen data source."""
    x, y, width, height = box
    panel.title(title).description(description).datasource(SOURCE)
    return panel.grid_pos(GridPos(x=x, y=y, w=width, h=height))


def query(expr: str, ref: str = "A", legend: str = "__auto") -> Dataquery:
    """Return a query for the values of now."""
    return Dataquery().datasource(SOURCE).expr(expr).ref_id(ref).legend_format(legend).instant()


def rows(expr: str, ref: str = "A") -> Dataquery:
    """Return a query for the rows of a table."""
    return query(expr, ref).format(PromQueryFormat.TABLE)


def steps(first: str, *later: tuple[float, str]) -> ThresholdsConfig:
    """Return colors by value."""
    found = [Threshold(None, first), *(Threshold(value, color) for value, color in later)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found)


def _last() -> ReduceDataOptions:
    return ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)


def tile(box: Box, title: str, description: str, expr: str, color: str = "text") -> Stat:
    """Return a number; it has its color from one on."""
    colors = steps("text") if color == "text" else steps("green", (1, color))
    panel = placed(Stat(), box, title, description).with_target(query(expr)).unit("short").thresholds(colors)
    panel.color_mode(BigValueColorMode.VALUE).graph_mode(BigValueGraphMode.NONE)
    return panel.reduce_options(_last())


def bars(box: Box, title: str, description: str, *queries: Dataquery) -> BarGauge:
    """Return horizontal bars, one for each series."""
    panel = placed(BarGauge(), box, title, description).targets(list(queries)).unit("short").min(0)
    panel.orientation(VizOrientation.HORIZONTAL).display_mode(BarGaugeDisplayMode.BASIC).show_unfilled(True)
    return panel.reduce_options(_last()).thresholds(steps("blue"))


def lines(box: Box, title: str, description: str, expr: str, legend: str) -> TimeSeries:
    """Return values over time."""
    panel = placed(TimeSeries(), box, title, description).unit("short")
    return panel.with_target(
        Dataquery().datasource(SOURCE).expr(expr).ref_id("A").legend_format(legend).range()
    )
