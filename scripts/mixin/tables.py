"""Tables of the dashboards: which columns they show, under which names, and where a cell leads."""

from grafana_foundation_sdk.builders.common import TableSortByFieldState
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.models.common import TableCellHeight
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue

from mixin.panels import Box, placed

LEVELS = (("In time", "green"), ("Warning", "orange"), ("Critical", "red"), ("Expired", "dark-red"))
ALERT = "${page}/alerts/${__data.fields.alert:percentencode}"
TARGET = "${page}/targets/${__data.fields.target:percentencode}"
CERTIFICATE = "${page}/certificates/${__data.fields.fingerprint:percentencode}"
SITE = (
    "/d/cert-monitor-site?var-site=${__value.raw:percentencode}&${datasource:queryparam}&${page:queryparam}"
)


def table(
    box: Box, title: str, description: str, columns: dict[str, str], *queries: Dataquery, hidden: str = ""
) -> Table:
    """Return a table with these columns in this order; hidden ones are there for links."""
    panel = placed(Table(), box, title, description).targets(list(queries)).cell_height(TableCellHeight.SM)
    if len(queries) > 1:
        panel.with_transformation(DataTransformerConfig("merge", options={}))
    order = {name: at for at, name in enumerate(columns)}
    dropped = dict.fromkeys({"Time", "job", "__name__"} - {*columns}, True)
    options = {"indexByName": order, "excludeByName": dict(sorted(dropped.items())), "renameByName": {}}
    panel.with_transformation(DataTransformerConfig("organize", options=options))
    for name in hidden.split():
        panel.override_by_name(name, [DynamicConfigValue("custom.hidden", True)])
    for name, shown in columns.items():
        panel.override_by_name(name, [DynamicConfigValue("displayName", shown)])
    return panel


def ordered(panel: Table, column: str, *, falling: bool = False) -> Table:
    """Order the rows by a column, as it is shown."""
    return panel.sort_by([TableSortByFieldState().display_name(column).desc(falling)])


def leveled(panel: Table, field: str) -> Table:
    """Show 0 to 3 as a level with its color."""
    options = {
        str(at): {"text": text, "color": color, "index": at} for at, (text, color) in enumerate(LEVELS)
    }
    return panel.override_by_name(
        field,
        [
            DynamicConfigValue("mappings", [{"type": "value", "options": options}]),
            DynamicConfigValue("custom.cellOptions", {"type": "color-text"}),
            DynamicConfigValue("custom.width", 110),
        ],
    )


def in_days(panel: Table, field: str) -> Table:
    """Show a number of days with one decimal."""
    shape = {"unit": "none", "decimals": 1, "custom.width": 150}
    return panel.override_by_name(field, [DynamicConfigValue(*one) for one in shape.items()])


def linked(panel: Table, field: str, title: str, url: str) -> Table:
    """Let the cells of a column lead somewhere."""
    link = {"title": title, "url": url, "targetBlank": url.startswith("${page}")}
    return panel.override_by_name(field, [DynamicConfigValue("links", [link])])
