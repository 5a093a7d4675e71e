"""The page of one target: what is wrong and how to mend it, what it shows, its history, its policy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from monitor.assess.issuance import HOW_MADE
from monitor.model import AlertRecord, Check, Message, PolicyOrigin, PolicyValue, text
from monitor.model.label_names import label_value
from monitor.model.texts import enumerated
from monitor.store import HistoryEntry, OutcomePeriod
from monitor.web import texts
from monitor.web.pages import detail_texts
from monitor.web.pages import texts as words
from monitor.web.pages.details import outcome_texts
from monitor.web.pages.details.outcome_strip import outcome_strip
from monitor.web.pages.details.validity import WIDTH, Axis, Period
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.not_found import not_found
from monitor.web.queries.targets.detail import TargetDetail, target_detail
from monitor.web.services.view import WebView

_STRIP = timedelta(days=90)
_MOST = 100
_SHORTEST = timedelta(milliseconds=1)
_ORIGINS = {
    PolicyOrigin.BUILT_IN: detail_texts.BUILT_IN,
    PolicyOrigin.DEFAULTS: detail_texts.IN_DEFAULTS,
    PolicyOrigin.TARGET: detail_texts.IN_TARGET,
}


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """What is recorded of a target, each newest first: certificates, alerts that are over too, outcomes."""

    history: Sequence[HistoryEntry] = ()
    alerts: Sequence[AlertRecord] = ()
    outcomes: Sequence[OutcomePeriod] = ()


_NOTHING = TargetRecord()


def add_target(app: FastAPI, view: WebView, pages: Pages) -> None:
    """Answer ``GET /targets/ID``; an id may contain slashes."""

    @app.api_route("/targets/{target_id:path}", methods=["GET", "HEAD"], response_model=None)
    async def target(target_id: str, request: Request) -> Response:
        detail = await pages.on_thread(
            request, lambda reader: target_detail(reader.snapshot, target_id, reader.writer.now)
        )
        if detail is None:
            return await not_found(request, pages, detail_texts.no_target(target=target_id))
        record = TargetRecord(
            await view.history(target_id=target_id),
            await view.recorded_alerts(target_id),
            await view.outcomes(target_id),
        )
        policy = view.policy_origins(detail.state.target)
        return await pages.answer(
            request,
            "details/target.html",
            lambda reader: target_values(reader, detail, record, policy),
        )


def target_values(
    reader: Reader,
    detail: TargetDetail,
    record: TargetRecord = _NOTHING,
    policy: Sequence[PolicyValue] = (),
) -> Mapping[str, Any]:
    """Return the values of the page."""
    now = reader.writer.now
    axis = Axis(now - _STRIP, now)
    leaves = [one for one in record.history if one.position == 0]
    return {
        "title": text(detail.state.target.info.title or detail.state.target.location),
        "detail": detail,
        "facts": tuple(_facts(detail)),
        "width": WIDTH,
        "seen": tuple(_seen(leaves, axis)),
        "outages": tuple(_outages(record.alerts, axis)),
        "history": leaves[:_MOST],
        "outcomes": outcome_strip(record.outcomes, axis),
        "outcome_words": outcome_texts,
        "policy": [(one, _origin(one)) for one in policy],
    }


_LABELS = {"site": words.SITE, "component": words.COMPONENT, "owner": words.OWNER}
"""Labels that have a word of ours."""


def _facts(detail: TargetDetail) -> Iterator[tuple[Message, Message]]:
    state, target = detail.state, detail.state.target
    yield texts.TARGET_ID, text(target.id)
    yield detail_texts.LOCATION, text(target.location)
    if target.zone:
        yield detail_texts.ZONE, text(target.zone)
    if target.server_name:
        yield detail_texts.SERVER_NAME, text(target.server_name)
    for name, value in target.labels:
        if value:
            yield _LABELS.get(name) or text(name), label_value(name, value)
    if target.info.note:
        yield detail_texts.NOTE, text(target.info.note)
    if detail.made:
        yield detail_texts.HOW_MADE, enumerated([HOW_MADE[one] for one in detail.made], len(HOW_MADE))
    yield detail_texts.ORIGIN, text(target.origin) if target.origin else detail_texts.CONFIGURATION
    if state.watched_since is not None:
        yield detail_texts.WATCHED_SINCE, texts.instant(at=state.watched_since)
    if state.probed_at is not None:
        # What was refused at once took no time worth a word.
        took = state.duration >= _SHORTEST
        said = detail_texts.checked_in(at=state.probed_at, duration=state.duration)
        yield texts.LAST_CHECKED, said if took else texts.instant(at=state.probed_at)
    if state.succeeded_at is not None and state.succeeded_at != state.probed_at:
        yield detail_texts.LAST_SUCCESS, texts.instant(at=state.succeeded_at)


def _seen(history: Sequence[HistoryEntry], axis: Axis) -> Iterator[Period]:
    for index, one in enumerate(history):
        if (one.ended_at or axis.end) < axis.start:
            continue
        bar = axis.bar(one.first_seen_at, one.ended_at or axis.end)
        yield Period(
            bar, f"seen-{index % 2}", detail_texts.seen_since(subject=one.subject, at=one.first_seen_at)
        )


def _outages(alerts: Sequence[AlertRecord], axis: Axis) -> Iterator[Period]:
    for one in alerts:
        if one.key.check is Check.UNREACHABLE and (one.resolved_at or axis.end) >= axis.start:
            bar = axis.bar(one.opened_at, one.resolved_at or axis.end)
            yield Period(bar, "outage", detail_texts.unreachable_since(at=one.opened_at))


def _origin(one: PolicyValue) -> Message:
    return detail_texts.in_rule(match=one.match) if one.origin is PolicyOrigin.RULE else _ORIGINS[one.origin]
