"""``cert-monitor forecast``: what will have expired by a day if nothing is renewed; probes nothing."""

import argparse
import asyncio
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from monitor.cli.output import say
from monitor.clock import SystemClock
from monitor.config import load
from monitor.daemon.resumed import recorded_snapshot
from monitor.errors import UsageError
from monitor.messages import english
from monitor.parse import display
from monitor.planning import Forecast, LocationExpiry, forecast, index_certificates, location_expiries
from monitor.web.queries.planning.forecast import InvalidDayError, asked_day, unknown_texts

_WIDTH = 80


def print_forecast(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 where nothing is known yet."""
    now = SystemClock().now()
    at = _day(arguments.at, now)
    snapshot = asyncio.run(recorded_snapshot(load(arguments.config), SystemClock()))
    found = forecast(index_certificates(snapshot, now), at)
    listed = location_expiries(found)
    notes = list(_notes(found))
    if arguments.format == "json":
        say(json.dumps([_as_json(one, now) for one in listed], indent=2))
        print("\n".join(f"note: {note}" for note in notes), end="\n" if notes else "", file=sys.stderr)
    else:
        say("\n".join(_text(found, listed, notes)))
    return 1 if _nothing_known(found) else 0


def _day(text: str, now: datetime) -> datetime:
    """Return the end of a day in UTC, as the API takes it."""
    try:
        return asked_day(text, UTC, now)
    except InvalidDayError:
        raise UsageError(
            f"forecast: --at {text!r} is no day within 50 years from now, such as 2027-03-15"
        ) from None


def _as_json(one: LocationExpiry, now: datetime) -> dict[str, str]:
    """Return one element; its keys are published."""
    return {
        "target": one.target.id,
        "location": one.location,
        "title": _title(one),
        "not_after": one.certificate.not_after.isoformat(),
        "cause": _cause(one, now),
    }


def _cause(one: LocationExpiry, now: datetime) -> str:
    verb = "expired" if one.certificate.not_after <= now else "expires"
    return f'CA "{one.certificate.title}" {verb}' if one.by_ca else f"certificate {verb}"


def _title(one: LocationExpiry) -> str:
    return one.target.info.title or one.target.location


def _text(found: Forecast, listed: Sequence[LocationExpiry], notes: Sequence[str]) -> Iterator[str]:
    day = f"{found.at:%Y-%m-%d}"
    if listed:
        targets = len({one.target.id for one in listed})
        every = _targets(found.targets)
        yield f"If nothing is renewed, certificates of {targets} of {every} expire by {day}:"
    elif found.certificates:
        yield f"Nothing that is known expires by {day}."
    for (expires_at, cause), group in groupby(listed, lambda one: _heading(one, found.now)):
        yield ""
        yield from _wrapped(f"{expires_at:%Y-%m-%d}  {cause} ({_away(expires_at, found.now)})", "", " " * 12)
        for one in group:
            title = "" if _title(one) == one.location else f"{_title(one)}, "
            yield from _wrapped(f"{title}{one.location}", "  ", "    ")
    yield from ("", *_cas(found)) if found.ca_renewals else ()
    if notes:
        yield ""
    for note in notes:
        yield from _wrapped(f"note: {note}", "", "      ")


def _heading(one: LocationExpiry, now: datetime) -> tuple[datetime, str]:
    return one.certificate.not_after, _cause(one, now)


def _away(expires_at: datetime, now: datetime) -> str:
    days = (expires_at.date() - now.astimezone(UTC).date()).days
    if not days:
        return "today"
    unit = "day" if abs(days) == 1 else "days"
    return f"in {days} {unit}" if days > 0 else f"{-days} {unit} ago"


def _cas(found: Forecast) -> Iterator[str]:
    yield "CAs to renew by then, because what they issue later would outlive them:"
    for one in found.ca_renewals:
        text = (
            f"{one.renew_by:%Y-%m-%d}  {one.certificate.title}, expires {one.certificate.not_after:%Y-%m-%d}"
        )
        yield from _wrapped(text, "  ", " " * 14)


def _notes(found: Forecast) -> Iterator[str]:
    if _nothing_known(found):
        yield (
            f"nothing is known yet: no certificate of {_targets(found.targets)} has been seen; "
            "leave the service (cert-monitor run) a few minutes to check them"
        )
    elif not found.targets:
        yield "nothing is watched"
    writer = english(found.now)
    yield from (writer.write(one) for one in unknown_texts(found.unknown))


def _nothing_known(found: Forecast) -> bool:
    return found.targets > 0 and not found.certificates


def _targets(count: int) -> str:
    return f"{count} {'target' if count == 1 else 'targets'}"


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        display(text, 1000), _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
