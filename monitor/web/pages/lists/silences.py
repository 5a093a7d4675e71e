"""The list of silences, with the form that makes one."""

import shlex
from collections.abc import Sequence

from monitor.model import Message, Silence, SilenceEnd, Snapshot
from monitor.web import list_texts as texts
from monitor.web.pages.lists.kind import Column, ListKind, RowSource
from monitor.web.pages.lists.silence_form import EMPTY, LENGTHS, LONGEST_REASON, SilenceForm, form_choices
from monitor.web.published.silences import silence_json
from monitor.web.queries.alerts.silence_rows import ENDED_WITHIN, SILENCES, SilenceRow, silence_rows
from monitor.web.queries.cache.row_index import Rows
from monitor.web.queries.scope import TargetScope
from monitor.web.queries.selecting import silences_within
from monitor.web.services.view import WebView


async def _load(view: WebView) -> RowSource[SilenceRow]:
    return silence_source(await view.recent_silences(view.now() - ENDED_WITHIN))


def silence_source(silences: Sequence[Silence], form: SilenceForm = EMPTY) -> RowSource[SilenceRow]:
    """Return the source of the rows, with the filled-in form."""
    return RowSource(
        make=lambda reader: Rows(
            silence_rows(silences, reader.snapshot, TargetScope(reader.caller.scope), reader.writer.now),
            reader.writer.now,
            reader.snapshot,
        ),
        fields=lambda row, _reader: silence_json(row.silence),
        shown=lambda _rows, reader: {
            "form": form,
            "form_choices": form_choices(reader.snapshot) if reader.caller.may_act else (),
            "example_site": _example_site(reader.snapshot),
            "form_lengths": LENGTHS,
            "longest_reason": LONGEST_REASON,
            "ended_by": ended_by,
            "may_end": {
                one.id
                for one in silences_within(silences, reader.snapshot, reader.caller.scope)
                if reader.caller.may_act and not one.configured
            },
        },
    )


def _example_site(snapshot: Snapshot) -> str:
    """Return the name of a watched site that a shell takes as it is."""
    named = (state.target.label("site") for state in snapshot)
    return next((one for one in named if one and shlex.quote(one) == one and one.isascii()), "lab")


def ended_by(one: Silence) -> Message:
    """Return what ended something, or who."""
    if one.ended_by in set(SilenceEnd):
        return texts.ENDED_BY[SilenceEnd(one.ended_by)]
    return texts.ended_by_person(who=one.ended_by) if one.ended_by else texts.ENDED_BY[SilenceEnd.TIME]


SILENCE_LIST = ListKind(
    path="/silences",
    title=texts.SILENCES,
    template="lists/silences.html",
    listing=SILENCES,
    columns=(
        Column("state", texts.STATE, "state"),
        Column("silenced", texts.SILENCED_WHAT),
        Column("reason", texts.REASON),
        Column("starts", texts.SINCE, "starts"),
        Column("ends", texts.UNTIL, "ends"),
    ),
    empty=texts.NO_SILENCES,
    load=_load,
    csv=("id", "kind", "match", "alert", "starts_at", "until", "reason", "by", "ended_at", "ended_by"),
    labels={"state": texts.SILENCE_STATE, "type": texts.SILENCE_TYPE},
)
