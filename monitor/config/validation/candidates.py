"""Offer what may have been meant instead of an unknown word; at most five, since nobody reads thirty."""

import difflib
from collections.abc import Sequence

MOST = 5
_ALL = "docs/configuration.md"
_MEANT = dict.fromkeys(("https", "http", "tls", "ssl", "host", "server", "url", "port"), "endpoint") | {
    "certificate": "files",
    "folder": "files",
    "path": "files",
    "xprotect": "xprotect_site",
}
"""Words for kinds that people use, and what they are called here."""


def nearest(word: str, known: Sequence[str]) -> str:
    """Return the known word that looks like a misspelled one, empty if none does."""
    return next(iter(difflib.get_close_matches(word, known, 1, 0.6)), "")


def some_of(word: str, known: Sequence[str]) -> str:
    """Return the known words, or the five most like a word and where the others are described."""
    if len(known) <= MOST:
        return ", ".join(known)
    like = set(difflib.get_close_matches(word, known, MOST, 0.01))
    shown = [one for one in known if one in like] if len(like) == MOST else known[:MOST]
    return f"{', '.join(shown)} and {len(known) - len(shown)} more, see {_ALL}"


def instead_of(word: str, known: Sequence[str]) -> str:
    """Return ``did you mean X?``, or else what is allowed."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else f"allowed: {some_of(word, known)}"


def kind_instead_of(word: str, known: Sequence[str]) -> str:
    """Return which kind was meant, also by a word that looks like none of them."""
    meant = _MEANT.get(word.lower(), "")
    return f"did you mean {meant}?" if meant in known else instead_of(word, known)
