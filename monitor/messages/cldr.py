"""Dates, lengths, numbers and lists as a language writes them: the CLDR through Babel.

It takes longer to load than most commands to run, so the writer imports it with the first value to format.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, reduce
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

Unit = Literal["day", "hour", "minute"]

# Babel turns 40 days into "1 month" below this threshold.
_NEVER_ROUNDED_UP = 1e9


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def number(value: float, code: str) -> str:
    """Return a number: ``1,234.5``."""
    return format_decimal(value, locale=_locale(code))


def day(day: date, form: str, code: str) -> str:
    """Return a date in the form ``medium``, ``long`` or ``full`` of the CLDR, or by a pattern of it."""
    return format_date(day, form, locale=_locale(code))


def month(year: int, month: int, skeleton: str, code: str) -> str:
    """Return a month by a skeleton of the CLDR: ``March 2027`` for ``yMMMM``."""
    return format_skeleton(skeleton, datetime(year, month, 1, tzinfo=UTC), UTC, locale=_locale(code))


def moment(local: datetime, form: str, code: str) -> str:
    """Return what a pattern of the CLDR makes of an instant, in its own time zone."""
    return format_datetime(local, form, local.tzinfo, _locale(code))


def length(length: timedelta, unit: Unit, code: str, *, direction: bool) -> str:
    """Return a length in units: ``3 days``, with a direction ``in 3 days``."""
    return format_timedelta(
        length, granularity=unit, threshold=_NEVER_ROUNDED_UP, add_direction=direction, locale=_locale(code)
    )


def closed_list(listed: Sequence[str], code: str) -> str:
    """Return a list: ``a, b, and c``."""
    return format_list(listed, locale=_locale(code))


def open_list(listed: Sequence[str], code: str) -> str:
    """Return a list where more follows: ``a, b, c``."""
    # The CLDR's list without "and" has one in Portuguese: what joins inner parts never has.
    inner = _locale(code).list_patterns["standard"]["middle"]
    return reduce(inner.format, listed) if listed else ""
