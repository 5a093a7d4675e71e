"""Search by words: every word has to be there, and thumbprints are found however they are written."""

import re
from collections.abc import Callable

_PAIRS = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2})+")
_SPACED = re.compile(r"[0-9a-f]{2}(?:[\s:-]*[0-9a-f]{2}){7,}")
"""Eight octets and more with any separators, spaces too, are one thumbprint or serial number."""
_SEPARATORS = re.compile(r"[\s:-]+")


def finder(words: str) -> Callable[[str], bool] | None:
    """Return a function that says whether a casefolded text has all the words, ``None`` for no words."""
    wanted = _wanted(words)
    if not wanted:
        return None
    if len(wanted) == 1:
        (forms,) = wanted
        if len(forms) == 1:
            (word,) = forms
            return lambda text: word in text
    return lambda text: all(any(form in text for form in forms) for forms in wanted)


def _wanted(words: str) -> list[tuple[str, ...]]:
    """Return the words, each in the forms that it may have in a text."""
    # Windows' certificate dialog puts an invisible mark before a thumbprint that is copied from it.
    seen = "".join(one if one.isprintable() else " " for one in words).casefold().strip()
    if _SPACED.fullmatch(seen):
        return [(_SEPARATORS.sub("", seen),)]
    return [_forms(word) for word in seen.split()]


def _forms(word: str) -> tuple[str, ...]:
    return (word, _SEPARATORS.sub("", word)) if _PAIRS.fullmatch(word) else (word,)
