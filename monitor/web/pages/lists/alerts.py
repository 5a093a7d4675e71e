"""The list of alerts."""

from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.alerts.texts import PROBLEM
from monitor.model import AlertRecord
from monitor.model.label_names import COMPONENT_NAMES
from monitor.web import list_texts as texts
from monitor.web import texts as page_texts
from monitor.web.pages.lists.kind import Column, ListKind, RowSource
from monitor.web.pages.lists.writing import for_programs
from monitor.web.pages.texts import OVER, RESOLUTIONS
from monitor.web.published.alerts import AlertContext, one_alert_json
from monitor.web.queries.alerts.rows import ALERTS, RESOLVED, AlertRow, alert_rows
from monitor.web.queries.cache.row_index import Rows
from monitor.web.services.view import WebView

_MOST_RESOLVED = 5000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def _load(view: WebView) -> RowSource[AlertRow]:
    return alert_rows_of(await _context(view))


async def _load_chosen(view: WebView, parameters: Sequence[tuple[str, str]]) -> RowSource[AlertRow]:
    """Return the rows of a choice: what is over is read only where it is asked for."""
    wanted = ("state", RESOLVED) in parameters
    resolved = await view.resolved_alerts(_EVER, _MOST_RESOLVED) if wanted else ()
    return alert_rows_of(await _context(view), resolved)


async def _context(view: WebView) -> AlertContext:
    return AlertContext(await view.silences(), await view.notified(), view.external_url())


def alert_rows_of(context: AlertContext, resolved: Sequence[AlertRecord] = ()) -> RowSource[AlertRow]:
    """Return the function that makes the rows, with the published fields of each."""
    return RowSource(
        make=lambda reader: Rows(
            # A record names every target of an alert, so it is for readers who see all of them.
            alert_rows(reader.snapshot, () if reader.caller.scope else resolved),
            reader.writer.now,
            reader.snapshot,
        ),
        fields=lambda row, reader: one_alert_json(
            row.group, context, reader.snapshot, for_programs(reader.writer), row.record
        ),
        shown=lambda _rows, _reader: {"resolutions": RESOLUTIONS, "over": OVER},
    )


ALERT_LIST = ListKind(
    path="/alerts",
    title=texts.ALERTS,
    template="lists/alerts.html",
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
    load_chosen=_load_chosen,
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
        "resolved_at",
        "resolution",
    ),
    labels={
        "level": page_texts.LEVEL,
        "state": texts.ALERT_STATE,
        "component": COMPONENT_NAMES,
        "check": PROBLEM,
    },
)
