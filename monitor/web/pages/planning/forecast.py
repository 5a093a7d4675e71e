"""The page with the forecast: what will have expired by a day, what stops, and what is renewed by when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from monitor.model import Message, text
from monitor.model.texts import enumerated, names
from monitor.planning import forecast
from monitor.planning.load import Share
from monitor.web import planning_texts as words
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.planning.calendar_texts import SUBSCRIBE
from monitor.web.queries.planning.forecast import (
    ExpiryRow,
    ForecastView,
    InvalidDayError,
    asked_day,
    forecast_view,
    unknown_texts,
)
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.web.services.view import WebView

_MOST_ROWS = 200
_MOST_LOCATIONS = 5
_MOST_SHARES = 4
_AHEAD = (30, 90, 180, 365)


def add_forecast(app: FastAPI, view: WebView, pages: Pages) -> None:
    """Answer ``GET /forecast?at=2027-03-15``; a wrong day is named, with the forecast for the usual one."""

    @app.api_route("/forecast", methods=["GET", "HEAD"], response_model=None)
    async def forecast_page(request: Request, at: str = "") -> Response:
        status = 200 if _day(at, UTC, view.now()) else 400
        return await pages.answer(
            request,
            "planning/forecast.html",
            lambda reader: forecast_values(reader, pages.indexes, at),
            status=status,
        )


def _day(written: str, zone: tzinfo, now: datetime) -> datetime | None:
    try:
        return asked_day(written, zone, now)
    except InvalidDayError:
        return None


def forecast_values(reader: Reader, indexes: CertificateIndexes, written: str) -> Mapping[str, Any]:
    """Return the values of the page for a day that somebody wrote."""
    writer = reader.writer
    asked = _day(written, writer.zone, writer.now)
    at = asked or asked_day("", writer.zone, writer.now)
    found = forecast(indexes.of(reader.snapshot, reader.caller.scope, writer.now), at, _MOST_ROWS)
    view = forecast_view(found, most=_MOST_ROWS, locations=_MOST_LOCATIONS)
    return {
        "title": _headline(view),
        "words": words,
        "subscribe": SUBSCRIBE,
        "view": view,
        "known": asked is not None,
        "day": at.astimezone(writer.zone).date().isoformat(),
        "ahead": tuple(_ahead(reader)),
        "after": _after,
        "shares": _shares,
        "unknown": tuple(unknown_texts(view.unknown)),
        "most_renewals": max((one.renewals for one in view.load.months), default=0),
    }


def _headline(view: ForecastView) -> Message:
    if not view.cas:
        return words.headline(count=view.certificates, at=view.at)
    certificates = words.certificates(count=view.certificates)
    return words.headline_with_cas(certificates=certificates, count=view.cas, at=view.at)


def _ahead(reader: Reader) -> Iterator[tuple[str, timedelta]]:
    """Yield the days that people ask for most, with how far ahead they are."""
    today = reader.writer.now.astimezone(reader.writer.zone).date()
    for days in _AHEAD:
        length = timedelta(days=days)
        yield (today + length).isoformat(), length


def _after(row: ExpiryRow) -> Message | None:
    """Return which CAs have to be renewed before a certificate, ``None`` if none."""
    titles = list(dict.fromkeys(one.certificate.title for one in row.after))
    return words.after(names=names(titles, _MOST_LOCATIONS)) if titles else None


def _shares(shares: Sequence[Share], called: Callable[[str], Message] = text) -> Message | None:
    """Return the largest shares of a month; nothing where all of them have no name."""
    if not any(name for name, _ in shares):
        return None
    named = [
        words.share(name=called(name) if name else words.NO_NAME, number=count) for name, count in shares
    ]
    return enumerated(named, _MOST_SHARES)
