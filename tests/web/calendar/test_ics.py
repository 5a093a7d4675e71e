"""The text of a calendar is what RFC 5545 asks for, whatever is written into it."""

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.calendar.ics import CalendarEvent, calendar_text, escaped, folded

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANY = st.text(st.characters(codec="utf-8"), max_size=300)


def unfolded(text: str) -> list[str]:
    """Return the lines of a calendar as a reader has them (section 3.1)."""
    assert text.endswith("\r\n")
    return re.sub("\r\n[ \t]", "", text)[:-2].split("\r\n")


def unescaped(value: str) -> str:
    """Return a text as a reader has it (section 3.3.11)."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def written(*events: CalendarEvent, name: str = "Certificates") -> str:
    """Return a calendar."""
    return calendar_text(name, events, NOW, 6 * HOUR)


def test_the_calendar_says_what_it_is() -> None:
    """Name and intervals are written for Outlook and for programs that follow RFC 7986."""
    lines = unfolded(written())
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    assert {"METHOD:PUBLISH", "X-WR-CALNAME:Certificates", "NAME:Certificates"} <= set(lines)
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"} <= set(lines)


def test_an_event_takes_a_day_and_leaves_people_free() -> None:
    """It has no time, so that no program moves it to another day."""
    event = CalendarEvent(
        "1@x", date(2027, 3, 15), "a expires", ("one", "two"), "https://c.example/1", ("harbour",)
    )
    lines = unfolded(written(event))
    assert lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT")] == [
        "BEGIN:VEVENT",
        "UID:1@x",
        "DTSTAMP:20261123T120000Z",
        "DTSTART;VALUE=DATE:20270315",
        "SUMMARY:a expires",
        "DESCRIPTION:one\\ntwo",
        "URL:https://c.example/1",
        "CATEGORIES:harbour",
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    ]


def test_what_is_empty_is_left_out() -> None:
    """Programs complain about properties without a value."""
    names = {line.partition(":")[0] for line in unfolded(written(CalendarEvent("1", date(2027, 3, 15), "a")))}
    assert not names & {"DESCRIPTION", "URL", "CATEGORIES"}


@given(ANY)
def test_lines_have_75_octets_at_most(text: str) -> None:
    """No character is cut in two, and the line is the same when it is joined again."""
    line = f"SUMMARY:{escaped(text)}"
    pieces = folded(line).split("\r\n ")
    assert len(pieces[0].encode()) <= 75
    assert all(len(piece.encode()) <= 74 for piece in pieces[1:])
    assert "".join(pieces) == line


@given(ANY, ANY)
def test_nothing_leaves_its_value(summary: str, description: str) -> None:
    """Whatever a certificate is called, the calendar has the same properties, and no other event."""
    lines = unfolded(
        written(CalendarEvent("1", date(2027, 3, 15), summary, (description or "-",)), name=summary)
    )
    names = [re.split("[:;]", line)[0] for line in lines]
    assert names.count("BEGIN") == 2
    assert names[9:16] == ["BEGIN", "UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION", "TRANSP"]
    assert not any(character < " " for line in lines for character in line)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=100))
def test_texts_are_read_as_they_were(text: str) -> None:
    """Backslashes, commas and semicolons come back."""
    (line,) = [
        one for one in unfolded(written(CalendarEvent("1", date(2027, 1, 1), text))) if one.startswith("SUMM")
    ]
    assert unescaped(line.removeprefix("SUMMARY:")) == text


def test_a_header_in_a_name_stays_in_its_value() -> None:
    """The name of a certificate cannot end an event or begin a property."""
    hostile = "a\r\nEND:VEVENT\r\nBEGIN:VALARM\nATTACH:http://evil.example/x"
    lines = unfolded(written(CalendarEvent("1", date(2027, 1, 1), hostile)))
    assert [line for line in lines if line.startswith(("ATTACH", "BEGIN:VALARM"))] == []
    assert r"SUMMARY:a \nEND:VEVENT \nBEGIN:VALARM\nATTACH:http://evil.example/x" in lines
