"""The list of alerts."""

from monitor.alerts.texts import PROBLEM
from monitor.web import list_texts as texts
from monitor.web import texts as page_texts
from monitor.web.pages.lists.kind import Column, ListKind, Source
from monitor.web.pages.lists.writing import for_programs
from monitor.web.published.alerts import AlertContext, one_alert_json
from monitor.web.queries.alert_rows import ALERTS, AlertRow, alert_rows
from monitor.web.queries.row_index import Rows
from monitor.web.view import WebView


async def _load(view: WebView) -> Source[AlertRow]:
    return alert_rows_of(AlertContext(await view.silences(), await view.notified(), view.external_url()))


def alert_rows_of(context: AlertContext) -> Source[AlertRow]:
    """Return what makes the rows, with what is published of each."""
    return Source(
        make=lambda reader: Rows(alert_rows(reader.snapshot), reader.writer.now, reader.snapshot),
        fields=lambda row, reader: one_alert_json(
            row.group, context, reader.snapshot, for_programs(reader.writer)
        ),
    )


ALERT_LIST = ListKind(
    path="/alerts",
    title=texts.ALERTS,
    template="list_of_alerts.html",
    listing=ALERTS,
    columns=(
        Column("level", texts.LEVEL, "level"),
        Column("alert", texts.ALERT, "title"),
        Column("locations", texts.LOCATIONS),
        Column("expires", texts.EXPIRES, "expires"),
        Column("since", texts.SINCE, "since"),
    ),
    empty=texts.NO_ALERTS,
    load=_load,
    csv=(
        "id",
        "url",
        "level",
        "check",
        "title",
        "subject",
        "messages",
        "since",
        "not_after",
        "days_to_expiry",
        "site",
        "component",
        "owner",
        "locations",
        "impact",
        "steps",
        "acknowledged",
        "silenced",
        "waiting",
    ),
    labels={"level": page_texts.LEVEL, "state": texts.ALERT_STATE, "check": PROBLEM},
)
