"""How a page is made: values and HTML on a thread, for one reader, within what that reader may see."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from monitor.messages import Language, Writer, accepted, machine_zone
from monitor.model import Message, Snapshot
from monitor.threads import ThreadPool
from monitor.web import list_texts, texts
from monitor.web.caller import Caller, caller_of
from monitor.web.pages.ahead import Preparation
from monitor.web.pages.layout import PAGE_POLICY, environment
from monitor.web.paths import is_link
from monitor.web.planning_texts import FORECAST
from monitor.web.queries.cache.scoped_snapshots import ScopedSnapshots
from monitor.web.queries.cache.snapshots import SnapshotCache
from monitor.web.queries.overview import TargetFacts, target_facts
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.web.services.view import Health, WebView

_THREADS = 2
T = TypeVar("T")

NAVIGATION: tuple[tuple[str, Message], ...] = (
    ("/", texts.OVERVIEW),
    ("/alerts", list_texts.ALERTS),
    ("/certificates", texts.CERTIFICATES),
    ("/targets", list_texts.TARGETS),
    ("/sites", texts.SITES),
    ("/forecast", FORECAST),
    ("/silences", list_texts.SILENCES),
    ("/notifications", list_texts.NOTIFICATIONS),
    ("/discoveries", list_texts.DISCOVERIES),
)
"""The pages that every page links to."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page, in whose words it is written, and what that person may see."""

    caller: Caller
    writer: Writer
    snapshot: Snapshot
    health: Health


Make = Callable[[Reader], Mapping[str, Any]]
"""Makes the values of a template: ``title`` is the message that names the page; it runs on a thread."""


class Pages:
    """Answers requests for pages."""

    def __init__(self, view: WebView, indexes: CertificateIndexes) -> None:
        """Take the view of the daemon; pages are written in the time zone of this machine."""
        self._view = view
        self._zone = machine_zone()
        self._pool = ThreadPool("pages", _THREADS)
        self._scopes = ScopedSnapshots()
        self.indexes = indexes
        self.ahead = Preparation()
        self.target_facts: SnapshotCache[TargetFacts] = SnapshotCache(
            lambda snapshot, _scope, now: target_facts(snapshot, now)
        )
        self.ahead.add([indexes.prepare])

    async def answer(self, request: Request, template: str, make: Make, *, status: int = 200) -> Response:
        """Return a page from a template and the values that ``make`` gives, made off the event loop."""
        tag = self._language(request).tag

        def page(reader: Reader) -> str:
            return render(template, reader, request.url.path, make(reader))

        headers = {
            "content-language": tag,
            "content-security-policy": PAGE_POLICY,
            "vary": "accept-language, cookie",
        }
        if not is_link(request.url.path):
            # Without an address of ours browsers send no origin with forms, which access control compares.
            headers["referrer-policy"] = "same-origin"
        return HTMLResponse(await self.on_thread(request, page), status, headers=headers)

    async def on_thread(self, request: Request, act: Callable[[Reader], T]) -> T:
        """Return what a function makes of the reader of a request, off the event loop."""
        writer = Writer(self._language(request), self._zone, self._view.now())
        self.ahead.begin(self._view.snapshot(), self._view.now())
        caller, snapshot, health = caller_of(request.scope), self._view.snapshot(), self._view.health()
        if caller.scope:
            # What is wrong with the monitor may name what this reader may not see.
            health = Health(store_ok=health.ok, name=health.name, customer=health.customer)

        def run() -> T:
            return act(Reader(caller, writer, self._scopes.of(snapshot, caller.scope), health))

        return await self._pool.run(run)

    @staticmethod
    def _language(request: Request) -> Language:
        return accepted(request.headers.get("accept-language", ""))

    async def next(self, pieces: Iterator[bytes]) -> bytes:
        """Return the next piece of a long answer, made off the event loop; empty after the last one."""
        return await self._pool.run(next, pieces, b"")


def render(template: str, reader: Reader, path: str, values: Mapping[str, Any]) -> str:
    """Return the HTML of a page."""
    return environment.get_template(template).render(
        reader=reader,
        writer=reader.writer,
        health=reader.health,
        path=path,
        navigation=NAVIGATION,
        texts=texts,
        **values,
    )
