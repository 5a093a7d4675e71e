"""A browser's languages: the best that there is, English otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.messages import accepted, languages

PREFERRED = [
    ("", "en"),
    ("pt", "pt_BR"),
    ("pt-BR", "pt_BR"),
    ("PT-br", "pt_BR"),
    ("pt-PT", "pt_BR"),
    ("pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", "pt_BR"),
    ("en-US,en;q=0.9,pt-BR;q=0.8", "en"),
    ("en;q=0.5, pt;q=0.6", "pt_BR"),
    ("en;q=0.5 , pt ; q=0.6", "pt_BR"),
    ("tlh, pt;q=0.1", "pt_BR"),
    ("tlh-CH, xx", "en"),
    ("pt;q=0, tlh", "en"),
    ("pt;q=0", "en"),
    ("*", "en"),
    ("en;q=0, *", languages()[1]),
    ("*;q=0.1, pt;q=0.2", "pt_BR"),
    ("pt;q=high, en;q=0.1", "en"),
    ("portuguese", "en"),
    (";;,,=q", "en"),
]


@pytest.mark.parametrize(("header", "code"), PREFERRED)
def test_preferred(header: str, code: str) -> None:
    """The quality decides, then the order; a region that there is not gives the language."""
    assert accepted(header).code == code


@given(st.text())
def test_any_header_gives_a_language(header: str) -> None:
    """Whatever a client sends, the page is written."""
    assert accepted(header).code in languages()


def test_tag() -> None:
    """A page names its language as the web does."""
    assert (accepted("pt").tag, accepted("en").tag) == ("pt-BR", "en")
