"""The form on the page of an alert that silences it, its targets or its site; who may is decided before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import Request

from monitor.model import Message, Silence, text
from monitor.web import list_texts
from monitor.web.caller import caller_of, recorded_name
from monitor.web.pages import texts as words
from monitor.web.pages.frame import Reader
from monitor.web.pages.lists.silence_form import (
    EMPTY,
    LENGTHS,
    LONGEST_REASON,
    SilenceForm,
    filled_in,
    within_scope,
)
from monitor.web.queries.alerts.detail import AlertDetail
from monitor.web.queries.alerts.silences import SilenceChoice, SilenceReach, silence_choices, silences_of
from monitor.web.queries.selecting import silences_within
from monitor.web.services.changes import Changes
from monitor.web.services.view import WebView


async def silenced(request: Request, found: AlertDetail, view: WebView, changes: Changes) -> SilenceForm:
    """Create the silence of a form; return the form, with its problems where none was created."""
    form = await filled_in(request)
    choice = next((one for one in silence_choices(found) if one.reach == form.what), None)
    if choice is None:
        return replace(form, problems=form.problems or (words.NOTHING_TO_SILENCE,))
    matchers, problems = within_scope(choice.matched, caller_of(request.scope).scope, form.problems)
    if not problems and not form.reason:
        problems = [words.REASON_MISSING]
    if problems:
        return replace(form, problems=tuple(problems))
    until, by = view.now() + timedelta(days=form.days), recorded_name(request.scope)
    result = await changes.silence(matchers, until=until, reason=form.reason, by=by)
    return form if result.ok else replace(form, problems=tuple(map(text, result.problems)))


def silence_values(
    reader: Reader, detail: AlertDetail, silences: Iterable[Silence] = (), form: SilenceForm = EMPTY
) -> Mapping[str, Any]:
    """Return the values of the form, and the silences that keep the alert back."""
    choices = tuple(silence_choices(detail)) if reader.caller.may_act else ()
    seen = silences_within(silences, reader.snapshot, reader.caller.scope)
    return {
        "silence_form": form,
        "silence_choices": tuple(_described(choices, detail)),
        "silence_chosen": form.what or (choices[0].reach if choices else ""),
        "silence_lengths": LENGTHS,
        "longest_reason": LONGEST_REASON,
        "silences": [
            (one, words.until(at=one.ends_at) if one.ends_at else list_texts.WITHOUT_END)
            for one in silences_of(detail, seen, reader.snapshot)
        ],
        "list_words": list_texts,
    }


def _described(
    choices: Sequence[SilenceChoice], detail: AlertDetail
) -> Iterable[tuple[SilenceReach, Message]]:
    for one in choices:
        if one.reach is SilenceReach.ALERT:
            yield one.reach, words.THIS_ALERT
        elif one.reach is SilenceReach.TARGETS:
            yield one.reach, words.everything_at_targets(count=len(one.matched["target"]))
        else:
            yield one.reach, words.everything_at_site(site=detail.site)
