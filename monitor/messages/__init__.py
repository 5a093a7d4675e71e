"""Words for people: messages in the reader's language and time zone; the only room that knows gettext.

Must not decide anything: what is to be said comes as a ``Message``.
"""

from monitor.messages.language import ENGLISH, Language, UnknownLanguageError, language, languages
from monitor.messages.published import parameters
from monitor.messages.writer import Writer, english

__all__ = [
    "ENGLISH",
    "Language",
    "UnknownLanguageError",
    "Writer",
    "english",
    "language",
    "languages",
    "parameters",
]
