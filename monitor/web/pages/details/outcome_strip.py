"""The outcomes of the probes of a target: a strip of the last days, and the same as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Message
from monitor.store import OutcomePeriod
from monitor.web.pages.details import outcome_texts
from monitor.web.pages.details.validity import Axis, Period

MOST_ROWS = 20
"""The rows of the table; the strip shows all."""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One period in the table; the present one has no end."""

    said: Message
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutcomeStrip:
    """What the template draws and writes, newest first; ``older`` counts periods without a row."""

    bars: tuple[Period, ...]
    rows: tuple[OutcomeRow, ...]
    older: int


def outcome_strip(periods: Sequence[OutcomePeriod], axis: Axis) -> OutcomeStrip:
    """Return the outcomes of a target on a time axis."""
    shown = [one for one in periods if one.ended_at is None or one.ended_at >= axis.start]
    return OutcomeStrip(
        # What failed is drawn last, so that a short failure is not covered by what follows.
        bars=tuple(_bar(one, axis) for one in sorted(shown, key=lambda one: one.reason is not None)),
        rows=tuple(
            OutcomeRow(outcome_texts.outcome(one.reason), one.began_at, one.ended_at)
            for one in shown[:MOST_ROWS]
        ),
        older=max(len(shown) - MOST_ROWS, 0),
    )


def _bar(one: OutcomePeriod, axis: Axis) -> Period:
    said = outcome_texts.outcome(one.reason)
    words = (
        outcome_texts.outcome_since(outcome=said, at=one.began_at)
        if one.ended_at is None
        else outcome_texts.outcome_between(outcome=said, at=one.began_at, until=one.ended_at)
    )
    bar = axis.bar(one.began_at, one.ended_at or axis.end)
    return Period(bar, "up" if one.reason is None else "expired", words)
