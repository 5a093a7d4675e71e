"""Kinds of messages are declared once; a text that does not fit its parameters fails at import."""

from collections.abc import Callable

import pytest

from monitor.model import Message, message


def declared(text: str, plural: str = "") -> Callable[..., Message]:
    """Return a kind with the parameters ``name`` and, with a plural, ``count``."""
    if plural:

        @message("x", text, plural)
        def several(*, count: int, name: str) -> None: ...

        return several

    @message("x", text)
    def one(*, name: str) -> None: ...

    return one


def test_a_message_is_its_code_text_and_parameters() -> None:
    """Parameters keep the order in which they were declared, however they were given."""
    several = declared("{count} of {name}", "{count} of them, {name}")
    expected = Message("x", "{count} of {name}", "{count} of them, {name}", (("count", 2), ("name", "a")))
    assert several(name="a", count=2) == expected
    assert hash(several(name="a", count=2)) == hash(expected)


@pytest.mark.parametrize(
    ("text", "plural", "said"),
    [
        ("{nmae}", "", "names parameters that one does not have"),
        ("none", "", "has parameters that its text does not name"),
        ("{name}", "{nmae}", "names parameters that several does not have"),
    ],
)
def test_text_and_signature_agree(text: str, plural: str, said: str) -> None:
    """A misspelt or forgotten placeholder is found before anything runs."""
    with pytest.raises(TypeError, match=said):
        declared(text, plural)


def test_a_plural_needs_a_count() -> None:
    """Nothing else chooses between the two texts."""
    with pytest.raises(TypeError, match="a parameter named count"):

        @message("x", "{name}", "{name}s")
        def one(*, name: str) -> None: ...
