"""The calendar that programs subscribe to: whoever knows its token reads it, as Outlook cannot log in."""

from collections.abc import Iterator
from datetime import timedelta

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from monitor.messages import Writer, accepted, machine_zone
from monitor.model import AccessToken, Matcher, Message, Snapshot, TokenRole
from monitor.threads import ThreadPool
from monitor.web import planning_texts as texts
from monitor.web.access.credentials import digest_of
from monitor.web.access.settings import TokenBook
from monitor.web.calendar.ics import MEDIA_TYPE, CalendarEvent, calendar_text
from monitor.web.paths import CALENDAR
from monitor.web.queries.planning.calendar import CalendarEntry, calendar_entries
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.web.queries.scope import TargetScope, scoped
from monitor.web.services.view import WebView

_REFRESH = timedelta(hours=6)
_LONGEST_TOKEN = 200
_UNKNOWN = "no calendar has this token: it is wrong, was revoked, or has expired\n"


def add_calendar(app: FastAPI, view: WebView, tokens: TokenBook, indexes: CertificateIndexes) -> None:
    """Answer ``GET /calendar.ics?token=TOKEN``; ``lang`` stands in for the header ``Accept-Language``."""
    pool, zone = ThreadPool("calendar", 1), machine_zone()

    @app.api_route(CALENDAR, methods=["GET", "HEAD"], response_model=None)
    async def calendar(request: Request, token: str = "", lang: str = "") -> Response:
        found = _calendar_of(token, tokens)
        if found is None:
            return PlainTextResponse(_UNKNOWN, 404)
        language = accepted(lang or request.headers.get("accept-language", ""))
        writer = Writer(language, zone, view.now())
        name = _name(found, view.health().name)
        content = await pool.run(
            _text, view.snapshot(), found.matchers, indexes, writer, name, view.external_url()
        )
        headers = {"content-type": MEDIA_TYPE, "content-disposition": 'inline; filename="certificates.ics"'}
        return Response(content, headers=headers)


def _calendar_of(token: str, tokens: TokenBook) -> AccessToken | None:
    """Return the token of a calendar; one that opens anything else is none: it would be in the address."""
    if not token or len(token) > _LONGEST_TOKEN:
        return None
    found = tokens.find(digest_of(token))
    return found if found is not None and found.role is TokenRole.CALENDAR else None


def _name(token: AccessToken, monitor: str) -> Message:
    if monitor:
        return texts.calendar_name(monitor=monitor, name=token.name)
    return texts.calendar_name_only(name=token.name)


def _text(  # noqa: PLR0913, PLR0917 - a pool passes arguments by position
    snapshot: Snapshot,
    scope: tuple[Matcher, ...],
    indexes: CertificateIndexes,
    writer: Writer,
    name: Message,
    external_url: str,
) -> bytes:
    narrowed = scoped(snapshot, TargetScope(scope))
    entries = calendar_entries(indexes.of(narrowed, scope, writer.now))
    text = calendar_text(
        writer.write(name), calendar_events(entries, writer, external_url), writer.now, _REFRESH
    )
    return text.encode("utf-8", "replace")


def calendar_events(
    entries: tuple[CalendarEntry, ...], writer: Writer, external_url: str
) -> Iterator[CalendarEvent]:
    """Yield the events of entries, on the days on which they are where the monitor is."""
    for one in entries:
        url = f"{external_url}/certificates/{one.sha256}" if external_url else ""
        lines = (*one.lines, texts.details(url=url)) if url else one.lines
        yield CalendarEvent(
            uid=one.uid,
            day=one.at.astimezone(writer.zone).date(),
            summary=writer.write(one.summary),
            description=tuple(writer.write(line) for line in lines),
            url=url,
            categories=(one.site,) if one.site else (),
        )
