"""The section ``silences``: alerts that are kept back for good, until a day, or every week."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from json import dumps
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.config.sections.routing import Match, matchers
from monitor.delivery.digest import ClockTime
from monitor.delivery.settings import ZoneName
from monitor.messages import machine_zone, zone
from monitor.model import Silence, SilenceKind
from monitor.parse import display
from monitor.settings import DISTINCT, Settings, distinct

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_LENGTH_OF_DAY = len("2027-01-31")
_DAYS: tuple[Day, ...] = get_args(Day)


def _nonempty(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not value:
        raise ValueError("needs at least one label; an empty one would silence everything")
    return value


Line = Annotated[str, AfterValidator(display)]


def _until(value: object) -> date | datetime:
    try:
        text = value if isinstance(value, str) else ""
        instant = date.fromisoformat(text) if len(text) == _LENGTH_OF_DAY else datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or (isinstance(instant, datetime) and instant.tzinfo is None):
        raise ValueError("must be a day such as 2027-01-31, or an instant such as 2027-01-31T18:00+01:00")
    return instant


Until = Annotated[datetime | date, BeforeValidator(_until), WithJsonSchema({"type": "string"})]


class WindowSettings(Settings):
    """A window of time that comes again every week."""

    days: Annotated[tuple[Day, ...], AfterValidator(distinct), DISTINCT] = Field(
        _DAYS, min_length=1, description="days on which it begins ([monday, ..., sunday])"
    )
    start: ClockTime = Field(alias="from", description='time of day at which it begins, such as "22:00"')
    end: ClockTime = Field(alias="to", description="time of day at which it ends, possibly on the next day")
    timezone: ZoneName | None = Field(None, description="time zone of these times; else this machine's")

    def around(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the window that lasts at an instant, ``None`` if none does."""
        where = zone(self.timezone) if self.timezone else machine_zone()
        today = now.astimezone(where).date()
        for day in (today - timedelta(days=1), today):
            begins, ends = self._on(day, where)
            if _DAYS[day.weekday()] in self.days and begins <= now < ends:
                return begins, ends
        return None

    def _on(self, day: date, where: tzinfo) -> tuple[datetime, datetime]:
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        last = day if end > start else day + timedelta(days=1)
        begins, ends = datetime.combine(day, start, where), datetime.combine(last, end, where)
        return begins.astimezone(UTC), ends.astimezone(UTC)


class SilenceSettings(Settings):
    """Alerts that nobody is notified of for a time; they stay on the page and in the metrics, marked."""

    match: Annotated[Match, AfterValidator(_nonempty)] = Field(
        description="as in a route; an alert is silenced when all its targets match"
    )
    until: Until | None = Field(
        None,
        description="last day (2027-01-31), or instant with offset; without it it lasts until it is removed",
    )
    window: WindowSettings | None = Field(None, description="only within this weekly window")
    reason: Line = Field(min_length=1, description="why, for whoever finds it")

    def silence(self, now: datetime) -> Silence | None:
        """Return it as alerts know it, ``None`` while it does not apply."""
        begins, ends = datetime.min.replace(tzinfo=UTC), self._until()
        if self.window is not None:
            window = self.window.around(now)
            if window is None:
                return None
            begins, ends = window[0], min(window[1], ends or window[1])
        if ends is not None and ends <= now:
            return None
        identity = sha256(dumps([self.match, self.reason], sort_keys=True).encode()).hexdigest()[:20]
        return Silence(
            identity,
            SilenceKind.SILENCE,
            begins,
            ends,
            self.reason,
            "configuration",
            matchers(self.match),
            configured=True,
        )

    def _until(self) -> datetime | None:
        if self.until is None or isinstance(self.until, datetime):
            return self.until
        after = self.until + timedelta(days=1)
        return datetime.combine(after, time(), machine_zone()).astimezone(UTC)


def active_silences(silences: Iterable[SilenceSettings], now: datetime) -> Iterator[Silence]:
    """Iterate over the configured silences that apply at an instant."""
    return (one for settings in silences if (one := settings.silence(now)) is not None)
