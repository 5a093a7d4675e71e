"""The log of the service: its file, and what becomes an event."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from monitor.cli.service.events import EventLogHandler
from monitor.cli.service.log_file import RotatedFile, log_to
from monitor.daemon.system.event_log import EventLog
from monitor.daemon.system.events import (
    BAD_CONFIGURATION,
    EVENT_NUMBER,
    SERVICE_NOTICE,
    EventType,
    WindowsEvent,
)


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """Return the root logger, and take away what the test has added."""
    root = logging.getLogger()
    level = root.level
    quiet = {name: logging.getLogger(name).level for name in ("apscheduler", "alembic")}
    yield root
    for handler in [one for one in root.handlers if isinstance(one, RotatedFile | EventLogHandler)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


class Written(list[WindowsEvent]):
    """The events that were written."""

    def take(self, events: Sequence[WindowsEvent]) -> None:
        """Write events."""
        self.extend(events)


def test_everything_is_in_the_file(root: logging.Logger, tmp_path: Path) -> None:
    """Its folder is made."""
    file = tmp_path / "logs" / "cert-monitor.log"
    log_to(file, Written().take)
    logging.getLogger("monitor.x").info("Größe %d", 3)
    assert file.read_text("utf-8").endswith(" INFO monitor.x: Größe 3\n")


def test_warnings_and_errors_are_events(root: logging.Logger, tmp_path: Path) -> None:
    """Without time and level, which each event has."""
    written = Written()
    log_to(tmp_path / "log", written.take)
    log = logging.getLogger("monitor.x")
    log.info("usual")
    log.warning("disk full")
    log.error("at %s", "fe80::1%1")
    assert written == [
        WindowsEvent(EventType.WARNING, 201, "disk full"),
        WindowsEvent(EventType.ERROR, 202, "at fe80::1% 1"),
    ]


def test_a_record_asks_for_an_event_of_its_own(root: logging.Logger, tmp_path: Path) -> None:
    """A start is no warning, and a wrong configuration has a number by which it is found."""
    written = Written()
    log_to(tmp_path / "log", written.take)
    logging.info("started", extra={EVENT_NUMBER: SERVICE_NOTICE})  # noqa: LOG015 - any logger
    logging.error("wrong", extra={EVENT_NUMBER: BAD_CONFIGURATION})  # noqa: LOG015 - the same
    assert written == [
        WindowsEvent(EventType.INFORMATION, 200, "started"),
        WindowsEvent(EventType.ERROR, 203, "wrong"),
    ]


def test_an_error_comes_with_its_trace() -> None:
    """Somebody has to find out why."""
    written = Written()
    log = logging.getLogger("monitor.x")
    log.addHandler(handler := EventLogHandler(written.take))
    try:
        int("boom")
    except ValueError:
        log.exception("failed")
    log.removeHandler(handler)
    assert written[0].text.startswith("failed\r\nTraceback")
    assert written[0].text.endswith("ValueError: invalid literal for int() with base 10: 'boom'")


class Deaf:
    """Functions of a Windows that takes no events."""

    ReportEventW = DeregisterEventSource = None

    @staticmethod
    def RegisterEventSourceW(server: object, name: object) -> int:  # noqa: N802 - the name in Windows
        """Refuse."""
        return 0


def test_an_event_log_that_takes_nothing(root: logging.Logger, tmp_path: Path) -> None:
    """That is said in the file, once, and asks for no event."""
    log_to(tmp_path / "log", EventLog(Deaf(), lambda: 1717).write)
    for _ in range(2):
        logging.getLogger("monitor.x").warning("disk full")
    assert (tmp_path / "log").read_text().count("error 1717") == 1


def test_without_the_file_events_remain(root: logging.Logger, tmp_path: Path) -> None:
    """The first one says why there is no file."""
    (tmp_path / "file").touch()
    written = Written()
    log_to(tmp_path / "file" / "log", written.take)
    assert [(one.number, "cannot be written" in one.text) for one in written] == [(201, True)]


def record(text: str) -> logging.LogRecord:
    """Return a record."""
    return logging.LogRecord("x", logging.INFO, __file__, 1, text, (), None)


def test_a_full_file_is_rotated(tmp_path: Path) -> None:
    """The last ones are kept."""
    handler = RotatedFile(tmp_path / "log", size=10, kept=2)
    for text in ("1111111", "2222222", "3333333", "4444444"):
        handler.emit(record(text))
    handler.close()
    assert {file.name: file.read_text().strip() for file in tmp_path.iterdir()} == {
        "log": "4444444",
        "log.1": "3333333",
        "log.2": "2222222",
    }


def test_a_file_that_is_open_elsewhere_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where it cannot be renamed then; no line and no older file is lost."""
    handler = RotatedFile(tmp_path / "log", size=10, kept=2)
    for text in ("1111111", "2222222"):
        handler.emit(record(text))

    def refuse(old: object, new: object) -> None:
        raise PermissionError(13, "The process cannot access the file")

    with monkeypatch.context() as held:
        held.setattr("monitor.cli.service.log_file.os.replace", refuse)
        for text in ("3333333", "4444444"):
            handler.emit(record(text))
    handler.emit(record("5555555"))
    handler.close()
    assert {file.name: file.read_text().split() for file in tmp_path.iterdir()} == {
        "log": ["5555555"],
        "log.1": ["2222222", "3333333", "4444444"],
        "log.2": ["1111111"],
    }
