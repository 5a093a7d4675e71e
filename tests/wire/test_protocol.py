"""What a center replies, and the line that enrolls an agent."""

import pytest

from monitor.wire import (
    Enrollment,
    Receipt,
    WireError,
    read_answers,
    read_receipt,
    write_answers,
    write_receipt,
)
from monitor.wire.document import write_document
from monitor.wire.protocol import read_asking_agent, read_code, read_token, write_code, write_token
from support.pki import NOW

CA, CODE = "ab" * 32, "x" * 43
LINE = f"https://center.example:9852#{CA}.{CODE}"


def test_a_receipt_reads_back() -> None:
    """It says what is to be sent again with its bytes."""
    assert read_receipt(write_receipt("r1", [CA])) == Receipt("r1", (CA,))
    assert read_receipt(write_receipt("r1", leads=False)) == Receipt("r1", leads=False)
    assert read_receipt(write_receipt("r1", check_now=["a", "b"])) == Receipt("r1", check_now=("a", "b"))
    assert read_receipt(b'{"version": 1, "revision": "r"}').leads  # of a center before several could be


def test_what_is_no_receipt_is_refused() -> None:
    """The answers stay in the spool then."""
    with pytest.raises(WireError):
        read_receipt(b'{"version": 1, "revision": "r", "missing": ["../x"]}')


def test_codes_and_tokens_read_back() -> None:
    """Each travels in a document of its own."""
    asked = write_code(CODE, "dmz/dmz-1")
    assert (read_code(asked), read_asking_agent(asked)) == (CODE, "dmz/dmz-1")
    assert read_token(write_token("t")) == "t"
    assert read_asking_agent(write_document({"code": CODE})) == ""


def test_an_agent_tells_what_waits() -> None:
    """Also without any answer: that is how it says that it is there."""
    document = read_answers(write_answers([], {}, NOW, spooled=7, dropped=2))
    assert (document.answers, document.spooled, document.dropped) == ((), 7, 2)


def test_the_line_reads_back() -> None:
    """White space of a terminal around it does not count."""
    assert Enrollment.parse(f" {LINE}\n") == Enrollment("https://center.example:9852", CA, CODE)
    assert str(Enrollment.parse(LINE)) == LINE


def test_the_whole_command_is_taken_as_its_line() -> None:
    """What the center prints is a command, which people paste where the line belongs."""
    command = f'cert-monitor agent enroll "{LINE}" --agent dmz/dmz-1'
    assert Enrollment.parse(command) == Enrollment.parse(LINE)


def test_what_is_no_address_is_said() -> None:
    """The reason is a sentence, not empty."""
    with pytest.raises(WireError, match=r"address of a center: it begins with https://$"):
        Enrollment.parse("hello")


@pytest.mark.parametrize(
    "line",
    ["", LINE[:-20], LINE.replace("https", "http"), f"https://center.example#{CODE}.{CA}", "center#x.y"],
)
def test_a_line_that_is_not_whole_is_refused(line: str) -> None:
    """Nothing is asked of anybody."""
    with pytest.raises(WireError):
        Enrollment.parse(line)
