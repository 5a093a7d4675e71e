"""Log lines for people and for programs: a sentence and its facts, as ``key=value`` or as JSON.

What happens often or to one target is no log line: metrics and the page show it.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

RARELY = 60.0
"""Seconds between two lines about one thing that others can cause as often as they like."""
_FACTS = "cert_monitor_facts"
# JSON leaves these as they are, and they end a line for some readers.
_BREAKS = {code: f"\\u{code:04x}" for code in (0x7F, 0x85, 0x2028, 0x2029)}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/@_-+*,")


class LogFormat(StrEnum):
    """The form of log lines."""

    TEXT = "text"
    JSON = "json"


def event(log: logging.Logger, what: str, *, level: int = logging.INFO, **facts: object) -> None:
    """Log what happened with its facts; facts that are ``None`` or empty are left out."""
    known = {name: value for name, value in facts.items() if value not in (None, "", ())}
    log.log(level, what, extra={_FACTS: known})


class RareEvents:
    """Events that others can cause as often as they like: one line a minute for each thing that they concern.

    The fact ``more`` counts those that were left out after the line before. Any thread may use it.
    """

    def __init__(self, log: logging.Logger, monotonic: Callable[[], float], most: int = 100) -> None:
        """Take the log, a clock in seconds, and how many things are distinguished at a time."""
        self._log = log
        self._monotonic = monotonic
        self._most = most
        self._last: dict[str, tuple[float, int]] = {}

    def event(self, what: str, about: str, *, level: int, **facts: object) -> None:
        """Log what happened to a thing, unless that was said within the last minute."""
        now = self._monotonic()
        about = about if about in self._last or len(self._last) < self._most else ""
        said_at, more = self._last.get(about, (now - RARELY, 0))
        if now - said_at < RARELY:
            self._last[about] = said_at, more + 1
            return
        self._last = {name: one for name, one in self._last.items() if now - one[0] < RARELY}
        self._last[about] = now, 0
        event(self._log, what, level=level, **facts, more=more or None)


def facts_of(record: logging.LogRecord) -> Mapping[str, object]:
    """Return the facts of a record by their names."""
    facts: Mapping[str, object] = getattr(record, _FACTS, {})
    return facts


class TextLines(logging.Formatter):
    """One line for each record: time, level, logger, sentence, and facts as ``key=value``."""

    def __init__(self, form: str = "%(asctime)s %(levelname)s %(name)s: %(message)s") -> None:
        """Set the form of what comes before the facts."""
        super().__init__(form)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in logging
        """Return the line, to which a traceback may be added."""
        facts = facts_of(record).items()
        return " ".join([super().formatMessage(record), *(f"{n}={_value(v)}" for n, v in facts)])


class JsonLines(logging.Formatter):
    """One JSON object for each record: ``time``, ``level``, ``logger``, ``message``, and its facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, also for a record with a traceback."""
        facts = facts_of(record)
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"time": at, "level": record.levelname.lower(), "logger": record.name}
        line |= {"message": record.getMessage(), **{name: _plain(value) for name, value in facts.items()}}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _json(line)


FORMATTERS: dict[LogFormat, type[logging.Formatter]] = {LogFormat.TEXT: TextLines, LogFormat.JSON: JsonLines}


def use_log_format(form: LogFormat) -> None:
    """Make every handler of the process write lines of this form."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(FORMATTERS[form]())


def quiet_libraries() -> None:
    """Silence what logs every job, every batch that takes longer than its interval, and every plugin."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _value(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text if text and _PLAIN.issuperset(text) else _json(text)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_BREAKS)


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | list) else str(value)
