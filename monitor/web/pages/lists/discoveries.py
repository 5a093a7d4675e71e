"""The list of discoveries."""

from monitor.web import list_texts as texts
from monitor.web.pages.lists.kind import Column, ListKind, RowSource
from monitor.web.pages.lists.writing import for_programs
from monitor.web.published.discoveries import discovery_json
from monitor.web.queries.cache.row_index import Rows
from monitor.web.queries.targets.discovery_rows import DISCOVERIES, DiscoveryRow, discovery_rows
from monitor.web.services.view import WebView

DISCOVERY_SOURCE: RowSource[DiscoveryRow] = RowSource(
    make=lambda reader: Rows(discovery_rows(reader.snapshot), reader.writer.now, reader.snapshot),
    fields=lambda row, reader: discovery_json(row, for_programs(reader.writer)),
)


async def _load(_view: WebView) -> RowSource[DiscoveryRow]:
    return DISCOVERY_SOURCE


DISCOVERY_LIST = ListKind(
    path="/discoveries",
    title=texts.DISCOVERIES,
    template="lists/discoveries.html",
    listing=DISCOVERIES,
    columns=(
        Column("state", texts.STATE, "state"),
        Column("discovery", texts.DISCOVERY, "title"),
        Column("found", texts.FOUND, "found"),
        Column("fetched", texts.FETCHED, "fetched"),
        Column("problems", texts.WHY),
    ),
    empty=texts.NO_DISCOVERIES,
    load=_load,
    csv=(
        "id",
        "state",
        "kind",
        "target",
        "found",
        "left_out",
        "asked_at",
        "succeeded_at",
        "failed",
        "messages",
    ),
    labels={"state": texts.DISCOVERY_STATE},
)
