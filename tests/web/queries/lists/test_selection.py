"""Parameters of an address become a selection, or a sentence about each that cannot be read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.web import list_texts as texts
from monitor.web.queries.alerts.rows import ALERTS
from monitor.web.queries.lists.listing import Selection
from monitor.web.queries.lists.selection import MOST_PER_PAGE, names, read_selection
from support.factories.web.fakes import NOW


def read(*parameters: tuple[str, str], zone: str = "UTC") -> Selection:
    """Return the selection of parameters without a problem."""
    found = read_selection(ALERTS, parameters, NOW, ZoneInfo(zone))
    assert found.problems == ()
    return found.selection


def test_nothing_is_chosen() -> None:
    """Without parameters everything has its default, and empty fields of a form are none."""
    assert read() == Selection() == read(("q", ""), ("site", " "), ("within", ""))


def test_choices() -> None:
    """A facet may have several values."""
    found = read(("site", "harbour"), ("site", "attic"), ("level", "critical"), ("q", " rec 01 "))
    assert found == Selection({"site": ("harbour", "attic"), "level": ("critical",)}, words="rec 01")


def test_dates_are_days_of_the_reader() -> None:
    """The last day is included."""
    found = read(("expires_from", "2027-01-01"), ("expires_to", "2027-01-31"), zone="Asia/Kolkata")
    assert found.expires_from == datetime(2026, 12, 31, 18, 30, tzinfo=UTC)
    assert found.expires_to == datetime(2027, 1, 31, 18, 30, tzinfo=UTC)


def test_within_is_from_now() -> None:
    """What has expired already is included, and the earlier end counts."""
    assert read(("within", "30d")) == Selection(expires_to=NOW + timedelta(days=30))
    both = read(("within", "30d"), ("expires_to", "2026-11-30"))
    assert both.expires_to == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "found"), [("expires", ("expires", False)), ("-since", ("since", True)), ("", ("", False))]
)
def test_sort(value: str, found: tuple[str, bool]) -> None:
    """A minus turns the order around."""
    selection = read(("sort", value))
    assert (selection.sort, selection.descending) == found


def test_pages_are_bounded() -> None:
    """More rows than a page may have are not shown at once."""
    assert read(("page", "3"), ("per_page", "9999")) == Selection(page=3, per_page=MOST_PER_PAGE)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("color", "red", texts.unknown_filter(name="color", known=names(ALERTS))),
        (
            "level",
            "bad",
            texts.unknown_value(name="level", value="bad", known=("expired", "critical", "warning")),
        ),
        (
            "state",
            "open",
            texts.unknown_value(
                name="state",
                value="open",
                known=("active", "acknowledged", "silenced", "waiting", "resolved", "all"),
            ),
        ),
        ("sort", "-size", texts.unknown_value(name="sort", value="-size", known=tuple(ALERTS.sorts))),
        ("expires_from", "01/02/2027", texts.not_a_date(name="expires_from", value="01/02/2027")),
        ("expires_to", "9999-12-31", texts.not_a_date(name="expires_to", value="9999-12-31")),
        ("within", "soon", texts.not_a_length(name="within", value="soon")),
        ("page", "0", texts.not_a_number(name="page", value="0")),
        ("per_page", "\u0663", texts.not_a_number(name="per_page", value="\u0663")),
        ("page", "-1", texts.not_a_number(name="page", value="-1")),
    ],
)
def test_what_cannot_be_read_is_said(name: str, value: str, problem: object) -> None:
    """Each in a sentence."""
    assert read_selection(ALERTS, [(name, value)], NOW, UTC).problems == (problem,)


def test_a_huge_length_is_no_error() -> None:
    """Nor is a date whose neighbour in UTC is out of the calendar."""
    read(("within", "99999d"))
    assert read_selection(ALERTS, [("expires_from", "0001-01-01")], NOW, ZoneInfo("Asia/Tokyo")).problems
