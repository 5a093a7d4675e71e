"""Log lines: a sentence and its facts, for people and for programs."""

import json
import logging
import sys

import pytest

from monitor.logs import JsonLines, LogFormat, RareEvents, TextLines, event, facts_of, use_log_format

log = logging.getLogger("monitor.test_logs")


def record(caplog: pytest.LogCaptureFixture, **facts: object) -> logging.LogRecord:
    """Return the record of one event."""
    with caplog.at_level(logging.INFO):
        event(log, "alert opened", **facts)
    return caplog.records[-1]


def test_facts_follow_the_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """What is no plain word is quoted, so that a line has one meaning; empty facts are left out."""
    line = TextLines().format(record(caplog, level_of="critical", title="Recorder 02", site="", left=3))
    assert line.endswith('INFO monitor.test_logs: alert opened level_of=critical title="Recorder 02" left=3')


@pytest.mark.parametrize("title", ["a\nb", 'say "x" a=b', "\x1b[31m", "ä ö", "a\u2028b"])
def test_no_text_breaks_a_line(caplog: pytest.LogCaptureFixture, title: str) -> None:
    """Whatever a stranger calls himself, a record is one line, and JSON gives it back."""
    made = record(caplog, title=title)
    assert len(TextLines().format(made).splitlines()) == 1
    line = JsonLines().format(made)
    assert (json.loads(line)["title"], "\n" in line) == (title, False)


def test_json(caplog: pytest.LogCaptureFixture) -> None:
    """Time, level, logger and message beside the facts, numbers as numbers."""
    line = json.loads(JsonLines().format(record(caplog, targets=31, title="Recorder 02")))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "monitor.test_logs",
        "message": "alert opened",
        "targets": 31,
        "title": "Recorder 02",
    }


def test_traceback_is_part_of_the_object() -> None:
    """A program reads one object for each record, also for an error."""
    try:
        int("a bug")
    except ValueError:
        found = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    line = JsonLines().format(found)
    assert "ValueError: invalid literal" in json.loads(line)["traceback"]
    assert "\n" not in line


def test_handlers_follow() -> None:
    """A configuration that asks for JSON changes every handler of the process."""
    root, handler = logging.getLogger(), logging.NullHandler()
    before = [(one, one.formatter) for one in root.handlers]
    root.addHandler(handler)
    try:
        use_log_format(LogFormat.JSON)
        assert isinstance(handler.formatter, JsonLines)
    finally:
        root.removeHandler(handler)
        for one, formatter in before:
            one.setFormatter(formatter)


def test_what_others_cause_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """With how often it happened meanwhile; what concerns something else is said at once."""
    now = [0.0]
    rarely = RareEvents(logging.getLogger("test"), lambda: now[0], most=2)
    with caplog.at_level(logging.WARNING):
        for at, about in ((0, "a"), (1, "a"), (2, "a"), (2, "b"), (3, "c"), (4, "d"), (61, "a")):
            now[0] = float(at)
            rarely.event("refused", about, level=logging.WARNING, thing=about)
    assert [(facts_of(one)["thing"], facts_of(one).get("more")) for one in caplog.records] == [
        ("a", None),
        ("b", None),
        ("c", None),
        ("a", 2),
    ]
