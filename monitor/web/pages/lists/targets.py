"""The list of targets."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.alerts.texts import PROBLEM
from monitor.model.label_names import COMPONENT_NAMES
from monitor.web import list_texts as texts
from monitor.web import texts as page_texts
from monitor.web.pages.frame import Reader
from monitor.web.pages.lists.kind import Column, ListKind, RowSource, preparing
from monitor.web.pages.lists.writing import for_programs
from monitor.web.published.targets import target_json
from monitor.web.queries.cache.row_index import RowIndexes
from monitor.web.queries.targets.rows import TARGET_ROWS, TARGETS, TargetRow, problems_of
from monitor.web.services.view import WebView

_MOST_MESSAGES = 3


def target_list() -> ListKind[TargetRow]:
    """Return the list with an index of its own."""
    indexes = RowIndexes(TARGET_ROWS)
    source = target_source(indexes)

    async def load(_view: WebView) -> RowSource[TargetRow]:
        return source

    return ListKind(
        path="/targets",
        title=texts.TARGETS,
        template="lists/targets.html",
        listing=TARGETS,
        columns=(
            Column("state", texts.STATE, "state"),
            Column("target", page_texts.TARGET, "title"),
            Column("problems", page_texts.PROBLEMS),
            Column("expires", texts.EXPIRES, "expires"),
            Column("checked", page_texts.LAST_CHECKED),
        ),
        empty=page_texts.NO_TARGETS,
        load=load,
        csv=(
            "id",
            "state",
            "level",
            "title",
            "kind",
            "location",
            "host",
            "zone",
            "labels",
            "site",
            "component",
            "owner",
            "note",
            "checks",
            "messages",
            "expires_at",
            "days_to_expiry",
            "certificates",
            "probed_at",
            "succeeded_at",
            "failed_probes",
        ),
        labels={
            "state": texts.TARGET_STATE,
            "level": texts.LEVELS,
            "component": COMPONENT_NAMES,
            "check": PROBLEM,
        },
        prepare=preparing(indexes, TARGETS),
    )


def target_source(indexes: RowIndexes[Any, TargetRow] | None = None) -> RowSource[TargetRow]:
    """Return the source of the rows, which keeps them for a while where they are many."""
    known = indexes or RowIndexes(TARGET_ROWS)
    return RowSource(
        make=lambda reader: known.of(reader.snapshot, reader.caller.scope, reader.writer.now),
        fields=_fields,
        shown=_shown,
    )


def _fields(row: TargetRow, reader: Reader) -> Mapping[str, Any]:
    snapshot = reader.snapshot
    return target_json(row, snapshot.states[row.id], snapshot.findings(row.id), for_programs(reader.writer))


def _shown(rows: Sequence[TargetRow], reader: Reader) -> Mapping[str, Any]:
    snapshot = reader.snapshot
    states = {row.id: snapshot.states[row.id] for row in rows}
    return {
        "target_states": states,
        "found_in": {one: list(problems_of(state, snapshot.findings(one))) for one, state in states.items()},
        "most_messages": _MOST_MESSAGES,
    }
