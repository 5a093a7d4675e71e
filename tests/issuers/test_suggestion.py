"""What an ACME CA answers is read by the letter of RFC 9773; all else is no answer."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from monitor.issuers.renewal_id import renewal_id
from monitor.issuers.suggestion import (
    BadAnswerError,
    Suggestion,
    renewal_info_in,
    retry_after,
    suggestion_in,
)
from support.pki import authority, extension, leaf, raw, tlv

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
START, END = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC)
AUTHORITY_KEY = x509.ObjectIdentifier("2.5.29.35")


def identified(key: bytes, serial: bytes) -> bytes:
    """Return a certificate with this authority key identifier and these octets as serial number."""
    return raw(serial=serial, extensions=[extension(AUTHORITY_KEY, tlv(0x30, tlv(0x80, key)))])


def answer(start: str = "2026-12-01T00:00:00Z", end: str = "2026-12-03T00:00:00Z", more: str = "") -> bytes:
    """Return an answer with this window."""
    return f'{{"suggestedWindow": {{"start": "{start}", "end": "{end}"}}{more}}}'.encode()


def test_the_example_of_the_rfc() -> None:
    """RFC 9773 section 4.1 gives a key identifier, a serial number and what they become."""
    key = bytes.fromhex("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")
    assert renewal_id(identified(key, bytes.fromhex("0087654321"))) == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"


def test_identifier_of_an_ordinary_certificate() -> None:
    """It has no padding and one dot."""
    written = renewal_id(leaf("a.example", authority()).der)
    assert (written.count("."), written.count("="), len(written) > 40) == (1, 0, True)


@pytest.mark.parametrize(
    "der",
    [
        pytest.param(leaf("a.example", identifiers=False).der, id="no extension"),
        pytest.param(identified(b"", b"\1"), id="an empty identifier"),
        pytest.param(identified(b"k" * 65, b"\1"), id="an endless identifier"),
        pytest.param(
            raw(extensions=[extension(AUTHORITY_KEY, tlv(0x30, tlv(0x82, b"\1")))]), id="a serial number only"
        ),
        pytest.param(raw(extensions=[extension(AUTHORITY_KEY, b"junk")]), id="malformed"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_certificate_without_identifier(der: bytes) -> None:
    """Nobody can be asked about it."""
    assert renewal_id(der) == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (answer(), Suggestion(START, END)),
        (answer("2026-12-01T02:00:00+02:00", "2026-12-02t23:00:00.000000001-01:00"), Suggestion(START, END)),
        (
            answer(more=', "explanationURL": "https://acme.example/docs/ari"'),
            Suggestion(START, END, "https://acme.example/docs/ari"),
        ),
        (answer(more=', "unknown": [1, {}]'), Suggestion(START, END)),
    ],
)
def test_a_window(body: bytes, expected: Suggestion) -> None:
    """Start, end and explanation; what is not known is passed over."""
    assert suggestion_in(body) == expected


@pytest.mark.parametrize(
    "url",
    [
        '"javascript:alert(1)"',
        '"http://user:pass@ca.example/"',
        '"https://ca.example/a b"',
        '"https://ca.example/\\u001b[2J"',
        '"https://ca.example/\\u202e"',
        f'"https://ca.example/{"x" * 400}"',
        "7",
        "null",
        "{}",
    ],
)
def test_an_explanation_that_nobody_should_click(url: str) -> None:
    """The window counts, the address is left out."""
    assert suggestion_in(answer(more=f', "explanationURL": {url}')) == Suggestion(START, END)


NO_DATE = "the start of the window that it suggests is no date"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "it sent something that is no JSON"),
        (b"\xff\xfe", "it sent something that is no JSON"),
        (b"[" * 50_000, "it sent something that is no JSON"),
        (b"[]", "it sent JSON that is no object"),
        (b"null", "it sent JSON that is no object"),
        (b"{}", "it suggests no window"),
        (b'{"suggestedWindow": []}', "it suggests no window"),
        (b'{"suggestedWindow": {}}', NO_DATE),
        (answer(start="2026-12-03T00:00:00Z"), "the window that it suggests ends before it begins"),
        (answer(start="2026-12-04T00:00:00Z"), "the window that it suggests ends before it begins"),
        (answer(start="2026-12-01"), NO_DATE),
        (answer(start="2026-12-01T00:00:00"), NO_DATE),
        (answer(start="2026-13-01T00:00:00Z"), NO_DATE),
        (answer(start="20261201T000000Z"), NO_DATE),
        (answer(start="0001-01-01T00:00:00+23:59"), NO_DATE),
        (answer(end="9999-12-31T23:59:59-23:59"), "the end of the window that it suggests is no date"),
        (answer(start="٢٠٢٦-12-01T00:00:00Z"), NO_DATE),
        (b'{"suggestedWindow": {"start": 1764547200, "end": 1764720000}}', NO_DATE),
    ],
)
def test_no_window(body: bytes, sentence: str) -> None:
    """Each oddity has its sentence."""
    with pytest.raises(BadAnswerError) as caught:
        suggestion_in(body)
    assert str(caught.value) == sentence


@given(st.binary(max_size=300))
def test_junk_is_never_more_than_a_bad_answer(junk: bytes) -> None:
    """Nothing else is raised, whatever a server sends."""
    with pytest.raises(BadAnswerError):
        suggestion_in(junk)
    with pytest.raises(BadAnswerError):
        renewal_info_in(junk)


def test_a_directory() -> None:
    """The URL comes without a slash at its end, because one is put behind it."""
    assert renewal_info_in(b'{"renewalInfo": "https://ca.example/ari/"}') == "https://ca.example/ari"


@pytest.mark.parametrize(
    ("directory", "sentence"),
    [
        (b'{"newOrder": "https://ca.example/order"}', "its directory offers no renewal information"),
        (b'{"renewalInfo": 7}', "its directory names no URL as renewalInfo"),
        (b'{"renewalInfo": "ftp://ca.example/"}', "its directory names no URL as renewalInfo"),
        (b'{"renewalInfo": ""}', "its directory names no URL as renewalInfo"),
    ],
)
def test_a_directory_without(directory: bytes, sentence: str) -> None:
    """A CA that does not offer it is distinguished from one that answers nonsense."""
    with pytest.raises(BadAnswerError) as caught:
        renewal_info_in(directory)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21600", timedelta(hours=6)),
        ("0", timedelta(minutes=1)),
        ("59", timedelta(minutes=1)),
        ("86401", timedelta(days=1)),
        ("999999999", timedelta(days=1)),
        ("Mon, 23 Nov 2026 18:00:00 GMT", timedelta(hours=6)),
        ("Mon, 23 Nov 2020 18:00:00 GMT", timedelta(minutes=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
        ("9999999999", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
    ],
)
def test_retry_after(text: str, expected: timedelta | None) -> None:
    """Seconds or a date, never less than a minute and never more than a day."""
    assert retry_after({"retry-after": text}, NOW) == expected


@given(st.text(max_size=40))
def test_any_retry_after_is_bounded(text: str) -> None:
    """A header cannot silence us, nor make us hurry."""
    wait = retry_after({"retry-after": text}, NOW)
    assert wait is None or timedelta(minutes=1) <= wait <= timedelta(days=1)
