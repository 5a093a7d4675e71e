"""The first page: is all well, what to do first, what expires next, and who works on which alert."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from monitor.alerts.decision import NotificationItem
from monitor.alerts.summarize import SummaryEntry
from monitor.delivery.email.content.entries import Lines, other_line, urgent_lines
from monitor.model import AlertLevel, AlertRecord, Message, Silence
from monitor.model.texts import enumerated
from monitor.web import planning_texts, texts
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.planning.timeline import timeline_for
from monitor.web.queries.alerts.silence_rows import visible_silences
from monitor.web.queries.overview import NEW_WITHIN, URGENT, Overview, TargetFacts, overview, visible
from monitor.web.queries.planning.indexes import CertificateIndexes
from monitor.web.queries.scope import TargetScope
from monitor.web.services.view import WebView

_MOST_LINES = 10
_MOST_OVER = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to what it counts; ``name`` is that of its style."""

    name: str
    count: int
    said: Message
    address: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One entry of what to do; ``number`` is empty where nothing has to be done."""

    number: str
    first: Message
    second: Message | None
    level: AlertLevel | None
    alert_id: str


@dataclass(frozen=True, slots=True)
class ActionSection:
    """What to do in one part; ``more`` counts what was left out."""

    heading: Message
    lines: tuple[ActionLine, ...]
    more: int = 0


def add_overview(app: FastAPI, view: WebView, pages: Pages) -> None:
    """Answer ``GET /``."""

    @app.api_route("/", methods=["GET", "HEAD"], response_model=None)
    async def first_page(request: Request) -> Response:
        silences = await view.silences()
        over = await view.resolved_alerts(view.now() - NEW_WITHIN, _MOST_OVER)

        def values(reader: Reader) -> Mapping[str, Any]:
            facts = pages.target_facts.of(reader.snapshot, reader.caller.scope, reader.writer.now)
            return overview_values(reader, facts, pages.indexes, silences, over)

        return await pages.answer(request, "overview.html", values)


def overview_values(
    reader: Reader,
    facts: TargetFacts,
    indexes: CertificateIndexes,
    silences: Sequence[Silence] = (),
    over: Sequence[AlertRecord] = (),
) -> Mapping[str, Any]:
    """Return the values of the page; ``over`` are the alerts that were resolved lately."""
    scope = TargetScope(reader.caller.scope)
    held = tuple(visible_silences(silences, reader.snapshot, scope))
    shown = overview(reader.snapshot, facts, held, reader.writer.now)
    tone, verdict = _verdict(shown, reader)
    return {
        "title": verdict,
        "verdict": verdict,
        "tone": tone,
        "remarks": tuple(_remarks(shown, reader)),
        "tiles": _tiles(shown),
        "sections": tuple(_sections(shown)),
        "shown": shown,
        "chart": timeline_for(reader, indexes),
        "planning_texts": planning_texts,
        "over": visible(over, reader.snapshot, scope),
        "held_by": _held_by,
    }


def _verdict(shown: Overview, reader: Reader) -> tuple[str, Message]:
    """Return the answer to "is all well", and the name of its style."""
    warnings, targets = shown.alerts.levels[AlertLevel.WARNING], shown.targets
    if shown.alerts.urgent:
        return "critical", texts.act_now(count=shown.alerts.urgent)
    if not reader.health.ok or reader.health.degraded:
        return "warning", texts.MONITOR_PROBLEM
    if not targets.watched:
        return "", texts.NO_TARGETS
    if warnings:
        return "warning", texts.nothing_urgent(count=warnings)
    return ("", texts.FIRST_CHECKS) if targets.not_checked else ("ok", texts.ALL_WELL)


def _remarks(shown: Overview, reader: Reader) -> Iterator[Message]:
    if not shown.targets.watched:
        return
    for one in shown.upcoming[:1]:
        yield texts.next_expiry(title=one.title or one.location, not_after=one.expires_at)
    counts = [
        texts.watched(count=shown.targets.watched),
        texts.need_action(count=shown.targets.need_action),
        texts.count_unreachable(count=shown.targets.unreachable),
    ]
    if shown.checked:
        oldest, newest = (reader.writer.local(at) for at in shown.checked)
        between = texts.checked_between(oldest=oldest, newest=newest)
        counts.append(texts.checked_at(at=newest) if oldest == newest else between)
    yield enumerated(counts, len(counts))


def _tiles(shown: Overview) -> tuple[Tile, ...]:
    targets, levels = shown.targets, shown.alerts.levels
    always = (
        Tile("expired", levels[AlertLevel.EXPIRED], texts.TILE_EXPIRED, "/alerts?level=expired"),
        Tile("critical", levels[AlertLevel.CRITICAL], texts.TILE_CRITICAL, "/alerts?level=critical"),
        Tile("warning", levels[AlertLevel.WARNING], texts.TILE_WARNING, "/alerts?level=warning"),
        Tile("unreachable", targets.unreachable, texts.TILE_UNREACHABLE, "/targets?state=unreachable"),
        Tile("ok", targets.fine, texts.TILE_FINE, "/targets?state=fine"),
    )
    sometimes = (
        Tile("held", shown.alerts.acknowledged, texts.TILE_ACKNOWLEDGED, "/alerts?state=acknowledged"),
        Tile("held", shown.alerts.silenced, texts.TILE_SILENCED, "/alerts?state=silenced"),
        Tile("held", shown.alerts.waiting, texts.TILE_WAITING, "/alerts?state=waiting"),
        Tile("standby", targets.standby, texts.TILE_STANDBY, "/targets?state=standby"),
        Tile("not-checked", targets.not_checked, texts.TILE_NOT_CHECKED, "/targets?state=not_checked"),
    )
    return (*always, *(one for one in sometimes if one.count))


def _sections(shown: Overview) -> Iterator[ActionSection]:
    summary = shown.summary
    if summary.do_first:
        first = tuple(_line(one, urgent_lines(one)) for one in summary.do_first[:_MOST_LINES])
        yield ActionSection(texts.DO_FIRST, first, len(summary.do_first) - len(first))
    rest = (*summary.then, *summary.unreachable, *summary.standby)
    if rest:
        lines = tuple(_line(one, (other_line(one), None)) for one in _first(rest))
        heading = texts.THEN if summary.do_first else texts.NEEDS_ACTION
        yield ActionSection(heading, lines, len(rest) - len(lines))


def _first(rest: Sequence[SummaryEntry[NotificationItem]]) -> Sequence[SummaryEntry[NotificationItem]]:
    """Return the first entries, and those after them that the verdict above counts as urgent."""
    urgent = [one for one in rest[_MOST_LINES:] if one.first.level in URGENT]
    return (*rest[:_MOST_LINES], *urgent[:_MOST_LINES])


def _line(entry: SummaryEntry[NotificationItem], lines: Lines) -> ActionLine:
    item = entry.first
    return ActionLine(str(entry.number or ""), *lines, item.level, item.alert_id)


def _held_by(one: Silence) -> Message:
    if one.ends_at is None:
        return texts.held_open(who=one.by)
    return texts.held_until(who=one.by, at=one.ends_at)
