"""What the journal is sent of the log."""

import logging
import os
import socket
import sys
from pathlib import Path

import pytest

from monitor.daemon.system import journal
from monitor.logs import JsonLines, TextLines, event

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no journal")
log = logging.getLogger("monitor.test_journal")


def record(caplog: pytest.LogCaptureFixture, what: str, level: int = logging.INFO, **facts: object) -> bytes:
    """Return the entry of one event."""
    with caplog.at_level(logging.DEBUG):
        event(log, what, level=level, **facts)
    return journal.entry(caplog.records[-1], what)


def test_an_entry_has_its_facts_as_fields(caplog: pytest.LogCaptureFixture) -> None:
    """Beside the fields that every entry of a journal has."""
    entry = record(caplog, "alert opened", check="expiry", target="endpoint:a.example:443")
    lines = entry.decode().split("\n")
    assert [line for line in lines if not line.startswith("CODE_")] == [
        "MESSAGE=alert opened",
        "PRIORITY=6",
        "SYSLOG_IDENTIFIER=cert-monitor",
        "LOGGER=monitor.test_journal",
        "CERT_MONITOR_CHECK=expiry",
        "CERT_MONITOR_TARGET=endpoint:a.example:443",
        "",
    ]


def test_an_entry_says_where_it_was_written(caplog: pytest.LogCaptureFixture) -> None:
    """File, line and function."""
    names = [line.split("=")[0] for line in record(caplog, "started").decode().split("\n")]
    assert [name for name in names if name.startswith("CODE_")] == ["CODE_FILE", "CODE_LINE", "CODE_FUNC"]


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.DEBUG, 7)],
)
def test_levels_are_those_of_syslog(caplog: pytest.LogCaptureFixture, level: int, priority: int) -> None:
    """So that ``journalctl -p warning`` finds what it should."""
    assert b"\nPRIORITY=%d\n" % priority in record(caplog, "said", level)


def test_several_values_are_several_fields(caplog: pytest.LogCaptureFixture) -> None:
    """Each can be searched for."""
    assert record(caplog, "said", site=("a", "b")).endswith(b"CERT_MONITOR_SITE=a\nCERT_MONITOR_SITE=b\n")


def test_a_line_break_makes_no_field(caplog: pytest.LogCaptureFixture) -> None:
    """What a stranger calls itself is sent with its length."""
    entry = record(caplog, "said", title="x\nPRIORITY=0")
    assert entry.endswith(b"CERT_MONITOR_TITLE\n" + (12).to_bytes(8, "little") + b"x\nPRIORITY=0\n")


def test_a_long_text_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    """A datagram has a limit."""
    assert len(record(caplog, "x" * 1_000_000)) < 60_000


def one_line(address: str, form: logging.Formatter) -> None:
    """Log one line through the handler."""
    handler = journal.JournalHandler(address)
    handler.setFormatter(form)
    try:
        handler.handle(logging.LogRecord("monitor.x", logging.INFO, __file__, 1, "said", (), None))
    finally:
        handler.close()


@pytest.mark.parametrize(
    ("form", "message"),
    [(TextLines(), b"MESSAGE=said\n"), (JsonLines(), b'MESSAGE={"time": ')],
    ids=["text", "json"],
)
def test_the_message_has_the_chosen_form(tmp_path: Path, form: logging.Formatter, message: bytes) -> None:
    """As text it leaves out what the journal knows of an entry; as JSON it is the whole line."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(str(tmp_path / "journal"))
        there.settimeout(10)
        one_line(str(tmp_path / "journal"), form)
        assert there.recv(1 << 16).startswith(message)


def test_without_the_journal_lines_go_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is lost while the journal is being restarted."""
    one_line(str(tmp_path / "nobody"), TextLines())
    assert capsys.readouterr().err == "said\n"


def test_the_journal_is_used_where_it_reads_standard_error() -> None:
    """A file or a terminal gets lines, also where the variable of another process is still set."""
    status = os.fstat(2)
    here = f"{status.st_dev}:{status.st_ino}"
    environments = ({"JOURNAL_STREAM": here}, {"JOURNAL_STREAM": f"{here}1"}, {})
    handlers = [journal.log_handler(one) for one in environments]
    assert [isinstance(one, journal.JournalHandler) for one in handlers] == [True, False, False]
    for handler in handlers:
        handler.close()
