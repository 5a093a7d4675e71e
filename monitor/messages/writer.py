"""Writes messages: looks up their text in a language's catalogue and formats each parameter by its type.

Formats of instants: ``{at}`` (date and time), ``{at:date}``, ``{at:day}`` ("1 December 2027"), ``{at:on}``
("today", "tomorrow", "on Tuesday, 1 December 2026"), ``{at:when}`` ("in 3 days", "2 days ago"),
``{at:expires}`` ("expires in 3 days", "expired 2 days ago"). Of lengths: ``{length}`` ("3 days"),
``{length:seconds}`` ("2.5 s"). Of texts: ``{text:quoted}``. Of lists: ``{names}`` ("a, b, and c"),
``{names:open}`` ("a, b, c") where more follows. Everything that comes from outside is cleaned here, whatever
it holds.
"""

import string
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from monitor.messages.language import ENGLISH, Language
from monitor.model import Message
from monitor.model.message import COUNT, OWN, Parameter
from monitor.parse import display

_A_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_UNITS: tuple[tuple[timedelta, Literal["day", "hour", "minute"], timedelta], ...] = (
    (_A_DAY, "day", 2 * _A_DAY),
    (_HOUR, "hour", _HOUR),
    (_MINUTE, "minute", timedelta(0)),
)
"""Units of lengths, each with the length from which it is used."""
_LONGEST_TEXT = 1000
_Form = Literal["medium", "long", "full"]
_DATE: tuple[str, _Form] = ("d MMM y", "medium")
_DAY: tuple[str, _Form] = ("d MMMM y", "long")
_WEEKDAY: tuple[str, _Form] = ("EEEE, d MMMM y", "full")
"""Dates: a pattern for English, the CLDR's form for other languages."""


