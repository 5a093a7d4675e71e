"""What the demo prints of a mail: its summary, in lines that fit a terminal."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

from monitor.demo.sink import WIDTH, Sink, summary, wrapped

SEVERAL = """\
2 need action.

DO FIRST
1   Mobile server: certificate expired 2 days ago
    mobile.vms.example, 10.1.2.8:8082

THEN
2   Portal: certificate expires in 12 days

DETAILS
1   Mobile server
"""
MAIL = (
    b"Subject: =?utf-8?q?Cam=C3=A9ra?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    b"2 need action.\r\n\r\nDO FIRST\r\n1   A\r\n\r\nTHEN\r\n"
)


def test_the_summary_ends_with_what_to_do_first() -> None:
    """Neither the rest of the summary nor details are printed."""
    assert summary(SEVERAL) == SEVERAL.splitlines()[:5]


def test_long_lines_go_on_below_their_text() -> None:
    """An entry that is wrapped stays beside its number; a sentence begins at the edge."""
    long = "word " * 30
    entry, sentence = list(wrapped([f"1   {long}"])), list(wrapped([f"20 need action {long}"]))
    assert {line[:8] for line in entry[1:]} == {"    word"}
    assert {line[:4] for line in sentence[1:]} == {"word"}
    assert max(map(len, entry + sentence)) <= WIDTH


def test_a_mail(tmp_path: Path) -> None:
    """A mail is kept as a file that its summary names."""
    shown: list[str] = []
    envelope = SimpleNamespace(content=MAIL, rcpt_tos=["a@vms.example", "b@vms.example"])
    sink = Sink(shown.append, tmp_path / "mails")
    assert asyncio.run(sink.handle_DATA(None, None, envelope)) == "250 shown"  # type: ignore[arg-type]
    path = tmp_path / "mails" / "01.txt"
    head = ["Subject: Caméra", "To: a@vms.example, b@vms.example", ""]
    assert shown[0].splitlines() == [
        *head,
        "2 need action.",
        "",
        "DO FIRST",
        "1   A",
        "",
        "The whole mail:",
        f"  {path}",
    ]
    assert path.read_text("utf-8").endswith("THEN\n")
