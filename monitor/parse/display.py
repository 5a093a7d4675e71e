"""Clean untrusted text so that it is safe in a mail, a terminal, a page or a metric.

It must not judge what the text says.
"""

import re

LIMIT = 256

# Characters that Unicode counts as printable although nothing is drawn: fillers, joiners, variation
# selectors, the blank Braille pattern (Unicode DerivedCoreProperties, Default_Ignorable_Code_Point). They
# make different names look alike.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_REPLACEMENT = "\ufffd"


def display(text: str, limit: int = LIMIT) -> str:
    """Return the text on one line, without invisible characters, at most ``limit`` characters long.

    White space of any kind becomes a space; control and format characters (bidi among them), lone surrogates
    and unassigned or invisible characters become U+FFFD, so that a manipulated name remains recognizable as
    such.
    """
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    if short.isascii() and short.isprintable():
        return short
    return _UNSEEN.sub(_REPLACEMENT, "".join(map(_visible, short)))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else _REPLACEMENT