class Writer:
    """Writes messages for one reader: a language, a time zone, and the present instant."""

    def __init__(self, language: Language, zone: tzinfo, now: datetime) -> None:
        """Take the language, the time zone and the present instant of the reader."""
        self.language = language
        self.zone = zone
        self.now = now

    def write(self, message: Message) -> str:
        """Return a message as text on one line, cleaned of anything invisible."""
        values = dict(message.parameters)
        return self._filled(self._text(message, values), values)

    def sentence(self, message: Message) -> str:
        """Return a message that stands alone: with a capital, unless it begins with a name from outside."""
        written = self.write(message)
        return written[:1].upper() + written[1:] if self._begins_with_a_word(message) else written

    def text(self, text: str) -> str:
        """Return a fixed text of ours in the reader's language."""
        return self.language.translations.gettext(text)

    def length(self, length: timedelta) -> str:
        """Return a length in whole days, in hours below two days, in minutes below one hour: ``3 days``."""
        return self._length(abs(length), direction=False)

    def seconds(self, length: timedelta) -> str:
        """Return a short length in seconds: ``2.5 s``."""
        return f"{self.number(length.total_seconds())} s"

    def when(self, at: datetime) -> str:
        """Return how far an instant lies from now: ``in 3 days``, ``2 days ago``."""
        return self._length(at - self.now, direction=True)

    def expires(self, at: datetime) -> str:
        """Return when something expires or did: ``expires in 3 days``, ``expired 2 days ago``."""
        said = self.text("expires {when}") if at > self.now else self.text("expired {when}")
        return said.format(when=self.when(at))

    def date(self, at: datetime) -> str:
        """Return the date of an instant in the reader's time zone: ``15 Mar 2027``."""
        return self._date(self._local(at), *_DATE)

    def day(self, at: datetime) -> str:
        """Return the date of an instant in full, in the reader's time zone: ``15 March 2027``."""
        return self._date(self._local(at), *_DAY)

    def on(self, at: datetime) -> str:
        """Return the day of an instant: ``today``, ``tomorrow``, ``on Monday, 15 March 2027``."""
        local = self._local(at)
        away = (local.date() - self._local(self.now).date()).days
        near = {-1: self.text("yesterday"), 0: self.text("today"), 1: self.text("tomorrow")}
        if away in near:
            return near[away]
        return self.text("on {date}").format(date=self._date(local, *_WEEKDAY))

    def _date(self, local: datetime, english: str, form: _Form) -> str:
        from monitor.messages import cldr  # noqa: PLC0415 - see there

        # The CLDR's English is American, where the day stands between month and year.
        pattern = english if self.language.code == "en" else form
        return cldr.day(local.date(), pattern, self.language.code)

    def month(self, year: int, month: int) -> str:
        """Return a month: ``March 2027``."""
        from monitor.messages import cldr  # noqa: PLC0415 - see there

        return cldr.month(year, month, "yMMMM", self.language.code)

    def short_month(self, month: int) -> str:
        """Return the name of a month where there is little room: ``Mar``."""
        from monitor.messages import cldr  # noqa: PLC0415 - see there

        return cldr.day(datetime(1970, month, 1, tzinfo=UTC).date(), "LLL", self.language.code)

    def moment(self, at: datetime) -> str:
        """Return an instant to the minute in the reader's time zone: ``15 Mar 2027 10:05 UTC``."""
        return f"{self.local(at)} {self._zone_name(self._local(at))}"

    def local(self, at: datetime) -> str:
        """Return an instant where the zone is named elsewhere: ``15 Mar 2027 10:05``."""
        local = self._local(at)
        return f"{self.date(at)} {self._moment(local, 'HH:mm')}"

    def _zone_name(self, local: datetime) -> str:
        """Return what a time zone is called at an instant: ``UTC``, ``BRT``, ``WET``, ``UTC+05:30``."""
        known = self._moment(local, "zzz")
        # Neither the CLDR nor the IANA has a short name for every zone.
        names = (known, local.tzname() or "")
        offset = f"{local:%z}"
        return next((name for name in names if name.isalpha()), f"UTC{offset[:3]}:{offset[3:5]}")

    def _local(self, at: datetime) -> datetime:
        """Return an instant in the reader's time zone; those at the ends of the calendar stay in UTC."""
        try:
            return at.astimezone(self.zone)
        except OverflowError:
            return at.astimezone(UTC)

    def _text(self, message: Message, values: Mapping[str, Parameter]) -> str:
        if message.code == OWN:
            return message.text
        if not message.plural:
            return self.language.translations.gettext(message.text)
        count = values[COUNT]
        assert isinstance(count, int)  # noqa: S101 - declared so, see ``message``
        return self.language.translations.ngettext(message.text, message.plural, count)

    def _begins_with_a_word(self, message: Message) -> bool:
        """Return whether a message begins with words of ours, itself or the clause at its beginning."""
        if message.code == OWN:
            return False
        values = dict(message.parameters)
        parts = string.Formatter().parse(self._text(message, values))
        before, name = next(((before, name) for before, name, _, _ in parts), ("", None))
        first = values.get(name or "") if not before else None
        return self._begins_with_a_word(first) if isinstance(first, Message) else bool(before)

    def _filled(self, text: str, values: Mapping[str, Parameter]) -> str:
        parts = []
        for before, name, form, _ in string.Formatter().parse(text):
            parts.append(before)
            if name is not None:
                # A text of another version must not keep a mail from being sent.
                parts.append(self._value(values[name], form or "") if name in values else f"{{{name}}}")
        return "".join(parts)

    def _value(self, value: Parameter, form: str) -> str:
        if isinstance(value, Message):
            return self.write(value)
        if isinstance(value, datetime):
            return _INSTANTS[form](self, value)
        if isinstance(value, timedelta):
            return self.seconds(value) if form == "seconds" else self.length(value)
        if isinstance(value, int):
            return self.number(value)
        if isinstance(value, str):
            return f"“{display(value, _LONGEST_TEXT)}”" if form == "quoted" else display(value, _LONGEST_TEXT)
        listed = [display(one, _LONGEST_TEXT) for one in value]
        from monitor.messages import cldr  # noqa: PLC0415 - see there

        return (cldr.open_list if form == "open" else cldr.closed_list)(listed, self.language.code)

    def number(self, value: float) -> str:
        """Return a number with the separators of the language: ``1,899``."""
        from monitor.messages import cldr  # noqa: PLC0415 - see there

        return cldr.number(value, self.language.code)

    def _moment(self, local: datetime, form: str) -> str:
        from monitor.messages import cldr  # noqa: PLC0415 - see there

        return cldr.moment(local, form, self.language.code)

    def _length(self, length: timedelta, *, direction: bool) -> str:
        # Towards now in both directions: 3.9 days left are 3, 1.9 days ago is 1 day ago.
        size = abs(length)
        unit, name = next((one for one in _UNITS if size >= one[2]), _UNITS[-1])[:2]
        whole = max(size // unit, 1) * unit
        from monitor.messages import cldr  # noqa: PLC0415 - see there

        signed = whole if length > timedelta(0) else -whole
        return cldr.length(signed, name, self.language.code, direction=direction)


_INSTANTS = {
    "": Writer.moment,
    "date": Writer.date,
    "day": Writer.day,
    "on": Writer.on,
    "when": Writer.when,
    "expires": Writer.expires,
}


def english(now: datetime) -> Writer:
    """Return the writer for what always speaks English and UTC: commands, JSON and logs."""
    return Writer(ENGLISH, UTC, now)
