"""Messages are written by the type of their parameters, and text from outside is cleaned."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.messages import ENGLISH, UnknownLanguageError, Writer, language, languages, parameters
from monitor.model import Message, message
from monitor.model.message import own
from monitor.model.texts import located

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
WRITER = Writer(ENGLISH, UTC, NOW)


@message("test.expires", "the certificate {title:quoted} {not_after:expires}")
def expires(*, title: str, not_after: datetime) -> None:
    """Name a certificate and its expiry."""


@message("test.on", "{at:date}, {at}, {at:when}")
def on(*, at: datetime) -> None:
    """Write an instant in every form."""


@message("test.count", "{count} certificate of {site}", "{count} certificates of {site}")
def counted(*, count: int, site: str) -> None:
    """Count certificates."""


@message("test.after", "no answer within {limit}; {why}")
def no_answer(*, limit: timedelta, why: Message) -> None:
    """Write a length and a nested message."""


@message("test.begins", "{first}, then {then}")
def after(*, first: Message, then: str) -> None:
    """Write a nested message first."""


@message("test.names", "it has {names}")
def names(*, names: tuple[str, ...]) -> None:
    """Write a list."""


def test_sentence() -> None:
    """What stands alone begins with a capital, also where a clause comes first; a name stays as it is."""
    inner = expires(title="portal", not_after=NOW + timedelta(days=3))
    assert WRITER.sentence(inner) == "The certificate “portal” expires in 3 days"
    assert WRITER.sentence(after(first=inner, then="done")).startswith("The certificate")
    assert WRITER.sentence(located(location="portal.vms.example", problem=inner)).startswith(
        "portal.vms.example: the"
    )
    assert WRITER.sentence(own("portal is out", ())) == "portal is out"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=40), "expires in 40 days"),
        (timedelta(days=3, hours=23), "expires in 3 days"),
        (timedelta(days=2), "expires in 2 days"),
        (timedelta(days=2) - timedelta(seconds=1), "expires in 47 hours"),
        (timedelta(hours=1), "expires in 1 hour"),
        (timedelta(minutes=59), "expires in 59 minutes"),
        (timedelta(seconds=1), "expires in 1 minute"),
        (timedelta(0), "expired 1 minute ago"),
        (-timedelta(hours=47, minutes=59), "expired 47 hours ago"),
        (-timedelta(days=2), "expired 2 days ago"),
        (-timedelta(days=400), "expired 400 days ago"),
    ],
)
def test_expiry(left: timedelta, said: str) -> None:
    """Days are whole ones towards now, hours below two days, and the tense is that of the instant."""
    one = expires(title="portal", not_after=NOW + left)
    assert WRITER.write(one) == f"the certificate “portal” {said}"


def test_dates_are_the_readers() -> None:
    """The date changes with the reader's time zone."""
    one = on(at=datetime(2027, 3, 15, 23, 30, tzinfo=UTC))
    assert WRITER.write(one) == "15 Mar 2027, 15 Mar 2027 23:30 UTC, in 106 days"
    in_athens = Writer(ENGLISH, ZoneInfo("Europe/Athens"), NOW).write(one)
    assert in_athens.startswith("16 Mar 2027, 16 Mar 2027 01:30 ")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "23:30 UTC"),
        ("Europe/Lisbon", "23:30 WET"),
        ("America/New_York", "19:30 EDT"),
        ("America/Sao_Paulo", "20:30 UTC-03:00"),
        ("Asia/Kathmandu", "05:15 UTC+05:45"),
    ],
)
def test_every_zone_has_a_name(zone: str, said: str) -> None:
    """An instant names its zone, by its distance from UTC where the reader's language has no short name."""
    assert (
        Writer(ENGLISH, ZoneInfo(zone), NOW).moment(datetime(2027, 3, 15, 23, 30, tzinfo=UTC)).endswith(said)
    )


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 certificate of x"), (0, "0 certificates of x"), (1200, "1,200 certificates of x")],
)
def test_plurals(count: int, said: str) -> None:
    """The parameter ``count`` chooses the text."""
    assert WRITER.write(counted(count=count, site="x")) == said


@message("test.within", "no answer within {limit:seconds}")
def within(*, limit: timedelta) -> None:
    """Write a length in seconds."""


@pytest.mark.parametrize(("seconds", "said"), [(10, "10 s"), (2.5, "2.5 s"), (0.05, "0.05 s"), (90, "90 s")])
def test_seconds(seconds: float, said: str) -> None:
    """Timeouts are written as they are configured."""
    assert WRITER.write(within(limit=timedelta(seconds=seconds))) == f"no answer within {said}"


def test_lengths_and_nested_messages() -> None:
    """A nested clause is written where it belongs."""
    one = no_answer(limit=timedelta(hours=3), why=names(names=("a", "b", "c")))
    assert WRITER.write(one) == "no answer within 3 hours; it has a, b, and c"


@given(st.text(max_size=2000))
def test_text_from_outside_changes_no_structure(text: str) -> None:
    """Whatever a certificate says, a message stays one line, and braces in it are text."""
    said = WRITER.write(names(names=(text, "{site}")))
    assert "\n" not in said
    assert said.isprintable() or "\ufffd" in said
    assert said.endswith("{site}")


def test_an_unknown_code_can_be_read() -> None:
    """The English text travels with the message."""
    assert (
        WRITER.write(Message("from a newer version", "{what} happened", "", (("what", "it"),)))
        == "it happened"
    )


def test_a_value_that_is_missing_costs_only_itself() -> None:
    """Whatever a message of another version lacks, the rest of it is written."""
    assert WRITER.write(Message("test.lacking", "{what} happened at {where}", "", (("what", "it"),))) == (
        "it happened at {where}"
    )


def test_languages() -> None:
    """English needs no catalogue; what there is not is named with what there is."""
    assert languages()[0] == "en"
    assert language("en") is ENGLISH
    with pytest.raises(UnknownLanguageError, match="there is no language xx; there are en"):
        language("xx")


def test_parameters_are_values_of_json() -> None:
    """Instants are RFC 3339 in UTC, lengths seconds, lists lists, and a nested message is its code."""
    inner = no_answer(limit=timedelta(minutes=2), why=counted(count=3, site="a"))
    assert parameters(inner) == {
        "limit": 120.0,
        "why": {"code": "test.count", "parameters": {"count": 3, "site": "a"}},
    }
    assert parameters(names(names=("a", "b"))) == {"names": ["a", "b"]}
    east = datetime(2026, 11, 29, 15, tzinfo=ZoneInfo("Europe/Moscow"))
    assert parameters(on(at=east)) == {"at": "2026-11-29T12:00:00Z"}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "1 Jan 1"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "31 Dec 9999"),
    ],
)
def test_the_ends_of_the_calendar_are_written_in_any_zone(at: datetime, said: str, zone: str) -> None:
    """Certificates without an end have the last instant of 9999 (RFC 5280 section 4.1.2.5)."""
    assert Writer(ENGLISH, ZoneInfo(zone), NOW).moment(at).startswith(said)
