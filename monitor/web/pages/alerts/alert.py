"""The page of one alert, open or over; mails link to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.alerts.texts import PROBLEM
from monitor.messages import machine_zone
from monitor.model import AlertState, Check, Message, Silence, text
from monitor.model.alerts.history import AlertHistory
from monitor.model.label_names import component_name
from monitor.web import texts
from monitor.web.caller import caller_of
from monitor.web.pages import texts as words
from monitor.web.pages.alerts.acknowledge_form import (
    EMPTY,
    LONGEST_COMMENT,
    Form,
    checked,
    days_of,
    filled_in,
)
from monitor.web.pages.alerts.alert_silence import silence_values, silenced
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.lists.silence_form import EMPTY as NOT_FILLED_IN
from monitor.web.pages.lists.silence_form import SilenceForm
from monitor.web.pages.not_found import not_found
from monitor.web.queries.alerts.detail import AlertDetail, alert_detail, leading
from monitor.web.services.changes import Changes
from monitor.web.services.view import WebView

_MOST_LOCATIONS = 200


def add_alert(app: FastAPI, view: WebView, changes: Changes, pages: Pages) -> None:
    """Answer ``GET /alerts/ID``, ``POST /alerts/ID/acknowledge`` and ``POST /alerts/ID/silence``."""
    alerts = _AlertPages(view, changes, pages)

    @app.api_route("/alerts/{alert_id}", methods=["GET", "HEAD"], response_model=None)
    async def alert(alert_id: str, request: Request) -> Response:
        return await alerts.show(request, alert_id)

    @app.post("/alerts/{alert_id}/acknowledge", response_model=None)
    async def acknowledge(alert_id: str, request: Request) -> Response:
        return await alerts.acknowledge(request, alert_id)

    @app.post("/alerts/{alert_id}/silence", response_model=None)
    async def silence(alert_id: str, request: Request) -> Response:
        return await alerts.silence(request, alert_id)


class _AlertPages:
    """Answers for one alert each."""

    def __init__(self, view: WebView, changes: Changes, pages: Pages) -> None:
        self._view = view
        self._changes = changes
        self._pages = pages

    async def show(self, request: Request, alert_id: str) -> Response:
        found, lead = await self._look_up(request, alert_id)
        if found is not None:
            return await self._page(request, found)
        if lead:
            return RedirectResponse(f"/alerts/{lead}", 303)
        return await not_found(request, self._pages, words.NO_ALERT)

    async def acknowledge(self, request: Request, alert_id: str) -> Response:
        """Acknowledge for the caller; access control has let nobody through but those who may act."""
        found, _ = await self._look_up(request, alert_id)
        if found is None:
            return await not_found(request, self._pages, words.NO_ALERT)
        form = await self._acknowledged(request, found) if found.acknowledgeable else EMPTY
        if form.problem is not None:
            return await self._page(request, found, form)
        return RedirectResponse(f"/alerts/{alert_id}", 303)

    async def silence(self, request: Request, alert_id: str) -> Response:
        """Silence for the caller what the form says: this alert, its targets or its site."""
        found, _ = await self._look_up(request, alert_id)
        if found is None:
            return await not_found(request, self._pages, words.NO_ALERT)
        form = await silenced(request, found, self._view, self._changes)
        if form.problems:
            return await self._page(request, found, silence=form)
        return RedirectResponse(f"/alerts/{alert_id}", 303)

    async def _acknowledged(self, request: Request, found: AlertDetail) -> Form:
        """Return the form, with what is wrong with it where nothing was acknowledged."""
        now, zone, who = self._view.now(), machine_zone(), caller_of(request.scope).name
        days = days_of(found.level, found.certificate, now, zone)
        form, until = checked(await filled_in(request, who), days, now, zone)
        if form.problem is not None:
            return form
        result = await self._changes.acknowledge(found.id, until=until, comment=form.comment, by=form.name)
        return form if result.ok else replace(form, problem=text("; ".join(result.problems)))

    async def _look_up(self, request: Request, alert_id: str) -> tuple[AlertDetail | None, str]:
        recorded = await self._view.alert_history(alert_id)
        return await self._pages.on_thread(request, lambda reader: _found(reader, alert_id, recorded))

    async def _page(
        self,
        request: Request,
        found: AlertDetail,
        form: Form = EMPTY,
        silence: SilenceForm = NOT_FILLED_IN,
    ) -> Response:
        status = 200 if form.problem is None and not silence.problems else 422
        lasting = await self._view.silences()

        def values(reader: Reader) -> Mapping[str, Any]:
            return {**alert_values(reader, found, form), **silence_values(reader, found, lasting, silence)}

        return await self._pages.answer(request, "alerts/alert.html", values, status=status)


def _found(reader: Reader, alert_id: str, recorded: AlertHistory | None) -> tuple[AlertDetail | None, str]:
    """Return the alert, or else the id of the one as which it is shown now."""
    # What is recorded names every target of an alert, so it is for readers who see all of them.
    history = None if reader.caller.scope else recorded
    if lead := leading(reader.snapshot, history):
        return (None, lead) if lead != alert_id else (_detail(reader, alert_id, history), "")
    return _detail(reader, alert_id, history), ""


def _detail(reader: Reader, alert_id: str, history: AlertHistory | None) -> AlertDetail | None:
    return alert_detail(reader.snapshot, alert_id, history, reader.writer.now)


def alert_values(reader: Reader, detail: AlertDetail, form: Form = EMPTY) -> Mapping[str, Any]:
    """Return the values of the page; ``form`` is what somebody filled in."""
    now, zone = reader.writer.now, reader.writer.zone
    return {
        "title": text(detail.title) if detail.title else next(iter(detail.messages), words.ALERT),
        "detail": detail,
        "verdict": tuple(_verdict(detail)),
        "facts": tuple(_facts(detail)),
        "locations": detail.locations[:_MOST_LOCATIONS],
        "more_locations": max(len(detail.locations) - _MOST_LOCATIONS, 0),
        "sent": [(one, words.REASONS.get(one.reason, words.ALERT)) for one in detail.notifications],
        "acknowledgements": [(one, _ended(one)) for one in detail.acknowledgements],
        "words": words,
        "form": form,
        "may_acknowledge": reader.caller.may_act and detail.acknowledgeable,
        "days": days_of(detail.level, detail.certificate, now, zone),
        "longest_comment": LONGEST_COMMENT,
    }


def _verdict(detail: AlertDetail) -> Iterator[Message]:
    """Yield the first sentences: what is wrong, or that the alert is over."""
    if isinstance(detail.check, Check) and not detail.messages:
        yield PROBLEM[detail.check]
    if detail.resolved_at is not None:
        said = words.RESOLUTIONS[detail.resolution] if detail.resolution else words.OVER
        yield words.over_since(how=said, at=detail.resolved_at)
    elif not detail.known:
        yield words.STARTING_WHY
    if (kept := detail.acknowledged) is not None and kept.ends_at is not None:
        yield words.is_acknowledged(who=kept.by, until=kept.ends_at)
    elif detail.state is AlertState.SILENCED:
        yield words.SILENCED
    elif detail.state is AlertState.WAITING:
        yield words.WAITS


def _facts(detail: AlertDetail) -> Iterator[tuple[Message, Message]]:
    yield words.SINCE, texts.instant(at=detail.since)
    if detail.certificate is not None:
        yield texts.EXPIRES, texts.instant_and_expiry(not_after=detail.certificate.not_after)
    named: Sequence[tuple[Message, str, Message]] = (
        (words.SITE, detail.site, text(detail.site)),
        (words.COMPONENT, detail.component, component_name(detail.component)),
        (words.OWNER, detail.owner, text(detail.owner)),
    )
    yield from ((label, said) for label, value, said in named if value)
    yield texts.TARGET_ID, text(detail.id)


def _ended(one: Silence) -> Message | None:
    """Return when an acknowledgement ended or will end, ``None`` where nothing is known of it."""
    if one.ended_at is not None:
        return words.ended(at=one.ended_at)
    return words.until(at=one.ends_at) if one.ends_at is not None else None
