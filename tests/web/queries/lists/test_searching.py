"""Words are found in any case and order, thumbprints in any form in which people copy them."""

import pytest

from monitor.web.queries.lists.searching import finder

SHA1 = "A94A8FE5CCB19BA61C4C0873D391E987982FBBD3"
TEXT = f"recorder 01\nharbour\n10.0.0.7:443\nfe80::aa:bb\nserial 01af\n{SHA1}".casefold()


@pytest.mark.parametrize(
    "words",
    [
        "RECORDER",
        "harbour 01",
        "10.0.0.7",
        "aa:bb",
        "01:AF",
        SHA1,
        SHA1.lower(),
        ":".join(SHA1[at : at + 2] for at in range(0, 40, 2)),
        " ".join(SHA1[at : at + 2].lower() for at in range(0, 40, 2)),
        f"\u200e{SHA1.lower()}",
        f"harbour {'-'.join(SHA1[at : at + 2] for at in range(0, 40, 2))}",
        SHA1[:16],
    ],
)
def test_found(words: str) -> None:
    """Each of these is in the text."""
    found = finder(words)
    assert found is not None
    assert found(TEXT)


@pytest.mark.parametrize("words", ["recorder attic", "a94b", "01:ae", "recorder\u200e02"])
def test_not_found(words: str) -> None:
    """Every word has to be there."""
    found = finder(words)
    assert found is not None
    assert not found(TEXT)


@pytest.mark.parametrize("words", ["", "  ", "\u200e"])
def test_no_words(words: str) -> None:
    """Without a word nothing is searched."""
    assert finder(words) is None
