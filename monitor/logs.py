"""Log lines for people and for programs: a sentence and its facts, as ``key=value`` or as JSON.

What happens often or to one target is no log line: metrics and the page show it.
"""

import json
import logging
from datetime import UTC, datetime
from enum import StrEnum

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


class TextLines(logging.Formatter):
    """One line for each record: time, level, logger, sentence, and facts as ``key=value``."""

    def __init__(self) -> None:
        """Set the form of what comes before the facts."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in logging
        """Return the line, to which a traceback may be added."""
        facts = getattr(record, _FACTS, {})
        return " ".join([super().formatMessage(record), *(f"{n}={_value(v)}" for n, v in facts.items())])


class JsonLines(logging.Formatter):
    """One JSON object for each record: ``time``, ``level``, ``logger``, ``message``, and its facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, also for a record with a traceback."""
        facts: dict[str, object] = getattr(record, _FACTS, {})
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


def _value(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text if text and _PLAIN.issuperset(text) else _json(text)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_BREAKS)


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | list) else str(value)
