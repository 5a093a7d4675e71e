"""Words for people: messages in the reader's language and time zone; the only room that knows gettext.

Must not decide anything: what is to be said comes as a ``Message``.
"""

from monitor.messages.accepted import accepted
from monitor.messages.failures import failure_json, failure_line
from monitor.messages.language import ENGLISH, Language, UnknownLanguageError, language, languages
from monitor.messages.published import parameters
from monitor.messages.writer import Writer, english
from monitor.messages.zone import UnknownZoneError, machine_zone, zone

__all__ = [
    "ENGLISH",
    "Language",
    "UnknownLanguageError",
    "UnknownZoneError",
    "Writer",
    "accepted",
    "english",
    "failure_json",
    "failure_line",
    "language",
    "languages",
    "machine_zone",
    "parameters",
    "zone",
]
