"""Read a selection of rows from the parameters of an address, and say which of them cannot be read."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from monitor.model import Message
from monitor.web import list_texts as texts
from monitor.web.queries.lists.listing import ALL, Facet, Listing, Selection

MOST_PER_PAGE = 100
_PER_PAGE = 50
_LONGEST = 200
_MOST_PAGES = 1_000_000
_WITHIN = re.compile(r"(\d{1,5})d")
_EXPIRY = ("expires_from", "expires_to", "within")
_OTHER = ("q", "sort", "page", "per_page", "format")


@dataclass(frozen=True, slots=True)
class SelectionReading:
    """A selection, and what is wrong with the parameters that it was read from."""

    selection: Selection
    problems: tuple[Message, ...] = ()


def names(listing: Listing[Any]) -> tuple[str, ...]:
    """Return the names of all parameters of a list."""
    facets = tuple(one.name for one in listing.facets)
    return facets + (_EXPIRY if listing.expires_at else ()) + _OTHER


def read_selection(
    listing: Listing[Any], parameters: Iterable[tuple[str, str]], now: datetime, zone: tzinfo
) -> SelectionReading:
    """Return what the parameters select; dates are days in a time zone, the last one included."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        if value.strip():
            given.setdefault(name, []).append(value.strip()[:_LONGEST])
    one = {name: values[-1] for name, values in given.items()}
    problems: list[Message] = list(_unknown(listing, given))
    sort, descending = _sort(listing, one.get("sort", ""), problems)
    start, end = _expiry(one, now, zone, problems)
    selection = Selection(
        chosen={facet.name: tuple(given[facet.name]) for facet in listing.facets if facet.name in given},
        words=one.get("q", ""),
        expires_from=start,
        expires_to=end,
        sort=sort,
        descending=descending,
        page=_number(one, "page", 1, _MOST_PAGES, problems),
        per_page=_number(one, "per_page", _PER_PAGE, MOST_PER_PAGE, problems),
    )
    return SelectionReading(selection, tuple(problems))


def _unknown(listing: Listing[Any], given: Mapping[str, Sequence[str]]) -> Iterator[Message]:
    known = names(listing)
    for name in given:
        if name not in known:
            yield texts.unknown_filter(name=name, known=known)
    for facet in listing.facets:
        if facet.known:
            yield from _unknown_values(facet, given.get(facet.name, ()))


def _unknown_values(facet: Facet[Any], values: Iterable[str]) -> Iterator[Message]:
    known = (*facet.known, ALL) if facet.default else facet.known
    for value in values:
        if value not in known:
            yield texts.unknown_value(name=facet.name, value=value, known=known)


def _sort(listing: Listing[Any], value: str, problems: list[Message]) -> tuple[str, bool]:
    name = value.removeprefix("-")
    if name and name not in listing.sorts:
        problems.append(texts.unknown_value(name="sort", value=value, known=tuple(listing.sorts)))
        return "", False
    return name, value.startswith("-")


def _expiry(
    given: Mapping[str, str], now: datetime, zone: tzinfo, problems: list[Message]
) -> tuple[datetime | None, datetime | None]:
    start = _day(given, "expires_from", zone, problems)
    last = _day(given, "expires_to", zone, problems, after=timedelta(days=1))
    within = given.get("within", "")
    if not within:
        return start, last
    found = _WITHIN.fullmatch(within)
    if found is None:
        problems.append(texts.not_a_length(name="within", value=within))
        return start, last
    end = now + timedelta(days=int(found[1]))
    return start, end if last is None else min(end, last)


def _day(
    given: Mapping[str, str],
    name: str,
    zone: tzinfo,
    problems: list[Message],
    *,
    after: timedelta = timedelta(0),
) -> datetime | None:
    value = given.get(name, "")
    if not value:
        return None
    try:
        day = date.fromisoformat(value) + after
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        problems.append(texts.not_a_date(name=name, value=value))
        return None


def _number(given: Mapping[str, str], name: str, default: int, most: int, problems: list[Message]) -> int:
    value = given.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or int(value) < 1:
        problems.append(texts.not_a_number(name=name, value=value))
        return default
    return min(int(value), most)
