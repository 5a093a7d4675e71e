"""Hostile text becomes one harmless line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse import display


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nvr.example", "nvr.example"),
        ("Müller & Söhne", "Müller & Söhne"),
        ("a\r\nBcc: x@y", "a  Bcc: x@y"),
        ("tab\there", "tab here"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("safe\u202egpj.exe", "safe\ufffdgpj.exe"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("lone\ud800surrogate", "lone\ufffdsurrogate"),
        ("non\u00a0breaking", "non breaking"),
        ("line\u2028separator", "line separator"),
        ("hangul\u3164filler", "hangul\ufffdfiller"),
        ("nul\0", "nul\ufffd"),
    ],
)
def test_cleans_what_breaks_mails_and_terminals(text: str, expected: str) -> None:
    """White space becomes a space and everything invisible a replacement character."""
    assert display(text) == expected


def test_cuts_what_is_too_long() -> None:
    """A text that is too long ends in an ellipsis at exactly the limit."""
    assert display("x" * 300, 10) == "x" * 9 + "…"


def test_keeps_what_just_fits() -> None:
    """A text of exactly the limit stays whole."""
    assert display("x" * 10, 10) == "x" * 10


@given(st.text(st.characters(codec=None)))
def test_result_is_one_printable_line(text: str) -> None:
    """Whatever comes in, the result is printable, encodable and bounded."""
    shown = display(text, 40)
    assert (shown.isprintable(), len(shown) <= 40, shown.encode().decode()) == (True, True, shown)


@given(st.text(st.characters(codec=None)))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Text that was cleaned stays as it is."""
    assert display(display(text)) == display(text)
