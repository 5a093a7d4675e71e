"""The column types of the store: instants, durations and texts that every kind of database takes.

Timestamps are whole microseconds since 1970 UTC and durations whole microseconds: exact, compared and indexed
as numbers by SQLite (which has no type for them), and read without parsing text.
`datetime(probed_at / 1000000, 'unixepoch')` shows one in the sqlite3 shell.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Text, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class DurationColumn(TypeDecorator[timedelta]):
    """A column type that stores a duration as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, _dialect: Any) -> int | None:
        """Return the microseconds."""
        return None if value is None else value // MICROSECOND

    def process_result_value(self, value: int | None, _dialect: Any) -> timedelta | None:
        """Return the duration."""
        return None if value is None else timedelta(microseconds=value)


class TimestampColumn(TypeDecorator[datetime]):
    """A column type that stores an aware datetime as microseconds since 1970 UTC.

    Naive datetimes raise ``TypeError``.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> int | None:
        """Return the microseconds since 1970."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, _dialect: Any) -> datetime | None:
        """Return the datetime in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


def storable(value: str) -> str:
    r"""Return a text that every database takes: a lone surrogate or a NUL becomes its escape.

    File names outside the file system's encoding contain lone surrogates (PEP 383), and one of them would
    otherwise keep a whole batch from being recorded. PostgreSQL refuses a NUL in a text.
    """
    if "\0" in value:
        value = value.replace("\0", r"\x00")
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()


class TextColumn(TypeDecorator[str]):
    """A column type that stores any Python string, even with lone surrogates and NULs."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        """Return a text that every database takes."""
        return None if value is None else storable(value)
