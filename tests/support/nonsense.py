"""A language of nonsense, made of all texts of ours: what is not written in it was never translated."""

import re
import string
from collections.abc import Iterable
from gettext import GNUTranslations
from html.parser import HTMLParser
from io import BytesIO

from babel.messages import Catalog

import catalogues
from monitor.messages import Language
from monitor.model import FailureReason

LETTER = "ж"
_WORD = re.compile(r"[A-Za-z]{2,}")


def nonsense() -> Language:
    """Return a language whose texts have no Latin letter; dates and counts are Greek."""
    catalog = Catalog("el")
    for text in catalogues.texts():
        key = (text.text, text.plural) if text.plural else text.text
        forms = tuple(map(_nonsense, (text.text, text.plural)))
        catalog.add(key, forms if text.plural else forms[0])
    compiled = BytesIO(catalogues.compiled(catalog))
    return Language("el", GNUTranslations(compiled))


def _nonsense(text: str) -> str:
    parts = []
    for literal, name, form, _ in string.Formatter().parse(text):
        parts.append(re.sub(r"\w", LETTER, literal).replace("{", "{{").replace("}", "}}"))
        parts.append("" if name is None else f"{{{name}:{form}}}" if form else f"{{{name}}}")
    return "".join(parts)


def words_of_ours(shown: str, others: Iterable[str]) -> set[str]:
    """Return the words in Latin letters that are neither of others nor reasons of failures."""
    known = {word for text in (*others, *FailureReason) for word in _WORD.findall(text)}
    return set(_WORD.findall(shown)) - known


class _Shown(HTMLParser):
    """Collect what people see or hear of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes that are shown, and whether the content is."""
        self._hidden = tag == "style"
        self.texts += [
            v or "" for n, v in attrs if n in ("placeholder", "aria-label", "title", "alt", "data-is")
        ]

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if not self._hidden:
            self.texts.append(data)


def shown(html: str) -> str:
    """Return the texts of a page, with the attributes that people see."""
    parser = _Shown()
    parser.feed(html)
    return "\n".join(parser.texts)
