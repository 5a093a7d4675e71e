"""The dashboard of one site."""

from grafana_foundation_sdk.models import dashboard as model

from mixin import queries, shared, variables
from mixin.panels import lines, tile


def site() -> model.Dashboard:
    """Return the dashboard *site*."""
    one = variables.values("site", "Site", f"cert_monitor_target_info{{{queries.INSTANCE}}}").regex("/.+/")
    return shared.put_together(
        "cert-monitor-site",
        "cert-monitor: site",
        "One site: its alerts, and its targets by expiry.",
        [variables.datasource(), variables.instance(), one, *variables.labels()],
        [
            tile((0, 0, 5, 4), "Targets", "Watched targets of the site.", queries.number(queries.INFO)),
            tile(
                (5, 0, 5, 4),
                "Alerts",
                "Active alerts.",
                queries.number(queries.alerts(queries.ACTIVE)),
                "red",
            ),
            tile(
                (10, 0, 5, 4),
                "Unreachable",
                "Targets whose last probe failed.",
                queries.number(f"({queries.DOWN}) {queries.CHOSEN}"),
                "orange",
            ),
            tile(
                (15, 0, 5, 4),
                "Warning due",
                "Targets whose expiry is at least a warning by cert-monitor's configuration.",
                queries.number(f"{queries.LEVEL} >= 1 {queries.CHOSEN}"),
                "orange",
            ),
            tile(
                (20, 0, 4, 4),
                "Next expiry",
                "Days until the first target expires; negative after that.",
                f"min({queries.DAYS_LEFT} {queries.CHOSEN})",
            ).unit("d"),
            shared.alerts((0, 4, 24, 8)),
            shared.targets((0, 12, 24, 10)),
            shared.unreachable((0, 22, 12, 8)),
            shared.findings((12, 22, 12, 8)),
            shared.certificates((0, 30, 24, 10)),
            lines(
                (0, 40, 12, 8),
                "Days to expiry",
                "The 20 targets that expire first. A line that rises is a renewal.",
                f"bottomk(20, {queries.DAYS_LEFT} {queries.NAMED})",
                "{{title}}",
            ).unit("d"),
            lines(
                (12, 40, 12, 8),
                "Duration of probes",
                "Of the 20 targets whose probe takes longest.",
                f"topk(20, cert_monitor_target_probe_duration_seconds {queries.NAMED})",
                "{{title}}",
            ).unit("s"),
        ],
    )
