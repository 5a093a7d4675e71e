"""The page of one alert, open or over; mails link to it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from monitor.alerts.texts import PROBLEM
from monitor.model import AlertState, Check, Message, Silence, text
from monitor.model.alert_history import AlertHistory
from monitor.web import texts
from monitor.web.pages import texts as words
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.not_found import not_found
from monitor.web.queries.alert_detail import AlertDetail, alert_detail, leading
from monitor.web.view import WebView

_MOST_LOCATIONS = 200


def add_alert(app: FastAPI, view: WebView, pages: Pages) -> None:
    """Answer ``GET /alerts/ID``."""

    @app.api_route("/alerts/{alert_id}", methods=["GET", "HEAD"], response_model=None)
    async def alert(alert_id: str, request: Request) -> Response:
        recorded = await view.alert_history(alert_id)
        found, lead = await pages.on_thread(request, lambda reader: _found(reader, alert_id, recorded))
        if found is not None:
            return await pages.answer(request, "alert.html", lambda _: alert_values(found))
        if lead:
            return RedirectResponse(f"/alerts/{lead}", 303)
        return await not_found(request, pages, words.NO_ALERT)


def _found(reader: Reader, alert_id: str, recorded: AlertHistory | None) -> tuple[AlertDetail | None, str]:
    """Return the alert, or else the id of the one as which it is shown now."""
    # What is recorded names every target of an alert, so it is for readers who see all of them.
    history = None if reader.caller.scope else recorded
    if lead := leading(reader.snapshot, history):
        return (None, lead) if lead != alert_id else (_detail(reader, alert_id, history), "")
    return _detail(reader, alert_id, history), ""


def _detail(reader: Reader, alert_id: str, history: AlertHistory | None) -> AlertDetail | None:
    return alert_detail(reader.snapshot, alert_id, history, reader.writer.now)


def alert_values(detail: AlertDetail) -> Mapping[str, Any]:
    """Return the values of the page."""
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
    }


def _verdict(detail: AlertDetail) -> Iterator[Message]:
    """Yield what there is to say first: what is wrong, or that nothing is any more."""
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


def _facts(detail: AlertDetail) -> Iterator[tuple[Message, Message]]:
    yield words.SINCE, texts.instant(at=detail.since)
    if detail.certificate is not None:
        yield texts.EXPIRES, texts.instant_and_expiry(not_after=detail.certificate.not_after)
    named: Sequence[tuple[Message, str]] = (
        (words.SITE, detail.site),
        (words.COMPONENT, detail.component),
        (words.OWNER, detail.owner),
    )
    yield from ((label, text(value)) for label, value in named if value)
    yield texts.TARGET_ID, text(detail.id)


def _ended(one: Silence) -> Message | None:
    """Return when an acknowledgement ended or will end, ``None`` where nothing is known of it."""
    if one.ended_at is not None:
        return words.ended(at=one.ended_at)
    return words.until(at=one.ends_at) if one.ends_at is not None else None
