"""The page of one discovery: when its list was fetched, why not since, and the targets that it gave."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from monitor.model import Message, text
from monitor.model.label_names import component_name
from monitor.model.texts import enumerated
from monitor.web import list_texts, planning_texts, texts
from monitor.web.pages import detail_texts
from monitor.web.pages.frame import Pages
from monitor.web.pages.not_found import not_found
from monitor.web.queries.targets.discovery_detail import DiscoveryDetail, discovery_detail

_MOST = 200
_MOST_NEW = 20
_MOST_VALUES = 12


def add_discovery(app: FastAPI, pages: Pages) -> None:
    """Answer ``GET /discoveries/ID``; an id may contain slashes."""

    @app.api_route("/discoveries/{discovery_id:path}", methods=["GET", "HEAD"], response_model=None)
    async def discovery(discovery_id: str, request: Request) -> Response:
        found = await pages.on_thread(
            request, lambda reader: discovery_detail(reader.snapshot, discovery_id, reader.writer.now)
        )
        if found is None:
            return await not_found(request, pages, detail_texts.no_discovery(discovery=discovery_id))
        return await pages.answer(request, "details/discovery.html", lambda _: discovery_values(found))


def discovery_values(detail: DiscoveryDetail) -> Mapping[str, Any]:
    """Return the values of the page."""
    return {
        "title": text(detail.discovery.id),
        "detail": detail,
        "facts": tuple(_facts(detail)),
        "most": _MOST,
        "most_new": _MOST_NEW,
        "details": detail_texts,
        "words": list_texts,
    }


def _facts(detail: DiscoveryDetail) -> Iterator[tuple[Message, Message]]:
    one = detail.discovery
    yield list_texts.FOUND, text(str(one.found))
    if one.left_out:
        yield list_texts.FOUND, list_texts.left_out(count=one.left_out)
    counts = (
        (list_texts.KIND, detail.kinds, text),
        (list_texts.COMPONENT, detail.components, component_name),
    )
    for label, counted, named in counts:
        if counted:
            shares = [planning_texts.share(name=named(name), number=count) for name, count in counted]
            yield label, enumerated(shares, _MOST_VALUES)
    if one.asked_at is not None:
        yield detail_texts.ASKED, texts.instant(at=one.asked_at)
    if one.succeeded_at is not None:
        yield list_texts.FETCHED, texts.instant(at=one.succeeded_at)
    if one.failed:
        yield list_texts.WHY, list_texts.failed_times(count=one.failed)
