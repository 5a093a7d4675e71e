"""The languages that texts can be written in: one folder below ``locale`` each, English needs none.

A catalogue is gettext's (``locale/LANGUAGE/LC_MESSAGES/cert_monitor.po``, compiled to ``.mo``); how numbers,
dates and lengths are written is in ``cldr``.
"""

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

DOMAIN = "cert_monitor"
FOLDER = Path(__file__).with_name("locale")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: ``code`` as in a configuration (``pt_BR``), and its translations."""

    code: str
    translations: NullTranslations

    @property
    def tag(self) -> str:
        """Return the code as the web writes it (RFC 5646): ``pt-BR``."""
        return self.code.replace("_", "-")


class UnknownLanguageError(ValueError):
    """There is no catalogue for a language; the text names those that there are."""


ENGLISH = Language("en", NullTranslations())


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages, English first."""
    return ("en", *sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


@cache
def language(code: str) -> Language:
    """Return a language by its code; raise ``UnknownLanguageError``."""
    if code == "en":
        return ENGLISH
    if code not in languages():
        raise UnknownLanguageError(f"there is no language {code}; there are {', '.join(languages())}")
    with (FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return Language(code, GNUTranslations(file))
