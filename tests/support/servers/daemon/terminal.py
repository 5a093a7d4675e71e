"""A program on a terminal of its own, with somebody who reads questions and types answers."""

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fcntl import ioctl
from termios import TIOCSWINSZ

PATIENCE = 30
# Only a program that opens its terminal itself has it as the one that controls it, which hidden input needs.
_START = (
    "import os, sys; os.close(os.open(os.ttyname(0), os.O_RDWR)); "
    "os.execv(sys.executable, [sys.executable, '-m', 'monitor', *sys.argv[1:]])"
)


class Terminal:
    """What is shown, and what reads and types."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        """Take the other end of the terminal."""
        self._master = master
        self._process = process
        self._read = ""
        self.shown = ""

    def read(self, question: str) -> str:
        """Wait for a question, whose lines may be wrapped anywhere; return all that was shown before it."""
        wanted, end = _plain(question), time.monotonic() + PATIENCE
        while wanted not in _plain(self._read):
            assert time.monotonic() < end, f"{question!r} is not in {self._read!r}"
            if not self._more():
                raise AssertionError(f"{question!r} is not in {self._read!r}, and nothing more comes")
        read, self._read = self._read, ""
        return read

    def answer(self, question: str, *answers: str) -> str:
        """Answer a question, each time that it is asked; return what was shown before the last time."""
        shown = ""
        for text in answers:
            shown = self.read(question)
            self.type(f"{text}\n")
        return shown

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and what was shown since the last question."""
        while self._more():
            pass
        return self._process.wait(PATIENCE), self._read

    def _more(self) -> bool:
        """Read what is shown next; return whether the program is still there."""
        if not select.select([self._master], [], [], PATIENCE)[0]:
            raise AssertionError(f"nothing more is shown after {self.shown[-500:]!r}")
        try:
            new = os.read(self._master, 65536).decode()
        except OSError:  # EIO: the program has closed it
            return False
        self._read += new
        self.shown += new
        return bool(new)


def _plain(text: str) -> str:
    """Return a text without white space: a terminal wraps lines, also within words."""
    return "".join(text.split())


@contextmanager
def on_terminal(*arguments: str, columns: int = 80, **variables: str) -> Iterator[Terminal]:
    """Run our program on a terminal until it ends, and kill it when a test fails."""
    master, slave = pty.openpty()
    ioctl(slave, TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environ: Mapping[str, str] = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "dumb", **variables}
    command = [sys.executable, "-c", _START, *arguments]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what is ignored stays so in a child
    try:
        process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environ
        )
    finally:
        signal.signal(signal.SIGINT, before)
        os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(PATIENCE)
        os.close(master)
